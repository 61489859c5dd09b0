import type { OperatorWork } from './rule';

/** Operations per element of an activation, by unit. */
export interface ActivationCost {
  readonly vector: number;
  readonly special: number;
}

const sigmoid: ActivationCost = { vector: 3, special: 1 };
const tanh: ActivationCost = { vector: 0, special: 1 };

/**
 * Activations that operators carry fused, by their lower-case name; counted as the same activation would be alone:
 * sigmoid negate, exp, add, divide; SiLU one multiplication more; GELU x/2·(1 + erf(x/√2)); its tanh form has a cubic.
 */
const costs = new Map<string, ActivationCost>(
  Object.entries({
    relu: { vector: 1, special: 0 },
    // Squared.
    relu2: { vector: 2, special: 0 },
    leakyrelu: { vector: 2, special: 0 },
    thresholdedrelu: { vector: 1, special: 0 },
    clip: { vector: 2, special: 0 },
    hardsigmoid: { vector: 4, special: 0 },
    hardswish: { vector: 5, special: 0 },
    sigmoid,
    tanh,
    silu: { vector: 4, special: 1 },
    swish: { vector: 4, special: 1 },
    quickgelu: { vector: 5, special: 1 },
    gelu: { vector: 4, special: 1 },
    fastgelu: { vector: 8, special: 1 },
    softplus: { vector: 1, special: 2 },
    elu: { vector: 3, special: 1 },
    selu: { vector: 4, special: 1 },
    affine: { vector: 2, special: 0 },
    scaledtanh: { vector: 2, special: 1 },
  }),
);

const none: ActivationCost = { vector: 0, special: 0 };

/** Cost of an activation by name; nothing for the empty name, `none` and `identity`. */
export function activationCost(name: string): ActivationCost {
  return costs.get(name.toLowerCase()) ?? none;
}

/** Adds counts of operations; what one of them says of bytes and the loop nest is kept. */
export function addWork(
  work: OperatorWork,
  more: { readonly matrix?: number; readonly vector?: number; readonly special?: number },
): OperatorWork & { vector: number } {
  return {
    ...work,
    matrix: (work.matrix ?? 0) + (more.matrix ?? 0),
    vector: (work.vector ?? 0) + (more.vector ?? 0),
    special: (work.special ?? 0) + (more.special ?? 0),
  };
}

/** The work of an activation over a number of elements. */
export function activationWork(name: string, elements: number): ActivationCost {
  const cost = activationCost(name);
  return { vector: cost.vector * elements, special: cost.special * elements };
}
