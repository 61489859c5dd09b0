import { mainOf, nearOf } from './levels';
import { elementCount } from '../graph/dataTypes';
import type { Kernel } from '../kernels/types';
import type { MatrixShape } from '../operators/rule';
import { constant, type KernelInput, type Terms } from './classes/shared/model';

/** A matrix product with the loops of any operator brought to one form. */
export interface Product {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Which operand holds weights that stay the same over the batch. */
  readonly weights: boolean;
}

/**
 * The products behind a loop nest: a convolution as an implicit GEMM per group (im2col), a recurrent layer as one
 * product per step, attention as its two products per head.
 */
export function productsOf(shape: MatrixShape): readonly Product[] {
  switch (shape.kind) {
    case 'gemm':
      return [{ batch: shape.batch, m: shape.m, n: shape.n, k: shape.k, weights: shape.weights !== 'none' }];
    case 'convolution': {
      const taps = elementCount(shape.kernel);
      const positions = elementCount(shape.transposed ? shape.inputSpatial : shape.outputSpatial);
      const inputs = shape.inputChannels / shape.groups;
      const outputs = shape.outputChannels / shape.groups;
      return [
        {
          batch: shape.groups,
          m: shape.batch * positions,
          n: shape.transposed ? outputs * taps : outputs,
          k: shape.transposed ? inputs : inputs * taps,
          weights: true,
        },
      ];
    }
    case 'attention': {
      const batch = shape.batch * shape.heads;
      return [
        { batch, m: shape.queryLength, n: shape.keyLength, k: shape.headSize, weights: false },
        { batch, m: shape.queryLength, n: shape.valueHeadSize, k: shape.keyLength, weights: false },
      ];
    }
    case 'recurrent':
      return [
        {
          batch: shape.directions,
          m: shape.batch,
          n: shape.gates * shape.hiddenSize,
          k: shape.inputSize + shape.hiddenSize,
          weights: true,
        },
      ];
  }
}

/** A product of activations with activations: attention, written out or not. */
export function isOfActivations({ matrixShape }: Pick<Kernel, 'matrixShape'>): boolean {
  return matrixShape !== undefined && productsOf(matrixShape).every(({ weights }) => !weights);
}

/** A convolution with few channels per group has no matrix product worth the name: the vector units run it. */
export function isNarrowConvolution(shape: MatrixShape | undefined, alignment: number): boolean {
  return (
    shape?.kind === 'convolution' &&
    shape.groups > 1 &&
    shape.inputChannels / shape.groups < Math.max(4, alignment)
  );
}

/** Seconds for `operations` at `rate` (operations per second); null when the rate is unknown and there is work. */
export function seconds(operations: number, rate: number | null): number | null {
  if (operations === 0) return 0;
  return rate === null || rate <= 0 ? null : operations / rate;
}

/** The larger (or the sum) of terms of which each may be unknown. */
export function combine(terms: readonly (number | null)[], add: boolean): number | null {
  let result = 0;
  for (const term of terms) {
    if (term === null) return null;
    result = add ? result + term : Math.max(result, term);
  }
  return result;
}

/** Compute time of the elementwise parts: vector and special-function operations at their own rates. */
export function elementwiseSeconds(input: KernelInput, serial: boolean, extraVector = 0): number | null {
  const share = constant(input, 'vector', constant(input, 'compute', 1));
  const specialShare = constant(input, 'special', share);
  const { machine, operations } = input;
  return combine(
    [
      seconds(operations.vector + extraVector, machine.vector && machine.vector * share),
      seconds(operations.special, machine.special && machine.special * specialShare),
    ],
    serial,
  );
}

/** Time of all bytes of a kernel through the on-chip level; 0 where there is none. */
export function nearSeconds(input: KernelInput): number | null {
  const near = nearOf(input.machine);
  return near
    ? seconds(input.bytes.near, near.bandwidth && near.bandwidth * constant(input, 'near', 0.7))
    : 0;
}

/**
 * Memory time: the slowest level, each at its sustained share. The ramp is the time that a transfer needs before it
 * runs at full speed; it makes the effective bandwidth grow with size.
 */
export function memorySeconds(input: KernelInput): number | null {
  const { machine, bytes } = input;
  const bandwidth = constant(input, 'bandwidth', 1);
  const main = mainOf(machine);
  const parts = [
    main ? seconds(bytes.main, main.bandwidth && main.bandwidth * bandwidth) : 0,
    nearSeconds(input),
    seconds(bytes.link, machine.link && machine.link * 0.85),
  ];
  const slowest = combine(parts, false);
  return slowest === null ? null : slowest + (slowest > 0 ? constant(input, 'ramp', 0) : 0);
}

/** Compute time of a kernel whose matrix units reach `utilisation` of their peak on its shape. */
export function computeSeconds(input: KernelInput, utilisation: number, serial: boolean): number | null {
  const { machine, operations } = input;
  const rate = machine.peak && machine.peak * constant(input, 'compute', 1) * utilisation;
  return combine([seconds(operations.matrix, rate), elementwiseSeconds(input, serial)], serial);
}

/** The roofline without any shape law: for classes and operators that have none. */
export function plainTerms(input: KernelInput, utilisation: number, serial: boolean): Terms {
  return {
    compute: computeSeconds(input, utilisation, serial),
    memory: memorySeconds(input),
    fixed: constant(input, 'fixed', 0),
  };
}
