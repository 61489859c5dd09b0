import type { Timer } from '../platform';
import { Query } from '../engine/query';
import type { Analysis } from './analysis';
import { fingerprint, type OpenDocument } from './documents';
import type { Served } from './served';

/** Texts kept per model: the editor may still show the one before. */
const servedLimit = 2;

/** One analysis of a text under one set of choices. */
export interface Run {
  readonly key: string;
  /** When it began (milliseconds of `performance.now`). */
  readonly since: number;
  readonly served: Served;
  cancelled: boolean;
  /** Cancelled because its listing was closed. */
  abandoned: boolean;
  /** It came to an end, whichever. */
  ended: boolean;
  promise: Promise<Analysis | null>;
  /** With the first chip alone, or the same as `promise`. */
  first: Promise<Analysis | null>;
  /** There was no memory for it. */
  readonly refused: boolean;
  /** Once it is finished. */
  result: Analysis | null;
}

/** A look at the files beside a model, which are watched from then on. */
export interface Look {
  readonly served: Served;
  givenUp: boolean;
  endWatch: (() => void) | null;
}

/** Nobody wants to know of the files beside a model any longer. */
export function giveUpLook({ look }: OpenModel): void {
  if (!look) return;
  look.givenUp = true;
  look.endWatch?.();
  look.endWatch = null;
}

/** What the server holds of a model. */
export interface OpenModel {
  readonly uri: string;
  readonly modelUri: string;
  /** Latest first. */
  served: Served[];
  loading: Promise<Served> | null;
  /** Whether each that waits for it to be read has given up. */
  readonly waiting: Set<() => boolean>;
  run: Run | null;
  /** The last look at the files of its weights, and whether it was given up. */
  look: Look | null;
  /** Somebody, such as a report, asked for its analysis while no editor showed it. */
  reported: boolean;
  /** Questions about its analysis that wait for an answer. */
  asked: number;
  /** The document of which the client was told that its text is not current. */
  outdated: OpenDocument | null;
  expiry: Timer | null;
}

/** It is being read, somebody waits for its analysis, or that is under way: it can't go now. */
export function isWanted({ asked, loading, run }: OpenModel): boolean {
  if (loading) return true;
  if (run?.abandoned) return false;
  return asked > 0 || (run !== null && !run.ended && !run.cancelled);
}

/** Ends the waiting for it to be read. */
export function isGivenUp({ waiting }: OpenModel): boolean {
  return waiting.size > 0 && [...waiting].every((hasGivenUp) => hasGivenUp());
}

/** The document shows the text. */
export function matches(served: Served, { text, fingerprint: shown }: OpenDocument): boolean {
  if (shown === null) return served.text === text;
  return served.text.length === shown.length && hashOf(served) === shown.hash;
}

const hashes = new Query<Served, string>();

function hashOf(served: Served): string {
  return hashes.at(served, () => fingerprint(served.text).hash);
}

/** Puts the latest text first. */
export function keep(model: OpenModel, served: Served): void {
  if (model.served[0] === served) return;
  const others = model.served.filter((other) => other.text !== served.text);
  model.served = [served, ...others].slice(0, servedLimit);
}
