import { elementCount } from '../../graph/dataTypes';
import { numericShape } from '../../inference/work';
import type { Inference } from '../../inference/types';
import type { Kernel, KernelPlan, Operand } from '../../kernels/types';
import { keptScores } from '../../kernels/writtenScores';
import { addTo } from '../../lists';
import { isStepDue, type Steps } from '../../scheduler';
import { executionSteps } from '../steps';
import type { Adapter } from './adapters';
import { ownersOf } from './owners';
import { needsOf, type Need } from './rules';

/** One operator forward, and what it keeps for its way back. Values are ids of the buffers in which they lie. */
interface Pass {
  /** Flat index of its last node. */
  readonly node: number;
  readonly nodes: readonly number[];
  readonly operator: string;
  /** Runs per run of the model; null where unknown. */
  readonly repeat: number | null;
  readonly reads: readonly number[];
  /** Not what it only looks at in another way. */
  readonly writes: readonly number[];
  /** Weights that it reads. */
  readonly weights: readonly number[];
  readonly keeps: readonly number[];
  /** Bytes that it keeps beside values: masks, and statistics of normalisations; null where a size is unknown. */
  readonly masks: number | null;
  readonly statistics: number | null;
  /** Scores of an attention that it keeps; none where attention is one kernel. */
  readonly scores: readonly Operand[];
  /** The adapter that stands beside it. */
  readonly adapter: Adapter | null;
  /** What it keeps is unknown, and its gradient is needed. */
  readonly isUnknown: boolean;
}

/** The forward pass of a model as a framework with automatic differentiation runs it. */
export interface Passes {
  readonly passes: readonly Pass[];
  /** The buffer of each value. */
  readonly buffers: Int32Array;
  /** 1 for buffers whose gradient is asked for. */
  readonly asked: Uint8Array;
}

/** Passes `from` to `to`, inclusive, that run a second time on the way back; what they keep is not there before. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export function* passesOf(
  inference: Inference,
  plan: KernelPlan,
  gradients: Uint8Array,
  adapters: ReadonlyMap<number, Adapter>,
): Steps<Passes> {
  const buffers = yield* ownersOf(inference, plan);
  const asked = new Uint8Array(gradients.length);
  gradients.forEach((isAsked, id) => {
    if (isAsked) asked[buffers[id]!] = 1;
  });
  const maker = new PassMaker(inference, buffers, asked, adapters, yield* scoresOf(inference, plan));
  const passes: Pass[] = [];
  for (const step of yield* executionSteps(inference, plan, 'file')) {
    if (isStepDue(passes.length)) yield;
    passes.push(maker.passOf(plan.kernels[plan.kernelOfNode[step.node]!]!));
  }
  return { passes, buffers, asked };
}

class PassMaker {
  constructor(
    private readonly inference: Inference,
    private readonly buffers: Int32Array,
    private readonly asked: Uint8Array,
    private readonly adapters: ReadonlyMap<number, Adapter>,
    private readonly scores: ReadonlyMap<number, readonly Operand[]>,
  ) {}

  passOf(kernel: Kernel): Pass {
    const of = (role: string): number[] =>
      kernel.operands.filter((one) => one.role === role).map(({ value }) => this.buffers[value]!);
    const node = this.inference.nodes[kernel.nodes.at(-1)!]!;
    // Scores are made in the pass: what stays of them is told apart.
    const written = this.inference.scores?.get(kernel.anchor);
    const reads = of('input').filter((id) => id !== written);
    const writes = of('output');
    const made = writes.filter((id) => !reads.includes(id));
    const isAsked = writes.some((id) => this.asked[id] === 1);
    const needs = isAsked ? needsOf(node, kernel.fusion) : [];
    // One node is asked by the places of its inputs; of several that are one operator those count that come from outside.
    const inputs =
      kernel.nodes.length === 1 ? node.inputs.map((id) => (id === null ? null : this.buffers[id]!)) : reads;
    const adapter = kernel.nodes.map((one) => this.adapters.get(one)).find((one) => one !== undefined);
    const kept = (needs ?? []).flatMap((need) => this.valueOf(need, inputs, writes));
    const scores = (isAsked && this.scores.get(kernel.anchor)) || [];
    const sum = (isOne: (need: Need) => boolean): number | null =>
      (needs ?? [])
        .filter(isOne)
        .reduce<number | null>((all, need) => plus(all, this.extraOf(need, kernel, writes)), 0);
    return {
      node: node.index,
      nodes: kernel.nodes,
      operator: kernel.fusion ?? node.node.operator,
      repeat: kernel.repeat,
      reads,
      writes: made,
      weights: of('weight'),
      keeps: [...new Set(adapter ? [...kept, this.buffers[adapter.input]!] : kept)].filter(
        (id) => !this.inference.values[id]!.isConstant,
      ),
      masks: sum((need) => 'mask' in need),
      statistics: sum(
        (need) => 'perRow' in need || 'perChannel' in need || ('perQuery' in need && scores.length === 0),
      ),
      scores,
      adapter: adapter ?? null,
      isUnknown: needs === undefined,
    };
  }

  private valueOf(
    need: Need,
    inputs: readonly (number | null | undefined)[],
    writes: readonly number[],
  ): readonly number[] {
    const asks = 'for' in need && need.for ? need.for.some((i) => this.isAsked(inputs[i])) : true;
    const value = !asks
      ? null
      : 'input' in need
        ? inputs[need.input]
        : 'output' in need
          ? writes[need.output]
          : null;
    return typeof value === 'number' ? [value] : [];
  }

  private isAsked(id: number | null | undefined): boolean {
    return typeof id === 'number' && this.asked[id] === 1;
  }

  /** Bytes of what is no value of the graph. */
  private extraOf(need: Need, { matrixShape }: Kernel, writes: readonly number[]): number | null {
    const shape = numericShape(this.inference.values[writes[0] ?? -1]?.type);
    if (!shape) return null;
    const elements = elementCount(shape);
    if ('mask' in need) return need.mask * elements;
    if ('perRow' in need) return need.perRow * statisticBytes * (elements / Math.max(1, shape.at(-1) ?? 1));
    if ('perChannel' in need) return need.perChannel * statisticBytes * (shape[1] ?? 1);
    if (!('perQuery' in need) || matrixShape?.kind !== 'attention') return 0;
    const { batch, heads, queryLength } = matrixShape;
    return need.perQuery * statisticBytes * batch * heads * queryLength;
  }
}

/** What stays of the scores of each attention that is several kernels, by its anchor. */
function* scoresOf(
  { scores }: Inference,
  { kernels }: KernelPlan,
): Steps<ReadonlyMap<number, readonly Operand[]>> {
  const parts = new Map<number, Kernel[]>();
  for (const kernel of scores ? kernels : []) {
    if (isStepDue(kernel.index)) yield;
    if (kernel.nodes.length === 0 && scores!.has(kernel.anchor)) addTo(parts, kernel.anchor, kernel);
  }
  return new Map([...parts].map(([anchor, of]) => [anchor, keptScores(of)]));
}

/** Means, deviations and sums of exponentials are 32-bit floats in every framework. */
const statisticBytes = 4;

function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
