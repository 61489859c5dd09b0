import { entryOf } from '../../../outside/table';
import type { Activation, Entry, Exit, HeadsAttention, NormKind, Pool, Role } from './architecture';
import table from './configuration.json';
import { Fields, type JsonObject } from './fields';
import type { Part } from './weightSource';
import type { TensorNames } from './weightsOfFile';

type Condition = boolean | string;

/** Windows side by side that all layers stay in but those that a field lists; so many pixels wide and high. */
interface BlockWindows {
  readonly pixels: string;
  readonly exceptions: string;
}

/** What one `model_type` of transformers is like, as far as its fields do not say. */
export interface Row {
  /** A type from which all is taken that is not stated here; names are added to its names. */
  readonly like?: string;
  /** It is no model by itself. */
  readonly isPart?: boolean;
  readonly names?: TensorNames;
  /** Roles that have a bias: always, or where a field holds something. */
  readonly biases?: Readonly<Partial<Record<Role, Condition>>>;
  /** Roles that exist where a field holds something only. */
  readonly when?: Readonly<Partial<Record<Role, string>>>;
  readonly defaults?: JsonObject;
  /** Names that it has for fields, beside those of all types. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** What else it is like where a condition on its fields holds. */
  readonly variants?: Readonly<Record<string, Row>>;
  readonly norm?: NormKind;
  readonly normed?: HeadsAttention['normed'];
  readonly isParallel?: Condition;
  readonly isRotary?: boolean;
  readonly isEncoder?: boolean;
  /** Of an encoder: norms stand before attention and feed-forward, as in decoders. */
  readonly isPreNorm?: boolean;
  /** What layers of a state-space model are made of is normed without weights. */
  readonly normsScan?: boolean;
  /** Layers carry a state along instead of attending to what was before: Mamba's, or RWKV-4's. */
  readonly recurrence?: 'scan' | 'mean';
  readonly scalesEmbedding?: boolean;
  /** Logits are divided by the root of the model's width. */
  readonly scalesLogits?: boolean;
  /** Layers that see a window alone: all, those above `max_window_layers` where a field says so, or by their place. */
  readonly windows?: string | BlockWindows | { readonly every: number; readonly full: number };
  /** The field that says how wide an expert is, and what files that keep each expert apart call its parts. */
  readonly experts?: { readonly inner: string; readonly parts?: TensorNames };
  /** Where all of these hold, one head of keys and values serves all. */
  readonly singleKeyHead?: readonly string[];
  /** Width between the two products of a feed-forward over that of the model, or the field that says it, where none states it. */
  readonly innerPerHidden?: number | string;
  /** Of a gated feed-forward that width is two thirds of it, rounded up to a multiple of 8. */
  readonly isGatedInner?: boolean;
  /** The function of the feed-forward, whatever the configuration states. */
  readonly activation?: Activation;
  /** Rows of the table of positions beside those of positions. */
  readonly positionOffset?: number;
  /** What goes in, where it is not tokens. */
  readonly entry?: Exclude<Entry['kind'], 'tokens'>;
  /** What comes out where it is no logits of a vocabulary, nor states of an encoder. */
  readonly exit?: Exit;
  /** The factor of attention scores where it is not one over the root of a head's width. */
  readonly attentionScale?: number;
  /** Which states stand for all where one is asked for. */
  readonly pool?: Pool;
  /** Tokens see those before them alone, though the model keeps nothing of them. */
  readonly isCausalEncoder?: boolean;
}

const rows = table.types as unknown as Readonly<Record<string, Row | undefined>>;

/** What a type is like; undefined for one that is not known. */
export function rowOf(type: string): Row | undefined {
  const row = entryOf(rows, type);
  const base = row?.like === undefined ? undefined : rowOf(row.like);
  return base && row ? merged(base, row) : row;
}

function merged(base: Row, row: Row): Row {
  return { ...base, ...row, names: { ...base.names, ...row.names } };
}

/** The row of a type and the fields of a configuration, read by its names for them and with its defaults. */
export function rowAndFields(
  row: Row,
  configuration: JsonObject,
  defaults: JsonObject = {},
): { readonly row: Row; readonly fields: Fields } {
  const aliases = { ...table.fields, ...row.fields };
  const fields = new Fields(configuration, { ...row.defaults, ...defaults }, aliases);
  const variants = Object.entries(row.variants ?? {}).filter(([condition]) => fields.holds(condition));
  return { row: variants.reduce((known, [, variant]) => merged(known, variant), row), fields };
}

/** Whether a type is known that is a model by itself. */
export function isKnownType(type: string): boolean {
  const row = entryOf(rows, type);
  return row !== undefined && row.isPart !== true;
}

export function isTrue(condition: Condition | undefined, fields: Fields): boolean {
  return typeof condition === 'string' ? fields.holds(condition) : condition === true;
}

/** Whether a model has a role's weight or bias in some layer. */
export function hasRole(row: Row, fields: Fields, role: Role, part: Part): boolean {
  const { when = {}, biases = {} } = row;
  const condition = when[role];
  if (condition !== undefined && !fields.holds(condition)) return false;
  // A head that is tied has no weights of its own, but keeps its bias.
  if (role === 'head' && part === 'weight' && fields.holds('tie_word_embeddings')) return false;
  return part === 'weight' || isTrue(biases[role], fields);
}
