import type { Inference } from '../inference/types';
import { isMatrixClass } from '../operators/rule';
import { isStepDue, type Steps } from '../scheduler';
import { kindsOf } from './kinds';
import type { Sequence } from './steps';

/**
 * The steps that do the work, one after another. What only computes sizes and other numbers that are known before the model runs
 * is left out: exporters share it between layers as they like. Places are counted from 0.
 */
export interface Chain {
  /** The step at each place. */
  readonly steps: Int32Array;
  /** What each is, as a number: equal ones do the same. */
  readonly kinds: Int32Array;
  /** Places that made the inputs of place i, in order, -1 for what no place made: `makers[starts[i]]` to `makers[starts[i + 1]]`. */
  readonly makers: Int32Array;
  readonly starts: Int32Array;
  /** How many values that a place before i made are read at i or behind it. */
  readonly open: Int32Array;
  /** How many products (with weights, or of attention) stand before place i. */
  readonly products: Int32Array;
  /** Places before this one do not depend on what the most places do: masks and positions, or another tower. */
  readonly aside: number;
}

/** A chain of the steps in the given order. */
export function* chainOf(inference: Inference, sequence: Sequence): Steps<Chain> {
  const { values } = inference;
  const known = new Uint8Array(values.length);
  for (const { id, elements } of values) {
    if (isStepDue(id)) yield;
    if (elements && !elements.includes(undefined)) known[id] = 1;
  }
  const isKnown = (id: number): boolean => known[id] === 1;
  const all = kindsOf(inference, sequence, isKnown);
  yield;
  const working: number[] = [];
  sequence.nodes.forEach((index, step) => {
    const { outputs } = inference.nodes[index]!;
    if (outputs.some((id) => id !== null && !isKnown(id))) working.push(step);
  });
  const written = yield* edgesOf(inference, sequence, working);
  const { aside, main } = apart(working, written);
  const steps = Int32Array.from([...aside, ...main]);
  const edges = aside.length === 0 ? written : yield* edgesOf(inference, sequence, steps);
  const kinds = steps.map((step) => all[step]!);
  const products = productsBefore(inference, sequence, steps);
  return { steps, kinds, ...edges, products, aside: aside.length };
}

function productsBefore({ nodes }: Inference, { members }: Sequence, steps: Int32Array): Int32Array {
  const before = new Int32Array(steps.length + 1);
  steps.forEach((step, place) => {
    const isProduct = members[step]!.some((index) => isMatrixClass(nodes[index]!.operatorClass));
    before[place + 1] = before[place]! + (isProduct ? 1 : 0);
  });
  return before;
}

/** Beginnings of a graph that are compared, one for each bit. */
const mostSources = 31;

/**
 * What does not depend on the one of the first steps that the most others depend on comes before all that does. Exporters write what
 * all layers share, such as a mask, where the first one reads it.
 */
function apart(
  steps: readonly number[],
  { makers, starts }: Edges,
): { readonly aside: readonly number[]; readonly main: readonly number[] } {
  const sources = new Int32Array(steps.length);
  const counts = new Int32Array(mostSources);
  let count = 0;
  for (let place = 0; place < steps.length; place++) {
    let bits = 0;
    let isSource = true;
    for (let i = starts[place]!; i < starts[place + 1]!; i++) {
      if (makers[i]! < 0) continue;
      isSource = false;
      bits |= sources[makers[i]!]!;
    }
    if (isSource && count < mostSources) bits = 1 << count++;
    sources[place] = bits;
    for (let bit = 0; bit < count; bit++) counts[bit]! += (bits >> bit) & 1;
  }
  const most = 1 << counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
  const of = (isMain: boolean): number[] =>
    steps.filter((_, place) => ((sources[place]! & most) !== 0) === isMain);
  return { aside: of(false), main: of(true) };
}

type Edges = Pick<Chain, 'makers' | 'starts' | 'open'>;

function* edgesOf(
  { nodes, values }: Inference,
  { members, rootOf, stepOf }: Sequence,
  steps: ArrayLike<number>,
): Steps<Edges> {
  const placeOf = new Int32Array(members.length).fill(-1);
  for (let place = 0; place < steps.length; place++) placeOf[steps[place]!] = place;
  const starts = new Int32Array(steps.length + 1);
  const makers: number[] = [];
  const lastRead = new Int32Array(values.length).fill(-1);
  for (let place = 0; place < steps.length; place++) {
    if (isStepDue(place)) yield;
    for (const index of members[steps[place]!]!) {
      for (const input of nodes[index]!.inputs) {
        const id = input === null ? null : rootOf(input);
        const producer = id === null ? null : values[id]!.producer;
        const step = producer === null ? -1 : stepOf[producer]!;
        const maker = step < 0 ? -1 : placeOf[step]!;
        if (maker === place) continue;
        makers.push(maker);
        if (id !== null && maker >= 0) lastRead[id] = place;
      }
    }
    starts[place + 1] = makers.length;
  }
  const open = new Int32Array(steps.length + 1);
  lastRead.forEach((last, id) => {
    const from = last < 0 ? -1 : placeOf[stepOf[values[id]!.producer!]!]!;
    if (from < 0 || last <= from) return;
    open[from + 1]!++;
    open[last + 1]!--;
  });
  for (let place = 1; place <= steps.length; place++) open[place]! += open[place - 1]!;
  return { makers: Int32Array.from(makers), starts, open };
}
