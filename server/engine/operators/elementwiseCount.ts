import type { WorkContext } from './rule';

/** Operations per element of the result. */
export interface Count {
  readonly vector?: number;
  readonly special?: number;
}

/** The count in words. */
export function formulaOf({ vector, special }: Count): string {
  const parts = [
    vector && `vector ${vector === 1 ? '' : vector}|Y|`,
    special && `special ${special === 1 ? '' : special}|Y|`,
  ];
  return parts.filter(Boolean).join(', ') || 'none';
}

/** The work of as many operations for each element of output 0. */
export function workOf(count: Count): (context: WorkContext) => { vector: number; special: number } {
  return (context) => {
    const elements = context.outputCountOf(0);
    return { vector: (count.vector ?? 0) * elements, special: (count.special ?? 0) * elements };
  };
}
