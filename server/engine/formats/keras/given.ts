import { entryOf } from '../../../../outside/table';
import type { DataType } from '../../graph/dataTypes';
import { objectOf, type JsonObject } from '../../lower/fields';
import { listOf, member, textOf } from '../json';
import { limits } from './limits';
import types from './types.json';
import type { Value } from './writer';

/** What a file says of a result. */
export interface Stated {
  readonly dtype?: DataType;
  /** Open axes are null. */
  readonly shape?: readonly (number | null)[];
}

/** A result of a call, as the arguments of other calls name it. */
export interface Reference extends Stated {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}

/** A tensor whose content stands in the file. */
export interface Content {
  readonly dims: readonly number[];
  readonly dtype: DataType;
  readonly elements: readonly number[];
}

/** An argument of a call: where it stands (`arg0`, `arg1`, … or its name), and what it is. */
export type Argument =
  | { readonly at: string; readonly kind: 'reference'; readonly reference: Reference }
  | { readonly at: string; readonly kind: 'content'; readonly content: Content }
  | { readonly at: string; readonly kind: 'plain'; readonly plain: unknown };

/** What a layer is called with. */
export interface Given {
  readonly tensors: readonly { readonly at: string; readonly value: Value }[];
  readonly plain: ReadonlyMap<string, unknown>;
}

export const typeOf = (word: unknown): DataType | undefined =>
  typeof word === 'string' ? entryOf(types.types as Readonly<Record<string, DataType>>, word) : undefined;

/**
 * The arguments of a node of a layer: those that Keras 3 writes, or the lists of [layer, node, tensor, arguments] of
 * Keras 2. Tensors stand one by one, also those of lists.
 */
export function argumentsOf(node: unknown): readonly Argument[] {
  const found: Argument[] = [];
  if (Array.isArray(node)) {
    older(node, found, 0);
    return found;
  }
  const object = objectOf(node) ?? {};
  for (const [i, one] of listOf(object, 'args').slice(0, limits.list).entries())
    collect(`arg${i}`, one, found);
  for (const [name, one] of Object.entries(member(object, 'kwargs') ?? {})) collect(name, one, found);
  return found;
}

function collect(at: string, given: unknown, found: Argument[]): void {
  const before = found.length;
  tensorsIn(at, given, found, 0);
  if (found.length === before && given !== null && given !== undefined)
    found.push({ at, kind: 'plain', plain: given });
}

function tensorsIn(at: string, given: unknown, found: Argument[], depth: number): void {
  if (depth > limits.depth || found.length > limits.list) return;
  if (Array.isArray(given)) {
    for (const one of given) tensorsIn(at, one, found, depth + 1);
    return;
  }
  const object = objectOf(given);
  if (!object) return;
  const kind = textOf(object, 'class_name');
  const config = member(object, 'config') ?? {};
  if (kind === '__keras_tensor__') {
    const reference = referenceOf(config);
    if (reference) found.push({ at, kind: 'reference', reference });
  } else if (kind === '__tensor__' || kind === '__numpy__')
    found.push({ at, kind: 'content', content: contentOf(config) });
  else if (kind === '')
    for (const name of Object.keys(object).sort()) tensorsIn(at, entryOf(object, name), found, depth + 1);
}

function referenceOf(config: JsonObject): Reference | undefined {
  const reference = placeOf(listOf(config, 'keras_history'));
  if (!reference) return undefined;
  const dtype = typeOf(config['dtype']);
  const shape = shapeIn(config['shape']);
  return { ...reference, ...(dtype && { dtype }), ...(shape && { shape }) };
}

/** [layer, node, tensor], as keras_history and the lists of inputs and outputs of a model have it. */
function placeOf(list: unknown): Reference | undefined {
  if (!Array.isArray(list)) return undefined;
  const [layer, node, tensor] = list as readonly unknown[];
  const isPlace = typeof layer === 'string' && Number.isSafeInteger(node) && Number.isSafeInteger(tensor);
  return isPlace ? { layer, node: node as number, tensor: tensor as number } : undefined;
}

/** The places in a list, in lists of it, or by names, whose order is that of the names. */
export function placesIn(given: unknown, depth = 0): readonly Reference[] {
  const place = placeOf(given);
  if (place) return [place];
  if (depth > limits.depth) return [];
  if (Array.isArray(given)) return given.slice(0, limits.list).flatMap((one) => placesIn(one, depth + 1));
  const object = objectOf(given) ?? {};
  return Object.keys(object)
    .sort()
    .flatMap((name) => placesIn(entryOf(object, name), depth + 1));
}

/** Sizes as the file states them; undefined where it states none. */
export function shapeIn(stated: unknown): readonly (number | null)[] | undefined {
  const isShape =
    Array.isArray(stated) &&
    stated.length <= limits.dimensions &&
    stated.every((dim) => dim === null || (Number.isSafeInteger(dim) && dim >= 0));
  return isShape ? (stated as readonly (number | null)[]) : undefined;
}

function contentOf(config: JsonObject): Content {
  const dims: number[] = [];
  for (let list = config['value']; Array.isArray(list) && dims.length < limits.dimensions; list = list[0])
    dims.push(list.length);
  const elements: number[] = [];
  flatten(config['value'], elements, 0);
  return { dims, dtype: typeOf(config['dtype']) ?? 'float', elements };
}

/** Content beyond this is no shape and no axis: only its sizes count. */
const mostElements = 1024;

function flatten(value: unknown, into: number[], depth: number): void {
  if (into.length > mostElements || depth > limits.dimensions) return;
  if (typeof value === 'number') into.push(value);
  else if (Array.isArray(value)) for (const one of value) flatten(one, into, depth + 1);
}

function older(node: readonly unknown[], found: Argument[], depth: number): void {
  const place = placeOf(node);
  if (place) {
    found.push({ at: 'arg0', kind: 'reference', reference: place });
    for (const [name, one] of Object.entries(objectOf(node[3]) ?? {})) olderArgument(name, one, found);
    return;
  }
  if (depth > 2) return;
  for (const one of node.slice(0, limits.list)) if (Array.isArray(one)) older(one, found, depth + 1);
}

function olderArgument(at: string, given: unknown, found: Argument[]): void {
  const reference = placeOf(given);
  if (reference) found.push({ at, kind: 'reference', reference });
  else if (given !== null) found.push({ at, kind: 'plain', plain: given });
}
