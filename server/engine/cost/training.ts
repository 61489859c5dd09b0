import { roofLevel } from './levels';
import { dataTypes } from '../graph/dataTypes';
import type { Kernel } from '../kernels/types';
import type { Operations } from '../operators/rule';
import type { Training } from '../workload';
import { constant, type KernelInput, type KnownTerms } from './classes/shared/model';
import { singleBytes, updateBytes, updateOperations } from './optimizer';

/** What a training step does besides the pass forward. */
export interface TrainingStep {
  readonly training: Training;
  /** A constant, by id, is one that the update changes, or comes of one. */
  readonly isTrained: (value: number) => boolean;
  /** A node runs a second time, since what it makes is not kept. */
  readonly isRecomputed: (node: number) => boolean;
  /** The adapter beside a node: its parameters, and its work ÷ that of the node. */
  readonly adapterOf: (node: number) => { readonly elements: number; readonly share: number } | undefined;
}

/** Every weight is trained and nothing runs twice, whatever the options say. */
export function plainStep(training: Training): TrainingStep {
  return { training, isTrained: () => true, isRecomputed: () => false, adapterOf: () => undefined };
}

/**
 * Backward passes per forward pass: a matrix product has two gradients of its own size, one where its weight stays as it is; an
 * elementwise or row operator reads a gradient and its saved input and writes a gradient, three streams to the forward pass's two.
 */
const backward = { matrix: 2, frozen: 1, other: 1.5 } as const;
/** Kernels of a training step for one of the forward pass. */
const launches = { matrix: 3, other: 2 } as const;

/** Passes of a kernel in a step, in units of one forward, and how often it is launched. */
function passesOf(kernel: Kernel, matrix: boolean, step: TrainingStep): { passes: number; launches: number } {
  const again = step.isRecomputed(kernel.anchor) ? 1 : 0;
  const { accumulation } = step.training;
  if (!matrix)
    return {
      passes: (1 + again + backward.other) * accumulation,
      launches: (launches.other + again) * accumulation,
    };
  const weights = kernel.operands.filter(({ role }) => role === 'weight');
  const isFrozen = weights.length > 0 && !weights.some(({ value }) => step.isTrained(value));
  const adapters = kernel.nodes.reduce((sum, node) => sum + (step.adapterOf(node)?.share ?? 0), 0);
  const own = 1 + again + (isFrozen ? backward.frozen : backward.matrix);
  const beside = adapters * (1 + again + backward.matrix);
  return {
    passes: (own + beside) * accumulation,
    launches: (launches.matrix + again - (isFrozen ? 1 : 0)) * accumulation,
  };
}

/** Parameters that a kernel's weights and adapters give to the update. */
function parameters(kernel: Kernel, step: TrainingStep): { readonly own: number; readonly adapters: number } {
  let own = 0;
  for (const { value, role, format, elements } of kernel.operands) {
    if (role === 'weight' && dataTypes[format ?? 'float'].kind === 'float' && step.isTrained(value))
      own += elements ?? 0;
  }
  const adapters = kernel.nodes.reduce((sum, node) => sum + (step.adapterOf(node)?.elements ?? 0), 0);
  return { own, adapters };
}

/** Part of the update that one device does: all, unless states of the optimizer are shared out. */
function updateShare({ zero, devices }: Training): number {
  return zero === 0 ? 1 : 1 / devices;
}

/** Bytes that the update of a kernel's parameters moves on one device. */
function updatedBytes(kernel: Kernel, elementBytes: number, step: TrainingStep): number {
  const { own, adapters } = parameters(kernel, step);
  const { training } = step;
  const bytes = own * updateBytes(training, elementBytes) + adapters * updateBytes(training, singleBytes);
  return bytes * updateShare(training);
}

/** Forward, backward and update of one kernel. */
export function trainingTerms(input: KernelInput, terms: KnownTerms, step: TrainingStep): KnownTerms {
  const { passes, launches: launched } = passesOf(input.kernel, input.operations.matrix > 0, step);
  const update = updateSeconds(input, step);
  const work = terms.work ?? Math.max(terms.compute, terms.memory);
  return {
    compute: terms.compute * passes,
    memory: terms.memory * passes + update,
    work: work * passes + update,
    fixed: terms.fixed * launched,
  };
}

/** The update streams every parameter once; multi-tensor optimisers launch next to nothing. */
function updateSeconds(input: KernelInput, step: TrainingStep): number {
  const bandwidth = roofLevel(input.machine)?.bandwidth;
  if (!bandwidth) return 0;
  return (
    updatedBytes(input.kernel, input.weightBytes, step) / (bandwidth * constant(input, 'bandwidth', 0.8))
  );
}

/** Operations by kind and bytes by level of a training step, without the update: what its energy is counted from. */
export function trainingWork(
  { kernel, operations, bytes }: KernelInput,
  step: TrainingStep,
): Pick<KernelInput, 'operations' | 'bytes'> {
  const { passes } = passesOf(kernel, operations.matrix > 0, step);
  const { matrix, vector, special } = operations;
  const { main, mainWeights, near, link } = bytes;
  return {
    operations: { matrix: matrix * passes, vector: vector * passes, special: special * passes },
    bytes: {
      main: main * passes,
      mainWeights: mainWeights * passes,
      near: near * passes,
      link: link * passes,
    },
  };
}

/** Operations of a training step of a kernel. */
export function trainingOperations(kernel: Kernel, operations: Operations, step: TrainingStep): number {
  const { passes } = passesOf(kernel, operations.matrix > 0, step);
  const { own, adapters } = parameters(kernel, step);
  const all = operations.matrix + operations.vector + operations.special;
  return all * passes + (own + adapters) * updateOperations(step.training) * updateShare(step.training);
}

/** Bytes of a training step of a kernel, its weights at the stored types. */
export function trainingBytes(kernel: Kernel, bytes: number, step: TrainingStep): number {
  const { passes } = passesOf(kernel, (kernel.operations?.matrix ?? 0) > 0, step);
  const formats = kernel.operands
    .filter(({ role }) => role === 'weight')
    .map(({ format }) => format ?? 'float');
  const [bits = 32] = formats.map((format) => dataTypes[format].bits ?? undefined);
  return bytes * passes + updatedBytes(kernel, bits / 8, step);
}
