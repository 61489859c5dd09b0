import { byteLength } from '../graph/dataTypes';
import { minimum, product, type Dim } from '../graph/dim';
import { numericCount, stridesOf } from './broadcast';
import type { Element, NodeContext, OperatorRule, OperatorWork, WorkContext } from './rule';
import { isDim, movement, normalizeAxis, numbers, sameAsInput } from './shared';
import { touched } from './tensorJoin';

function inferGather(context: NodeContext): void {
  const [data, indices] = [context.shape(0), context.shape(1)];
  const axis = data && normalizeAxis(context.int('axis', 0), data.length);
  if (!data || !indices || axis === undefined) {
    context.setTensor(0, context.dtype(0), undefined);
    return;
  }
  const result = [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
  context.setTensor(0, context.dtype(0), result);
  const [elements, at] = [context.elements(0), numbers(context.elements(1))];
  if (!elements || !at || numericCount(data) !== elements.length) return;
  const size = data[axis] as number;
  const inner = numericCount(data.slice(axis + 1))!;
  const outer = numericCount(data.slice(0, axis))!;
  if (elements.length === 0) return;
  const out: Element[] = [];
  for (let o = 0; o < outer; o++) {
    for (const index of at) {
      const row = (o * size + (index < 0 ? index + size : index)) * inner;
      for (let i = 0; i < inner; i++) out.push(elements[row + i]);
    }
  }
  context.setElements(0, out);
}

function inferGatherElements(context: NodeContext): void {
  const [data, shape] = [context.shape(0), context.shape(1)];
  context.setTensor(0, context.dtype(0), shape);
  const [elements, indices] = [context.elements(0), numbers(context.elements(1))];
  const axis = data && normalizeAxis(context.int('axis', 0), data.length);
  if (!elements || !indices || axis === undefined || numericCount(data) !== elements.length) return;
  const positions = positionsAlong(axis, data as number[], indices, shape as number[]);
  context.setElements(
    0,
    positions.map((position) => elements[position]),
  );
}

/** For each index, of a tensor of `shape`: the flat position in `data` of its own place with the index put on `axis`. */
function positionsAlong(
  axis: number,
  data: readonly number[],
  indices: readonly number[],
  shape: readonly number[],
): number[] {
  const strides = stridesOf(data);
  return indices.map((index, i) => {
    let rest = i;
    let at = 0;
    for (let k = shape.length - 1; k >= 0; k--) {
      const own = rest % shape[k]!;
      rest = Math.floor(rest / shape[k]!);
      const put = index < 0 ? index + data[axis]! : index;
      at += (k === axis ? put : own) * strides[k]!;
    }
    return at;
  });
}

function inferGatherND(context: NodeContext): void {
  const [data, indices] = [context.shape(0), context.shape(1)];
  const depth = indices?.[indices.length - 1];
  if (!data || !indices || typeof depth !== 'number') {
    context.setTensor(0, context.dtype(0), undefined);
    return;
  }
  const batch = context.int('batch_dims', 0);
  context.setTensor(0, context.dtype(0), [...indices.slice(0, -1), ...data.slice(batch + depth)]);
  const [elements, at] = [context.elements(0), numbers(context.elements(1))];
  if (batch !== 0 || !elements || !at || numericCount(data) !== elements.length) return;
  const inner = numericCount(data.slice(depth))!;
  const out: Element[] = [];
  for (const base of flatPositions(at, depth, data as number[])) {
    for (let i = 0; i < inner; i++) out.push(elements[base + i]);
  }
  context.setElements(0, out);
}

function flatPositions(indices: readonly number[], depth: number, shape: readonly number[]): number[] {
  const strides = stridesOf(shape);
  const positions: number[] = [];
  for (let i = 0; i + depth <= indices.length; i += Math.max(depth, 1)) {
    let at = 0;
    for (let k = 0; k < depth; k++) {
      const index = indices[i + k]!;
      at += (index < 0 ? index + shape[k]! : index) * strides[k]!;
    }
    positions.push(at);
    if (depth === 0) break;
  }
  return positions;
}

/** ScatterND of known content: shapes patched in place, as exporters of indexed assignment write it. */
function inferScatterND(context: NodeContext): void {
  sameAsInput(context);
  const data = context.shape(0);
  const [elements, at, updates] = [context.elements(0), numbers(context.elements(1)), context.elements(2)];
  const depth = context.shape(1)?.at(-1);
  if (
    !elements ||
    !at ||
    !updates ||
    typeof depth !== 'number' ||
    context.string('reduction', 'none') !== 'none'
  )
    return;
  if (numericCount(data) !== elements.length) return;
  const inner = numericCount(data!.slice(depth))!;
  const out = [...elements];
  flatPositions(at, depth, data as number[]).forEach((base, row) => {
    for (let i = 0; i < inner; i++) out[base + i] = updates[row * inner + i];
  });
  context.setElements(0, out);
}

function inferScatterElements(context: NodeContext): void {
  sameAsInput(context);
  const data = context.shape(0);
  const [elements, indices, updates] = [
    context.elements(0),
    numbers(context.elements(1)),
    context.elements(2),
  ];
  const axis = data && normalizeAxis(context.int('axis', 0), data.length);
  if (!elements || !indices || !updates || axis === undefined) return;
  if (context.string('reduction', 'none') !== 'none' || numericCount(data) !== elements.length) return;
  const out = [...elements];
  const positions = positionsAlong(axis, data as number[], indices, context.shape(1) as number[]);
  positions.forEach((position, i) => {
    out[position] = updates[i];
  });
  context.setElements(0, out);
}

/** Operations of a scatter that combines: 1 per update. */
function scatterWork(context: WorkContext): OperatorWork {
  return context.string('reduction', 'none') === 'none' ? {} : { vector: context.count(2) };
}

function inferOneHot(context: NodeContext): void {
  const indices = context.shape(0);
  const depth = context.elements(1)?.[0];
  const rank = indices && indices.length + 1;
  const axis = rank === undefined ? undefined : normalizeAxis(context.int('axis', -1), rank);
  if (!indices || axis === undefined) {
    context.setTensor(0, context.dtype(2), undefined);
    return;
  }
  const dim = isDim(depth) ? depth : context.fresh('depth');
  context.setTensor(0, context.dtype(2), [...indices.slice(0, axis), dim, ...indices.slice(axis)]);
}

function inferNonZero(context: NodeContext): void {
  const shape = context.shape(0);
  const elements = numbers(context.elements(0));
  const rank = shape?.length;
  if (!elements || !shape || numericCount(shape) !== elements.length) {
    const most = shape && product(shape);
    context.setTensor(0, 'int64', [rank ?? context.unknown('rank'), context.fresh('count', most)]);
    return;
  }
  const found = elements.flatMap((element, i) => (element === 0 ? [] : [i]));
  context.setTensor(0, 'int64', [rank!, found.length]);
  const strides = stridesOf(shape);
  context.setElements(
    0,
    shape.flatMap((size, axis) => found.map((i) => Math.floor(i / strides[axis]!) % (size as number))),
  );
}

function inferCompress(context: NodeContext): void {
  const shape = context.shape(0);
  const chosen = numbers(context.elements(1))?.filter((element) => element !== 0).length;
  const given = context.int('axis');
  const length =
    shape && (given === undefined ? product(shape) : shape[normalizeAxis(given, shape.length) ?? -1]);
  // As many as the condition has at the most, and no more than there are.
  const least = [length, context.shape(1)?.[0]].filter((dim) => dim !== undefined);
  const most = least.length > 0 ? least.reduce(minimum) : undefined;
  const count: Dim = chosen ?? context.fresh('count', most);
  if (given === undefined) {
    context.setTensor(0, context.dtype(0), [count]);
    return;
  }
  const axis = shape && normalizeAxis(given, shape.length);
  const result = axis === undefined ? undefined : shape!.map((dim, at) => (at === axis ? count : dim));
  context.setTensor(0, context.dtype(0), result);
}

function inferUnique(context: NodeContext): void {
  const shape = context.shape(0);
  const given = context.int('axis');
  const elements = given === undefined ? context.elements(0) : undefined;
  const known = elements?.every((element) => element !== undefined) ? new Set(elements).size : undefined;
  const axis = given === undefined || !shape ? undefined : normalizeAxis(given, shape.length);
  const read = given === undefined ? shape && product(shape) : axis === undefined ? undefined : shape![axis];
  const count: Dim = known ?? context.fresh('count', read);
  const whole =
    given === undefined
      ? [count]
      : axis === undefined
        ? undefined
        : shape!.map((dim, at) => (at === axis ? count : dim));
  context.setTensor(0, context.dtype(0), whole);
  if (context.hasOutput(1)) context.setTensor(1, 'int64', [count]);
  if (context.hasOutput(2)) context.setTensor(2, 'int64', [read ?? context.fresh('inverse')]);
  if (context.hasOutput(3)) context.setTensor(3, 'int64', [count]);
}

function inferTopK(context: NodeContext): void {
  const shape = context.shape(0);
  const k = context.version < 10 ? context.int('k') : context.elements(1)?.[0];
  const axis = shape && normalizeAxis(context.int('axis', -1), shape.length);
  const dim: Dim = isDim(k) ? k : context.fresh('k', axis === undefined ? undefined : shape![axis]);
  const result = axis === undefined ? undefined : shape!.map((own, at) => (at === axis ? dim : own));
  context.setTensor(0, context.dtype(0), result);
  context.setTensor(1, 'int64', result);
}

const gathers: Partial<OperatorRule> = {
  formula: 'none: bytes of the touched rows',
  work: (context) => ({ inputBytes: touched(context) }),
};
const scatters: Partial<OperatorRule> = {
  formula: 'none, vector |updates| with a reduction',
  work: scatterWork,
};

export const indexingOperators: readonly OperatorRule[] = [
  movement('Gather', inferGather, gathers),
  movement('GatherElements', inferGatherElements, gathers),
  movement('GatherND', inferGatherND, gathers),
  movement('Scatter', inferScatterElements, scatters),
  movement('ScatterElements', inferScatterElements, scatters),
  movement('ScatterND', inferScatterND, scatters),
  movement('TensorScatter', sameAsInput, {
    formula: 'none: bytes of the update read and written in place',
    // The cache is updated in place: only the written rows move.
    work: (context) => {
      const dtype = context.dtype(0);
      const rows = dtype ? byteLength(dtype, context.count(1)) : null;
      return rows === null ? {} : { inputBytes: { 0: 0 }, outputBytes: { 0: rows } };
    },
  }),
  movement('OneHot', inferOneHot),
  movement('NonZero', inferNonZero, {
    formula: 'vector |X|',
    work: (context) => ({ vector: context.count(0) }),
  }),
  movement('Compress', inferCompress),
  movement('Unique', inferUnique, {
    formula: 'vector |X|·log2|X|',
    work: (context) => ({ vector: sorting(context.count(0)) }),
  }),
  movement('TopK', inferTopK, {
    operatorClass: 'reduction',
    formula: 'vector |X|: one comparison per element read',
    work: (context) => ({ vector: context.count(0) }),
  }),
  movement('ReverseSequence', sameAsInput),
];

/** Comparisons of a sort. */
function sorting(count: number): number {
  return count > 1 ? count * Math.ceil(Math.log2(count)) : 0;
}
