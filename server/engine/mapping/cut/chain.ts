import type { Inference, InferredValue } from '../../inference/types';
import { isCache } from '../../cost/link';
import type { Kernel, KernelPlan } from '../../kernels/types';
import { mostViews } from '../../kernels/operands';
import { operationsIn, stepsOf, type Sequence } from '../../blocks/steps';

/** A value that lives between steps. It crosses every cut behind `from` and up to `to` steps. */
export interface Span {
  /** Id of the value. */
  readonly value: number;
  /** Cuts behind so many steps and more have it on their near side: 0 for inputs of the model. */
  readonly from: number;
  /** The first step that reads it, and the last one, behind which no cut needs it. */
  readonly first: number;
  readonly to: number;
  /** An input of the model, or made of one by moving alone: what is sent is what was given. */
  readonly isRaw: boolean;
}

/** A model as a chain that can be cut in two or three parts. */
export interface Chain {
  readonly steps: Sequence;
  /**
   * Numbers of steps before each cut, ascending: 0 leaves all to the far side, the last one nothing. A cut divides no kernel of
   * any of the plans, and of several with the same kernels on each side the one that least crosses counts.
   */
  readonly cuts: readonly number[];
  readonly spans: readonly Span[];
  /** Outputs of the model by the step that makes them; -1 for what is given. */
  readonly results: readonly { readonly value: number; readonly step: number }[];
}

/**
 * Where a model can be cut.
 * @param plans its kernels on each place that takes part
 */
export function chainOf(inference: Inference, plans: readonly KernelPlan[]): Chain {
  const steps = stepsOf(inference);
  const spans = spansOf(inference, steps);
  return {
    steps,
    spans,
    cuts: cutsOf(
      steps,
      plans,
      bytesAcross(spans, steps.nodes.length, (id) => inference.values[id]!.bytes),
    ),
    results: resultsOf(inference, steps),
  };
}

/** First and last step of a kernel; null where it has none. */
export function extentOf({ stepOf }: Sequence, { nodes, anchor }: Kernel): readonly [number, number] | null {
  let [first, last] = [Infinity, -1];
  for (const index of nodes.length > 0 ? nodes : [anchor]) {
    const step = stepOf[index]!;
    if (step < 0) continue;
    first = Math.min(first, step);
    last = Math.max(last, step);
  }
  return last < 0 ? null : [first, last];
}

/** Sums over the values that cross each cut, by the number of steps before it; NaN where one is unknown. */
export function bytesAcross(
  spans: readonly Pick<Span, 'value' | 'from' | 'to'>[],
  steps: number,
  bytesOf: (value: number) => number | null,
): Float64Array {
  const change = new Float64Array(steps + 2);
  const unknown = new Int32Array(steps + 2);
  for (const { value, from, to } of spans) {
    const bytes = bytesOf(value);
    if (bytes === null) {
      unknown[from]! += 1;
      unknown[to + 1]! -= 1;
    } else {
      change[from]! += bytes;
      change[to + 1]! -= bytes;
    }
  }
  const sums = new Float64Array(steps + 1);
  let [sum, missing] = [0, 0];
  for (let at = 0; at <= steps; at++) {
    sum += change[at]!;
    missing += unknown[at]!;
    sums[at] = missing > 0 ? NaN : sum;
  }
  return sums;
}

function cutsOf(steps: Sequence, plans: readonly KernelPlan[], bytes: Float64Array): number[] {
  const count = steps.nodes.length;
  const within = new Int32Array(count + 2);
  const isBusy = new Uint8Array(count);
  for (const kernel of plans.flatMap(({ kernels }) => kernels)) {
    const extent = extentOf(steps, kernel);
    if (!extent) continue;
    isBusy[extent[1]] = 1;
    within[extent[0] + 1]! += 1;
    within[extent[1] + 1]! -= 1;
  }
  const cuts: number[] = [];
  let [depth, isSame] = [0, false];
  for (let at = 0; at <= count; at++) {
    depth += within[at]!;
    if (at > 0 && isBusy[at - 1]) isSame = false;
    if (depth > 0) continue;
    const last = cuts.at(-1);
    // NaN is less than nothing: a cut whose bytes are known is the better one of equal ones.
    if (!isSame || last === undefined) cuts.push(at);
    else if (!(bytes[last]! <= bytes[at]!)) cuts[cuts.length - 1] = at;
    isSame = true;
  }
  return cuts;
}

function spansOf(inference: Inference, steps: Sequence): Span[] {
  const isRaw = rawValues(inference, steps);
  const found = new Map<number, Omit<Span, 'value' | 'isRaw'>>();
  steps.members.forEach((members, step) => {
    for (const index of members)
      for (const input of inference.nodes[index]!.inputs) {
        const value = input === null ? undefined : sourceOf(inference, steps, input);
        const made = value && madeAt(inference, steps, value);
        if (!value || made === null || made === undefined || made >= step || isCache(value)) continue;
        found.set(value.id, { from: made + 1, first: found.get(value.id)?.first ?? step, to: step });
      }
  });
  return [...found].map(([value, span]) => ({ value, ...span, isRaw: isRaw(value) }));
}

/** What a value holds: views of one value are sent as one. */
function sourceOf(inference: Inference, { rootOf }: Sequence, id: number): InferredValue {
  let value = inference.values[rootOf(id)]!;
  for (let views = 0; views < mostViews; views++) {
    const node = value.producer === null ? undefined : inference.nodes[value.producer];
    const input = node?.view ? node.inputs[0] : null;
    const behind = typeof input === 'number' ? inference.values[rootOf(input)] : undefined;
    if (!behind || behind.isConstant || behind.bytes !== value.bytes) return value;
    value = behind;
  }
  return value;
}

/** The step that makes a value: -1 for inputs of the model; null for constants, and what lives inside of one step. */
function madeAt({ scopes }: Inference, { stepOf }: Sequence, value: InferredValue): number | null {
  if (value.isConstant) return null;
  if (value.producer !== null) return stepOf[value.producer]! < 0 ? null : stepOf[value.producer]!;
  return value.origin === 'input' && scopes[value.scope]!.holder === null ? -1 : null;
}

/** Whether a value is what the model was given, moved at the most: no arithmetic has touched it. */
function rawValues(inference: Inference, steps: Sequence): (value: number) => boolean {
  const raw = new Uint8Array(inference.values.length);
  for (const id of inference.scopes[0]?.inputs ?? []) if (!inference.values[id]!.isConstant) raw[id] = 1;
  for (const members of steps.members) {
    const nodes = members.map((index) => inference.nodes[index]!);
    const reads = nodes.flatMap(({ inputs }) => inputs);
    const isMoved = nodes.every((node) => (operationsIn(node) ?? 0) === 0);
    if (!isMoved || !reads.some((id) => id !== null && raw[steps.rootOf(id)])) continue;
    for (const { outputs } of nodes) for (const id of outputs) if (id !== null) raw[id] = 1;
  }
  return (value) => raw[value] === 1;
}

function resultsOf(inference: Inference, steps: Sequence): Chain['results'] {
  return (inference.scopes[0]?.outputs ?? []).flatMap((id) => {
    const value = id === null ? undefined : inference.values[steps.rootOf(id)];
    const step = value && madeAt(inference, steps, value);
    return value && step !== null && step !== undefined && !isCache(value) ? [{ value: value.id, step }] : [];
  });
}
