import { entryOf } from '../../../../outside/table';
import {
  add,
  equalDims,
  floorDivide,
  modulo,
  multiply,
  negate,
  product,
  subtract,
  type Dim,
} from '../../graph/dim';
import { dimOf, isTrue, listOf, none, size, truth, unknown, type TensorValue, type Value } from './values';
import table from './shapes.json';

/** What a function gives that makes no node: it counts, compares and looks things up. Undefined where it is none for such values. */
type Plain = (args: readonly Value[]) => Value | undefined;

const floats: ReadonlySet<string> = new Set(table.floats);
const codes = new Map(Object.entries(table.types).map(([code, name]) => [name, Number(code)]));

const isNumber = (value: Value | undefined): boolean =>
  value?.kind === 'size' || value?.kind === 'float' || value?.kind === 'truth' || value?.kind === 'unknown';

function ofTwo(
  onDims: (a: Dim, b: Dim) => Dim | undefined,
  onFloats: (a: number, b: number) => number,
): Plain {
  return ([a, b]) => {
    // A tensor of one number beside a whole number is how traces compute with sizes.
    const isSingle = (value: Value | undefined): boolean =>
      value?.kind === 'tensor' && value.number !== undefined;
    if (!(isNumber(a) || isSingle(a)) || !(isNumber(b) || isSingle(b)) || (isSingle(a) && isSingle(b)))
      return undefined;
    const [left, right] = [dimOf(a), dimOf(b)];
    if (left !== undefined && right !== undefined && a?.kind !== 'float' && b?.kind !== 'float')
      return size(onDims(left, right));
    const [x, y] = [a, b].map((one) => (one?.kind === 'float' ? one.value : dimOf(one)));
    return typeof x === 'number' && typeof y === 'number'
      ? { kind: 'float', value: onFloats(x, y) }
      : unknown;
  };
}

function comparison(
  decide: (difference: number) => boolean,
  onTexts?: (areEqual: boolean) => boolean,
): Plain {
  return ([a, b]) => {
    if (a?.kind === 'tensor' || b?.kind === 'tensor') return undefined;
    if (onTexts && a?.kind === 'text' && b?.kind === 'text') return truth(onTexts(a.value === b.value));
    if (onTexts && a?.kind === 'list' && b?.kind === 'list') {
      const [left, right] = [a, b].map(({ items }) => items.map(dimOf));
      if (left!.length !== right!.length) return truth(onTexts(false));
      const same = left!.map((dim, i) =>
        dim === undefined || right![i] === undefined ? undefined : equalDims(dim, right![i]),
      );
      return same.includes(undefined) ? unknown : truth(onTexts(!same.includes(false)));
    }
    const [x, y] = [a, b].map((one) => (one?.kind === 'float' ? one.value : dimOf(one)));
    if (x === undefined || y === undefined) return unknown;
    const difference = subtract(x, y);
    return typeof difference === 'number' ? truth(decide(difference)) : unknown;
  };
}

const ofTensor =
  (read: (tensor: TensorValue) => Value): Plain =>
  ([a]) =>
    a?.kind === 'tensor' ? read(a) : unknown;

const sizeOf: Plain = ([tensor, axis]) => {
  if (tensor?.kind !== 'tensor' || !tensor.shape) return unknown;
  if (axis === undefined) return listOf(tensor.shape.map(size));
  const at = dimOf(axis);
  return typeof at === 'number' ? size(tensor.shape.at(at)) : unknown;
};

const isSame: Plain = ([a, b]) => {
  if (!a || !b || a.kind === 'unknown' || b.kind === 'unknown') return unknown;
  if (a.kind === 'none' || b.kind === 'none') return truth(a.kind === b.kind);
  return truth(a === b);
};

const negated = (value: Value | undefined): Value => {
  const known = value && isTrue(value);
  return truth(known === undefined ? undefined : !known);
};

/** The first of two that decides: `and` looks for what is false, `or` for what is true. */
const joined =
  (decisive: boolean): Plain =>
  ([a, b]) => {
    if (!a || !b || a.kind === 'tensor' || b.kind === 'tensor') return undefined;
    const [left, right] = [isTrue(a), isTrue(b)];
    if (left === decisive || right === decisive) return truth(decisive);
    return truth(left === undefined || right === undefined ? undefined : !decisive);
  };

const append: Plain = ([list, item]) => {
  if (list?.kind === 'list' && item) list.items.push(item);
  return none;
};

