import type { DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import type { Pickled } from './pickle';

/** A tensor of which the name is one in the graph. */
export interface TensorValue {
  readonly kind: 'tensor';
  readonly name: string;
  readonly dtype: DataType | undefined;
  /** Sizes as far as they are known; of an input found out by the layer that takes it. */
  shape: readonly Dim[] | undefined;
  /** An input of the model. */
  readonly isInput?: boolean;
  /** Of a single whole number its value, where it is known. */
  readonly number?: Dim;
}

/** A module, or another object of a class. */
export interface ObjectValue {
  readonly kind: 'object';
  readonly className: string;
  /** Where it stands in the model, such as `layers.0.attention`. */
  readonly path: string;
  readonly state: Pickled | undefined;
}

/** What an expression of the code comes to, as far as that is known without running it. */
export type Value =
  | TensorValue
  | ObjectValue
  /** A whole number, which may be a size. */
  | { readonly kind: 'size'; readonly dim: Dim }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'truth'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'list'; readonly items: Value[]; readonly isTuple: boolean }
  /** A name with dots: a function, or a place where one is looked for. */
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'unknown' };

export const unknown: Value = { kind: 'unknown' };
export const none: Value = { kind: 'none' };

export function size(dim: Dim | undefined): Value {
  return dim === undefined ? unknown : { kind: 'size', dim };
}

export function truth(value: boolean | undefined): Value {
  return value === undefined ? unknown : { kind: 'truth', value };
}

export function listOf(items: readonly Value[], isTuple = false): Value {
  return { kind: 'list', items: [...items], isTuple };
}

/** A whole number: a size, a truth, or what a tensor of one number holds. */
export function dimOf(value: Value | undefined): Dim | undefined {
  if (value?.kind === 'size') return value.dim;
  if (value?.kind === 'tensor') return value.number;
  if (value?.kind === 'truth') return Number(value.value);
  if (value?.kind === 'float' && Number.isInteger(value.value)) return value.value;
  return undefined;
}

/** A number that is none of the symbols. */
export function integerOf(value: Value | undefined): number | undefined {
  const dim = dimOf(value);
  return typeof dim === 'number' ? dim : undefined;
}

/** Whole numbers of a list; undefined for what is not known in it, and for no list. */
export function dimsOf(value: Value | undefined): readonly (Dim | undefined)[] | undefined {
  if (value?.kind === 'list') return value.items.map(dimOf);
  const single = dimOf(value);
  return single === undefined ? undefined : [single];
}

/** Whether a value is true; undefined where that is not known. */
export function isTrue(value: Value): boolean | undefined {
  if (value.kind === 'truth') return value.value;
  if (value.kind === 'none') return false;
  const dim = dimOf(value);
  return typeof dim === 'number' ? dim !== 0 : undefined;
}
