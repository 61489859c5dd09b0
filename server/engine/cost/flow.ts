import type { Inference } from '../inference/types';
import { writesOf } from '../kernels/operands';
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

/** What passes through a chip while it runs the kernels of a plan: the same for all chips that size values alike. */
export interface Flow {
  /** By kernel; null while a dimension is unknown. */
  readonly sized: readonly (WorkBytes | null)[];
  readonly reads: readonly (readonly Read[])[];
  readonly writes: readonly (readonly Write[])[];
  /** Numbers kernels by all of these: layers that repeat have equal ones. */
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
  const passes = yield* passesOf({ inference, plan, held, before, writtenAt });
  const kinds = yield* kindsOf(sized, passes);
  return { sized, ...passes, kinds, bytes, largestActivations, weightBytes };
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

function* passesOf(passing: Passing): Steps<Pick<Flow, 'reads' | 'writes'>> {
  const reads: Read[][] = [];
  const writes: Write[][] = [];
  for (const kernel of passing.plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    reads.push(readsIn(kernel, passing));
    writes.push(writesIn(kernel, passing));
  }
  return { reads, writes };
}

function readsIn(kernel: Kernel, { inference, held, before, writtenAt }: Passing): Read[] {
  return kernel.operands.flatMap(({ value, role }) => {
    const own = role === 'input' ? held(value) : null;
    if (own === null) return [];
    const written = writtenAt[value]!;
    const passed = written < 0 ? Infinity : before[kernel.index]! - written + own;
    return [{ held: own, isGiven: inference.values[value]!.producer === null, passed }];
  });
}

function writesIn(kernel: Kernel, { inference, plan, held, before, writtenAt }: Passing): Write[] {
  return kernel.operands.flatMap(({ value, role }) => {
    const own = role === 'output' ? held(value) : null;
    if (own === null) return [];
    let passed: number | null = null;
    for (const node of inference.values[value]!.consumers) {
      const at = plan.kernelOfNode[node]!;
      const until = at < 0 ? Infinity : before[at]! - writtenAt[value]! + own;
      passed = Math.max(passed ?? -Infinity, until);
    }
    return [{ held: own, passed }];
  });
}

function* kindsOf(
  sized: Flow['sized'],
  { reads, writes }: Pick<Flow, 'reads' | 'writes'>,
): Steps<Int32Array> {
  const kinds = new Int32Array(sized.length);
  const known = new Map<string, number>();
  for (const [index, own] of sized.entries()) {
    if (isStepDue(index)) yield;
    const parts = own ? [own.weights, own.inputs, own.outputs] : [null];
    const read = reads[index]!.map((one) => [one.held, one.isGiven, one.passed].join());
    const written = writes[index]!.map((one) => [one.held, one.passed].join());
    const key = [parts.join(), read.join(';'), written.join(';')].join(' ');
    const kind = known.get(key) ?? known.size;
    known.set(key, kind);
    kinds[index] = kind;
  }
  return kinds;
}
