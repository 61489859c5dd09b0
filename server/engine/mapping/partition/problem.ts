/** A value that one kernel makes and others read. */
export interface Moved {
  /** Index of the kernel. */
  readonly maker: number;
  /** Indices of other kernels, each once. */
  readonly readers: readonly number[];
  /** What it costs to bring it from one unit to another, by `from * units + to`; once, however many read it there. */
  readonly costs: Float64Array;
}

/**
 * Kernels to be put on units so that the sum of their costs and of the transfers is least. Costs are of one kind: seconds or joules
 * of a run. A kernel with one unit that is possible stands for what is fixed, such as the memory that holds the model's inputs.
 */
export interface PartitionProblem {
  readonly kernels: number;
  readonly units: number;
  /** By `kernel * units + unit`; Infinity where the unit cannot run it. Each kernel has a unit that can. */
  readonly costs: Float64Array;
  readonly values: readonly Moved[];
}

/** The cost of an assignment of kernels to units. */
export function costOf({ kernels, units, costs, values }: PartitionProblem, unitOf: Uint8Array): number {
  let sum = 0;
  for (let kernel = 0; kernel < kernels; kernel++) sum += costs[kernel * units + unitOf[kernel]!]!;
  for (const value of values) sum += transferCost(units, value, unitOf);
  return sum;
}

function transferCost(units: number, { maker, readers, costs }: Moved, unitOf: Uint8Array): number {
  const from = unitOf[maker]!;
  let there = 1 << from;
  let sum = 0;
  for (const reader of readers) {
    const to = unitOf[reader]!;
    if ((there & (1 << to)) !== 0) continue;
    there |= 1 << to;
    sum += costs[from * units + to]!;
  }
  return sum;
}

/** Each kernel on the unit on which it alone costs least: where a search begins. */
export function eachAtBest({ kernels, units, costs }: PartitionProblem): Uint8Array {
  return Uint8Array.from({ length: kernels }, (_, kernel) => {
    let best = 0;
    for (let unit = 1; unit < units; unit++)
      if (costs[kernel * units + unit]! < costs[kernel * units + best]!) best = unit;
    return best;
  });
}

/** Each kernel on one unit where that can run it, else where it costs least. */
export function mostlyOn(problem: PartitionProblem, unit: number): Uint8Array {
  const { units, costs } = problem;
  return eachAtBest(problem).map((best, kernel) => (costs[kernel * units + unit]! < Infinity ? unit : best));
}
