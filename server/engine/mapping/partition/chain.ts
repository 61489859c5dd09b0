import { smallest } from '../../lists';
import { isStepDue, type Steps } from '../../scheduler';
import type { Moved, PartitionProblem } from './problem';

/**
 * The best assignment of a chain, in which every value is read by the next kernel and by no other: dynamic programming over the
 * kernels and the units of each. Null where the graph is no chain.
 */
export function* bestOfChain(problem: PartitionProblem): Steps<Uint8Array | null> {
  const { kernels, units, costs } = problem;
  const between = linksOf(problem);
  if (!between || kernels === 0) return null;
  /** Least cost of all kernels up to this one, by its unit, and the unit before it on the way. */
  let least = Float64Array.from(costs.subarray(0, units));
  const before = new Uint8Array(kernels * units);
  for (let kernel = 1; kernel < kernels; kernel++) {
    if (isStepDue(kernel)) yield;
    const next = new Float64Array(units).fill(Infinity);
    for (let to = 0; to < units; to++)
      for (let from = 0; from < units; from++) {
        const link = from === to ? 0 : transfer(between[kernel - 1]!, from * units + to);
        const cost = least[from]! + link + costs[kernel * units + to]!;
        if (cost < next[to]!) {
          next[to] = cost;
          before[kernel * units + to] = from;
        }
      }
    least = next;
  }
  const unitOf = new Uint8Array(kernels);
  unitOf[kernels - 1] = least.indexOf(smallest([...least]));
  for (let kernel = kernels - 1; kernel > 0; kernel--)
    unitOf[kernel - 1] = before[kernel * units + unitOf[kernel]!]!;
  return unitOf;
}

function transfer(values: readonly Moved[], at: number): number {
  return values.reduce((sum, { costs }) => sum + costs[at]!, 0);
}

/** The values from each kernel to the next; null where one goes elsewhere. */
function linksOf({ kernels, values }: PartitionProblem): Moved[][] | null {
  const between: Moved[][] = Array.from({ length: kernels }, () => []);
  for (const value of values) {
    const { maker, readers } = value;
    if (readers.length !== 1 || readers[0] !== maker + 1) return null;
    between[maker]!.push(value);
  }
  return between;
}
