import type { Passes } from '../../../server/engine/memory/training/passes';

type Pass = Passes['passes'][number];

/** A pass of one operator that runs once, reads no weight and keeps nothing but what is given. */
export function pass(reads: readonly number[], writes: readonly number[], more: Partial<Pass> = {}): Pass {
  const nothing = {
    weights: [],
    keeps: [],
    masks: 0,
    statistics: 0,
    scores: [],
    adapter: null,
    isUnknown: false,
  };
  return { node: 0, nodes: [0], operator: 'Op', repeat: 1, reads, writes, ...nothing, ...more };
}

/** Passes over values that each have a buffer of their own, and of which some have a gradient. */
export function passesOver(
  passes: readonly Pass[],
  values: number,
  hasGradient: (id: number) => boolean,
): Passes {
  const ids = Array.from({ length: values }, (_, id) => id);
  return {
    passes,
    buffers: Int32Array.from(ids),
    asked: Uint8Array.from(ids, (id) => Number(hasGradient(id))),
  };
}

/** A chain: pass i reads value i and writes value i + 1. */
export function chainOf(
  operators: readonly string[],
  more: (at: number) => Partial<Pass> = () => ({}),
): Passes {
  const passes = operators.map((operator, at) => pass([at], [at + 1], { operator, ...more(at) }));
  return passesOver(passes, operators.length + 1, (id) => id > 0);
}
