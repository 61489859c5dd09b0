import type { Prepared } from './analyse';
import type { Chip } from './chips/chip';
import { formatTable, typesOf } from './cost/kernelFormat';
import { samplesPerRun } from './cost/samples';
import { symbolsOfRole } from './inference/bindingNames';
import type { Candidate } from './mapping/candidate';
import type { Scheduler } from './scheduler';
import { underSizes, type Question } from './whatFits';
import { candidatesOn } from './whichChip';
import { precisionPolicies, type PrecisionPolicy } from './workload';

/** A chip at one precision under several sizes. */
export interface Variant {
  readonly precision: PrecisionPolicy;
  readonly compute: string;
  /** Whether the chip computes so under the precision in force. */
  readonly isCurrent: boolean;
  /** By size; null where the model refuses the size, or the chip can't run it so. */
  readonly cells: readonly (VariantCell | null)[];
}

interface VariantCell extends Pick<Candidate, 'figures' | 'fits'> {
  /** Samples in one run. */
  readonly samples: number;
}

/** A dimension and the sizes that it is tried at; null: the model as it is. */
export interface Sweep {
  readonly dimension: string | null;
  readonly sizes: readonly number[];
}

/** Sizes of batches; other dimensions are tried at these times what they are. */
const batches = [1, 2, 4, 8, 16, 32, 64];
const factors = [0.25, 0.5, 1, 2, 4, 8];

/** What a dimension is tried at: batches in powers of two, others from a quarter to eight times, with the size in force. */
export function sweepOf({ model, inference }: Prepared, dimension: string | null): Sweep {
  const symbol = inference.symbols.find(({ name }) => name === dimension);
  if (!symbol) return { dimension: null, sizes: [] };
  const now = symbol.value ?? 1;
  const isBatch = symbolsOfRole(model.graph, inference, 'batch').some(({ name }) => name === symbol.name);
  const tried = isBatch ? batches : factors.map((factor) => Math.round(now * factor));
  const sizes = [...new Set([...tried, now])].filter((size) => size >= 1).sort((a, b) => a - b);
  return { dimension: symbol.name, sizes };
}

/** What a model takes on a chip at each precision that the chip has, at each size of a sweep. */
export async function whatIf(
  question: Question,
  chip: Chip,
  { dimension, sizes }: Sweep,
  scheduler: Scheduler,
): Promise<Variant[]> {
  const { prepared } = question;
  const columns: (readonly Candidate[])[] = [];
  const samples: number[] = [];
  for (const size of dimension === null ? [null] : sizes) {
    const under = size === null ? prepared : await underSizes(prepared, { [dimension!]: size }, scheduler);
    const asked = under && { ...question, prepared: under };
    columns.push(asked ? await candidatesOn(asked, chip, { precisions: precisionPolicies }, scheduler) : []);
    samples.push(under ? samplesPerRun(under.inference) : 0);
  }
  const types = typesOf(prepared.inference);
  const formats = (precision: PrecisionPolicy): string => formatTable(chip, precision).key(types);
  const current = formats(prepared.workload.precision);
  const rows = new Map(columns.flat().map((one) => [one.precision, one.compute]));
  return [...rows].map(([precision, compute]) => ({
    precision,
    compute,
    isCurrent: formats(precision) === current,
    cells: columns.map((column, at) => {
      const found = column.find((one) => one.precision === precision);
      return found ? { figures: found.figures, fits: found.fits, samples: samples[at]! } : null;
    }),
  }));
}