const itemAt: Plain = ([list, at]) => {
  const index = dimOf(at);
  if (list?.kind !== 'list' || typeof index !== 'number')
    return list?.kind === 'tensor' ? undefined : unknown;
  return list.items.at(index) ?? unknown;
};

const sliceOf: Plain = ([list, start, end]) => {
  if (list?.kind !== 'list') return undefined;
  const [from, to] = [start, end].map(dimOf);
  return listOf(
    list.items.slice(typeof from === 'number' ? from : 0, typeof to === 'number' ? to : undefined),
  );
};

const contains: Plain = ([list, item]) => {
  if (list?.kind !== 'list' || !item) return unknown;
  const texts = list.items.map((one) => (one.kind === 'text' ? one.value : dimOf(one)));
  const wanted = item.kind === 'text' ? item.value : dimOf(item);
  return texts.includes(undefined) || wanted === undefined ? unknown : truth(texts.includes(wanted));
};

const plainAdd = ofTwo(add, (a, b) => a + b);

/** Functions of `torch` and `ops.prim` that make no node where they are given no tensors, by their names without these. */
const plains: Readonly<Record<string, Plain>> = {
  add: (args) => {
    const [a, b] = args;
    if (a?.kind === 'list' && b?.kind === 'list') return listOf([...a.items, ...b.items]);
    return a?.kind === 'text' ? a : plainAdd(args);
  },
  sub: ofTwo(subtract, (a, b) => a - b),
  mul: ofTwo(multiply, (a, b) => a * b),
  div: ofTwo(
    (a, b) => (typeof a === 'number' && typeof b === 'number' && b !== 0 && a % b === 0 ? a / b : undefined),
    (a, b) => a / b,
  ),
  floordiv: ofTwo(
    (a, b) => (b === 0 ? undefined : floorDivide(a, b)),
    (a, b) => Math.floor(a / b),
  ),
  floor_divide: ofTwo(
    (a, b) => (b === 0 ? undefined : floorDivide(a, b)),
    (a, b) => Math.floor(a / b),
  ),
  remainder: ofTwo(
    (a, b) => (b === 0 ? undefined : modulo(a, b)),
    (a, b) => a - b * Math.floor(a / b),
  ),
  neg: ([a]) => (isNumber(a) ? size(dimOf(a) === undefined ? undefined : negate(dimOf(a)!)) : undefined),
  eq: comparison(
    (d) => d === 0,
    (same) => same,
  ),
  ne: comparison(
    (d) => d !== 0,
    (same) => !same,
  ),
  lt: comparison((d) => d < 0),
  le: comparison((d) => d <= 0),
  gt: comparison((d) => d > 0),
  ge: comparison((d) => d >= 0),
  size: sizeOf,
  dim: ofTensor(({ shape }) => size(shape?.length)),
  numel: ofTensor(({ shape }) => size(shape && product(shape))),
  len: ([a]) =>
    a?.kind === 'list' ? size(a.items.length) : a?.kind === 'tensor' ? sizeOf([a, size(0)]) : unknown,
  is_floating_point: ofTensor(({ dtype }) => truth(dtype === undefined ? undefined : floats.has(dtype))),
  __is__: isSame,
  __isnot__: (args) => negated(isSame(args)),
  __not__: ([a]) => negated(a),
  __and__: joined(false),
  __or__: joined(true),
  __getitem__: itemAt,
  __contains__: contains,
  slice: sliceOf,
  append,
  list: ([a]) => (a?.kind === 'list' ? listOf(a.items) : unknown),
  format: () => ({ kind: 'text', value: '' }),
  warn: () => none,
  device: () => unknown,
  is_grad_enabled: () => truth(false),
  is_autocast_enabled: () => truth(false),
  is_scripting: () => truth(true),
  NumToTensor: ([a]) => a ?? unknown,
  dtype: ofTensor(({ dtype }) => size(codes.get(dtype ?? ''))),
  device_of: () => unknown,
  requires_grad: () => truth(false),
  is_nested: () => truth(false),
  is_cuda: () => truth(false),
  data: ([a]) => a ?? unknown,
  unchecked_unwrap_optional: ([a]) => a ?? unknown,
};

/** What a function comes to that makes no node; undefined where it is one of tensors. */
export function plainResult(name: string, args: readonly Value[]): Value | undefined {
  return entryOf(plains, name)?.(args);
}
