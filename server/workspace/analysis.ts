import type { ChipAnalysis, Prepared } from '../engine/analyse';
import type { Catalogue } from '../engine/chips/catalogue';
import type { NodeCost } from '../engine/cost/types';
import type { Inference } from '../engine/inference/types';
import type { Range } from '../engine/formats/onnxText/places';
import type { PositionTable } from '../engine/formats/onnxText/positions';
import type { Model } from '../engine/graph/model';
import type { Problem } from '../engine/problem';
import type { Choices } from './choices';
import type { PinnedMapping } from './pinnedMapping';
import type { StoredProfile } from './profileStore';

/** A problem; those of a hand-written text know their place in it. */
export type PlacedProblem = Problem & { readonly range?: Range };

/** One text that was served, with the model behind it. */
export interface Listing {
  /** URI of the listing, or of the hand-written file. */
  readonly uri: string;
  readonly modelUri: string;
  /** Grows with every change of the text. */
  readonly revision: number;
  readonly state: 'ok' | 'partial' | 'unreadable' | 'stale';
  readonly model: Model;
  /** Memory that they take, as the reader of the model counted it. */
  readonly bytes: number;
  /** Where nodes, values and attributes stand. */
  readonly positions: PositionTable;
  readonly lineCount: number;
  /** What reading the file and its state have to say. */
  readonly problems: readonly PlacedProblem[];
  readonly external: ExternalNotes;
}

/** What is to be said of the files that hold a model's weights. They are looked at when the listing is already there. */
export interface ExternalNotes {
  problems: readonly PlacedProblem[];
  /** Grows whenever a look has something else to say: what was made from older notes is stale. */
  revision: number;
  /** The files that the last look was for, as text; null before one is done. */
  files: string | null;
}

/** All that is known of a model under the choices in force. */
export interface Analysis {
  /** Grows with every analysis of this server: what was computed for an older one is stale. */
  readonly revision: number;
  readonly listing: Listing;
  readonly choices: Choices;
  /** The chips that could be chosen. */
  readonly catalogue: Catalogue;
  /** Where nodes run, on units of which the first leads the chips; null: on each chip by itself. */
  readonly mapping: PinnedMapping | null;
  readonly prepared: Prepared;
  readonly inference: Inference;
  /** Why there are neither shapes nor costs: the server's memory is taken. Null where they are there. */
  readonly refusal: Problem | null;
  /** The chosen chips, in order; hints show the first. */
  readonly chips: readonly ChipAnalysis[];
  /** Imported profiles of this model, at most one for each chip. */
  readonly profiles: readonly StoredProfile[];
  /** What concerns the file: of the listing, of inference, and the graver ones of the chips. */
  readonly problems: readonly PlacedProblem[];
}

/** Seconds that count as the whole: the chip's latency, of stages that work at the same time that of each, else what is known of it. */
export function wholeSeconds({ cost, spread }: Pick<ChipAnalysis, 'cost' | 'spread'>): number {
  const known = cost.total.latencySeconds?.value ?? null;
  if (known !== null) return known * (spread?.stages.length ?? 1);
  return cost.nodes.reduce((sum, node) => sum + (node.seconds?.value ?? 0), 0);
}

/** A node's share of the whole, 0..1; null while its time is unknown. */
export function shareOf(node: NodeCost | undefined, whole: number): number | null {
  if (!node?.seconds) return null;
  return whole > 0 ? node.seconds.value / whole : 0;
}
