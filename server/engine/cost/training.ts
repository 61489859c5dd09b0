import { roofLevel } from './levels';
import { dataTypes } from '../graph/dataTypes';
import type { Kernel } from '../kernels/types';
import type { Operations } from '../operators/rule';
import { constant, type KernelInput, type KnownTerms } from './classes/shared/model';

/**
 * Backward passes per forward pass: a matrix product has two gradients of its own size; an elementwise or row operator
 * reads a gradient and its saved input and writes a gradient, three streams to the forward pass's two.
 */
const backward = { matrix: 2, other: 1.5 } as const;
/** Kernels of a training step for one of the forward pass. */
const launches = { matrix: 3, other: 2 } as const;

/**
 * Bytes per parameter of one update with Adam in FP32: parameter, gradient and two moments read, parameter and moments
 * written (4 + 3 values of 4 bytes); and its operations (two moving averages, a square root, a division, a step).
 */
const adamBytesPerParameter = 28;
const adamOperationsPerParameter = 12;

/** Trainable elements of a kernel: those read of its weights of floating types (4 bytes where nothing is known). */
function parameters(kernel: Kernel): number {
  let sum = 0;
  for (const { role, format, bytes } of kernel.operands) {
    if (role !== 'weight') continue;
    const { kind, bits } = dataTypes[format ?? 'float'];
    if (kind === 'float') sum += (bytes ?? 0) / (bits! / 8);
  }
  return sum;
}

/** Forward, backward and update of one kernel. */
export function trainingTerms(input: KernelInput, terms: KnownTerms): KnownTerms {
  const matrix = input.operations.matrix > 0;
  const factor = 1 + (matrix ? backward.matrix : backward.other);
  const update = updateSeconds(input);
  const work = terms.work ?? Math.max(terms.compute, terms.memory);
  return {
    compute: terms.compute * factor,
    memory: terms.memory * factor + update,
    work: work * factor + update,
    fixed: terms.fixed * (matrix ? launches.matrix : launches.other),
  };
}

/** The update streams every parameter once; multi-tensor optimisers launch next to nothing. */
function updateSeconds(input: KernelInput): number {
  const bandwidth = roofLevel(input.machine)?.bandwidth;
  if (!bandwidth) return 0;
  return (parameters(input.kernel) * adamBytesPerParameter) / (bandwidth * constant(input, 'bandwidth', 0.8));
}

/** Operations by kind and bytes by level of a training step, without the update: what its energy is counted from. */
export function trainingWork({ operations, bytes }: KernelInput): Pick<KernelInput, 'operations' | 'bytes'> {
  const factor = 1 + (operations.matrix > 0 ? backward.matrix : backward.other);
  const { matrix, vector, special } = operations;
  const { main, mainWeights, near, link } = bytes;
  return {
    operations: { matrix: matrix * factor, vector: vector * factor, special: special * factor },
    bytes: {
      main: main * factor,
      mainWeights: mainWeights * factor,
      near: near * factor,
      link: link * factor,
    },
  };
}

/** Operations of a training step of a kernel. */
export function trainingOperations(kernel: Kernel, operations: Operations): number {
  const factor = 1 + (operations.matrix > 0 ? backward.matrix : backward.other);
  const all = operations.matrix + operations.vector + operations.special;
  return all * factor + parameters(kernel) * adamOperationsPerParameter;
}

/** Bytes of a training step of a kernel. */
export function trainingBytes(kernel: Kernel, bytes: number, matrix: boolean): number {
  return (
    bytes * (1 + (matrix ? backward.matrix : backward.other)) + parameters(kernel) * adamBytesPerParameter
  );
}
