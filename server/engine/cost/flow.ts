import type { Inference, InferredNode } from '../inference/types';
import { mostViews, writesOf } from '../kernels/operands';
import type { Kernel, KernelPlan } from '../kernels/types';
import type { WorkBytes } from '../operators/rule';
import { Query } from '../query';
import { isStepDue, type Steps } from '../scheduler';
import type { Sizing } from './sizing';

/** An activation that a kernel reads. */
interface Read {
  /** Bytes that have to be on the chip at once. */
  readonly held: number;
  /** An input of the graph. */
  readonly isGiven: boolean;
  /** Bytes that passed through the chip since it was written, its own among them; infinite where no kernel wrote it. */
  readonly passed: number;
}

/** An activation that a kernel writes. */
interface Write {
  readonly held: number;
  /** Bytes that pass until its last reader runs, its own among them; null: nobody reads it. */
  readonly passed: number | null;
}

/** What a kernel moves, and what passed meanwhile. */
export interface Passage {
  /** Null while a dimension is unknown. */
  readonly sized: WorkBytes | null;
  readonly reads: readonly Read[];
  readonly writes: readonly Write[];
}

/** What passes through a chip while it runs the kernels of a plan: the same for all chips that size values alike. */
export interface Flow {
  /** Different passages: layers that repeat have equal ones. */
  readonly passages: readonly Passage[];
  /** Place among them by kernel. */
  readonly kinds: Int32Array;
  /** Bytes that passed in all. */
  readonly bytes: number;
  /** Bytes of the activations of the largest kernel. */
  readonly largestActivations: number;
  /** Bytes of all weights, each counted once. */
  readonly weightBytes: number;
}

const flows = new Query<KernelPlan, Flow>(8);

/** @param portion share of an activation that has to be on the chip at once */
export function flowOf(inference: Inference, plan: KernelPlan, sizing: Sizing, portion: number): Steps<Flow> {
  return flows.steps(plan, () => findFlow(inference, plan, sizing, portion), `${portion} ${sizing.key}`);
}

function* findFlow(inference: Inference, plan: KernelPlan, sizing: Sizing, portion: number): Steps<Flow> {
  const sized: (WorkBytes | null)[] = [];
  const before: number[] = [];
  const writtenAt = new Float64Array(inference.values.length).fill(-1);
  const seen = new Set<number>();
  let [bytes, largestActivations, weightBytes] = [0, 0, 0];
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    const own = sizing.moved(kernel);
    sized.push(own);
    before.push(bytes);
    bytes += own ? own.weights + (own.inputs + own.outputs) * portion : 0;
    largestActivations = Math.max(largestActivations, own ? own.inputs + own.outputs : 0);
    for (const id of writesOf(kernel)) writtenAt[id] = bytes;
    for (const { value, role } of kernel.operands) {
      if (role !== 'weight' || seen.has(value)) continue;
      seen.add(value);
      weightBytes += sizing.held(value) ?? 0;
    }
  }
  const held = (id: number): number | null => {
    const whole = sizing.held(id);
    return whole === null ? null : whole * portion;
  };
  const found = yield* passagesOf(sized, { inference, plan, held, before, writtenAt });
  return { ...found, bytes, largestActivations, weightBytes };
}

/** Where each value is in the bytes that pass. */
interface Passing {
  readonly inference: Inference;
  readonly plan: KernelPlan;
  readonly held: (value: number) => number | null;
  /** Bytes that passed before each kernel, and after which each value was written; -1 where none of them writes it. */
  readonly before: readonly number[];
  readonly writtenAt: Float64Array;
}

function* passagesOf(
  sized: readonly Passage['sized'][],
  passing: Passing,
): Steps<Pick<Flow, 'passages' | 'kinds'>> {
  const passages: Passage[] = [];
  const kinds = new Int32Array(sized.length);
  const known = new Map<string, number>();
  for (const kernel of passing.plan.kernels) {
    const { index } = kernel;
    if (isStepDue(index)) yield;
    const reads = readsIn(kernel, passing);
    const passage = { sized: sized[index]!, reads, writes: writesIn(kernel, passing) };
    const key = keyOf(passage);
    let kind = known.get(key);
    if (kind === undefined) {
      known.set(key, (kind = passages.length));
      passages.push(passage);
    }
    kinds[index] = kind;
  }
  return { passages, kinds };
}

function readsIn(kernel: Kernel, passing: Passing): Read[] {
  const { inference, held, before, writtenAt } = passing;
  return kernel.operands.flatMap(({ value, role }) => {
    const own = role === 'input' ? held(value) : null;
    if (own === null) return [];
    const source = sourceOf(value, passing);
    const written = writtenAt[source]!;
    const passed = written < 0 ? Infinity : before[kernel.index]! - written + own;
    return [{ held: own, isGiven: inference.values[source]!.producer === null, passed }];
  });
}

function writesIn(kernel: Kernel, passing: Passing): Write[] {
  const { plan, held, before, writtenAt } = passing;
  return kernel.operands.flatMap(({ value, role }) => {
    const own = role === 'output' ? held(value) : null;
    if (own === null) return [];
    let passed: number | null = null;
    for (const node of readersOf(value, passing)) {
      const at = plan.kernelOfNode[node]!;
      const until = at < 0 ? Infinity : before[at]! - writtenAt[value]! + own;
      passed = Math.max(passed ?? -Infinity, until);
    }
    return [{ held: own, passed }];
  });
}

/** What a view in no kernel gives out: the bytes of its input under another shape; null for any other node. */
function silentView({ inference, plan }: Passing, node: number | null): InferredNode | null {
  if (node === null || plan.kernelOfNode[node]! >= 0) return null;
  return inference.nodes[node]!.view ? inference.nodes[node]! : null;
}

/** The value that was written where this one is read. */
function sourceOf(value: number, passing: Passing): number {
  let at = value;
  for (let views = 0; views < mostViews && passing.writtenAt[at]! < 0; views++) {
    const input = silentView(passing, passing.inference.values[at]!.producer)?.inputs[0] ?? null;
    if (input === null) break;
    at = input;
  }
  return at;
}

/** The nodes that read a value or a view of it. */
function readersOf(value: number, passing: Passing): number[] {
  const readers: number[] = [];
  const names = [value];
  for (let at = 0; at < names.length && at < mostViews; at++) {
    for (const node of passing.inference.values[names[at]!]!.consumers) {
      const output = silentView(passing, node)?.outputs[0] ?? null;
      if (output === null) readers.push(node);
      else names.push(output);
    }
  }
  return readers;
}

function keyOf({ sized, reads, writes }: Passage): string {
  const parts = sized ? [sized.weights, sized.inputs, sized.outputs] : [null];
  const read = reads.map((one) => [one.held, one.isGiven, one.passed].join());
  const written = writes.map((one) => [one.held, one.passed].join());
  return [parts.join(), read.join(';'), written.join(';')].join(' ');
}
