import type { Bounded } from '../../server/engine/cost/types';

/** All parts are known. */
export const whole: Bounded = { isLowerBound: false, unknownNodes: 0, atMost: null };

/** Parts of so many nodes are unknown. */
export function partly(unknownNodes = 0, atMost: number | null = null): Bounded {
  return { isLowerBound: true, unknownNodes, atMost };
}
