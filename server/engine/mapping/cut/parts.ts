import { estimateTotals, type EstimateOptions } from '../../cost/estimate';
import { added, scale, Total } from '../../cost/interval';
import { crossings } from '../../cost/placement';
import { wholeTotal } from '../../cost/totals';
import type { ChipCost, Estimate, KernelCost } from '../../cost/types';
import type { ChipAnalysis, Prepared } from '../../analyse';
import type { Kernel, KernelPlan } from '../../kernels/types';
import { usableBytes } from '../../memory/fit';
import { runThrough } from '../../scheduler';
import { extentOf, type Chain } from './chain';

/** What a part of a model costs at a place. SI units; unknown is null. */
export interface Part {
  readonly seconds: Estimate | null;
  readonly joules: Estimate | null;
  /** Whether its memory does. */
  readonly fits: boolean | null;
  readonly isEmpty: boolean;
}

/** A model on a chip that a part of it may run on. */
export interface Place {
  readonly prepared: Prepared;
  readonly analysis: ChipAnalysis;
  readonly options: EstimateOptions;
  /** Bytes that a value takes there; null while a dimension is unknown. */
  readonly held: (value: number) => number | null;
}

/** Transfers that a kernel waits for; null while unknown. */
type Link = Pick<KernelCost, 'seconds' | 'joules'>;

/** A kernel with the steps that it takes. */
interface Row {
  readonly kernel: Kernel;
  readonly cost: KernelCost;
  /** Transfer between the chip and its host that it waits for. */
  readonly link: Link | undefined;
  readonly first: number;
  readonly last: number;
}

/** What is asked of the parts of a model at a place. Cuts are given by their places in the list of cuts. */
export interface PartCosts {
  /** Every part fits. */
  readonly holdsAll: boolean;
  /** Parts from the first cut, and to the last one. */
  readonly before: readonly Part[];
  readonly behind: readonly Part[];
  /** The part between two cuts. */
  between(from: number, to: number): Part;
  /** Seconds between two cuts by value alone, as quick as a difference where that is possible; NaN while unknown. */
  secondsBetween(from: number, to: number): number;
}

/** Kernels that are estimated at the most to know all parts of a model that a place does not hold as a whole. */
const mostEstimated = 2_000_000;

/**
 * Costs of parts of a model at a place, each between two cuts. Where the place holds the whole model, a part costs what its
 * kernels cost there, and one run through them gives all parts. Where weights are streamed or the model has no room, each
 * part is estimated as a model of its own, since less of it streams or it has room.
 */
export class Parts implements PartCosts {
  private readonly rows: readonly Row[];
  /** Kernels cost the same in a part as in the whole model. */
  private readonly isAdditive: boolean;
  readonly holdsAll: boolean;
  readonly before: readonly Part[];
  readonly behind: readonly Part[];

  constructor(
    private readonly place: Place,
    private readonly chain: Chain,
  ) {
    const { plan, cost, fit } = place.analysis;
    this.rows = rowsOf(place, chain);
    const isRefused = cost.kernels.some(({ unit }) => unit === null);
    this.holdsAll = fit.fits !== false;
    const isHeld = cost.streamedBytes === 0 && !isRefused && this.holdsAll;
    this.isAdditive = isHeld || chain.cuts.length * plan.kernels.length > mostEstimated;
    const last = chain.cuts.length - 1;
    this.before = this.isAdditive ? this.growing(1) : chain.cuts.map((_, i) => this.estimated(0, i));
    this.behind = this.isAdditive ? this.growing(-1) : chain.cuts.map((_, i) => this.estimated(i, last));
  }

  between(from: number, to: number): Part {
    if (from >= to) return nothing;
    return this.isAdditive ? this.sumOf(this.rowsIn(from, to)).get() : this.estimated(from, to);
  }

  secondsBetween(from: number, to: number): number {
    if (from >= to) return 0;
    const [near, far] = [this.before[from]!.seconds, this.before[to]!.seconds];
    if (this.isAdditive) return near && far ? far.value - near.value : NaN;
    const isFew = this.before.length ** 2 * this.rows.length <= mostEstimated;
    return isFew ? (this.estimated(from, to).seconds?.value ?? NaN) : NaN;
  }

  private rowsIn(from: number, to: number): Row[] {
    const [first, end] = [this.chain.cuts[from]!, this.chain.cuts[to]!];
    return this.rows.filter((row) => row.first >= first && row.last < end);
  }

  /** Parts that grow by a cut at a time, from the front or from the back, in the order of the cuts. */
  private growing(direction: 1 | -1): Part[] {
    const { cuts } = this.chain;
    const rows = [...this.rows].sort(
      (a, b) => direction * (direction > 0 ? a.last - b.last : a.first - b.first),
    );
    const order = direction > 0 ? cuts.map((_, i) => i) : cuts.map((_, i) => cuts.length - 1 - i);
    const sum = new PartSum(this.place);
    const parts: Part[] = [];
    let next = 0;
    for (const i of order) {
      const isIn = ({ first, last }: Row): boolean => (direction > 0 ? last < cuts[i]! : first >= cuts[i]!);
      while (next < rows.length && isIn(rows[next]!)) sum.add(rows[next++]!);
      parts[i] = sum.get();
    }
    return parts;
  }

  private sumOf(rows: readonly Row[]): PartSum {
    const sum = new PartSum(this.place);
    for (const row of rows) sum.add(row);
    return sum;
  }

  private readonly known = new Map<string, Part>();

  /** A part as a model of its own. */
  private estimated(from: number, to: number): Part {
    const key = `${from} ${to}`;
    const before = this.known.get(key);
    if (before) return before;
    const part = this.estimate(this.rowsIn(from, to));
    this.known.set(key, part);
    return part;
  }

  private estimate(rows: readonly Row[]): Part {
    if (rows.length === 0) return nothing;
    const { prepared, analysis, options } = this.place;
    const { inference, workload } = prepared;
    const plan = partOf(analysis.plan, new Set(rows.map(({ kernel }) => kernel.index)));
    const steps = estimateTotals({ inference, plan, workload }, analysis.chip, analysis.profile, options);
    const { latencySeconds, joules } = runThrough(steps).total;
    const seconds = wholeTotal(latencySeconds);
    return { seconds, joules: wholeTotal(joules), fits: this.sumOf(rows).fits(), isEmpty: false };
  }
}

const zero: Estimate = { value: 0, low: 0, high: 0, basis: 'calibrated' };
const nothing: Part = { seconds: zero, joules: zero, fits: true, isEmpty: true };

/** Some kernels of a plan as a plan. */
export function partOf(plan: KernelPlan, kept: ReadonlySet<number>): KernelPlan {
  const kernels = plan.kernels.filter(({ index }) => kept.has(index));
  const place = new Map(kernels.map(({ index }, i) => [index, i]));
  return {
    ...plan,
    kernels: kernels.map((kernel, index) => ({ ...kernel, index })),
    kernelOfNode: plan.kernelOfNode.map((kernel) => place.get(kernel) ?? -1),
  };
}

function rowsOf({ prepared, analysis }: Place, { steps }: Chain): Row[] {
  const { plan, cost } = analysis;
  const links = linksOf(prepared, plan, cost);
  return plan.kernels.flatMap((kernel) => {
    const extent = extentOf(steps, kernel);
    if (!extent) return [];
    const [first, last] = extent;
    return [{ kernel, cost: cost.kernels[kernel.index]!, link: links.get(kernel.index), first, last }];
  });
}

/** Transfers between chip and host, by the kernel that waits for each. */
function linksOf({ inference }: Prepared, plan: KernelPlan, { kernels }: ChipCost): Map<number, Link> {
  const unitOf = Uint8Array.from(plan.kernels, ({ index }) => kernels[index]!.unit ?? 0);
  const { list } = runThrough(crossings(inference, plan, unitOf));
  const links = new Map<number, Link>();
  const both = (a: Estimate | null, b: Estimate | null): Estimate | null => a && b && added(a, b);
  list.forEach(({ kernel }, i) => {
    const { seconds, joules } = kernels[plan.kernels.length + i]!;
    const before = links.get(kernel);
    links.set(
      kernel,
      before
        ? { seconds: both(before.seconds, seconds), joules: both(before.joules, joules) }
        : { seconds, joules },
    );
  });
  return links;
}

/** The sum of kernels at a place. */
class PartSum {
  private readonly seconds = new Total();
  private readonly joules = new Total();
  private readonly gaps = { seconds: false, joules: false };
  private readonly weights = new Set<number>();
  private weightBytes: number | null = 0;
  private count = 0;
  private canRun = true;

  constructor(private readonly place: Place) {}

  add({ kernel, cost, link }: Row): void {
    const { operatorClass, repeat } = kernel;
    const { common, unit } = cost;
    this.count++;
    if (unit === null && kernel.operations !== null) this.canRun = false;
    for (const figure of ['seconds', 'joules'] as const) {
      const [own, wait] = [cost[figure], link ? link[figure] : undefined];
      if (own && repeat !== null) this[figure].add(operatorClass, own, repeat, common);
      else this.gaps[figure] = true;
      if (wait && repeat !== null) this[figure].add('link', scale(wait, repeat));
      else if (wait !== undefined) this.gaps[figure] = true;
    }
    for (const { value, role } of kernel.operands) {
      if (role !== 'weight' || this.weights.has(value)) continue;
      this.weights.add(value);
      const bytes = this.place.held(value);
      this.weightBytes = bytes === null || this.weightBytes === null ? null : this.weightBytes + bytes;
    }
  }

  get(): Part {
    if (this.count === 0) return nothing;
    return {
      seconds: this.gaps.seconds || !this.canRun ? null : this.seconds.get(),
      joules: this.gaps.joules || !this.canRun ? null : this.joules.get(),
      fits: this.fits(),
      isEmpty: false,
    };
  }

  /** Its weights, beside activations that take as much as those of the whole model at the most. */
  fits(): boolean | null {
    const { fit, timeline, cost } = this.place.analysis;
    if (fit.fits !== false || cost.streamedBytes > 0) return fit.fits;
    const [usable, most] = [usableBytes(fit), timeline.highWaterBytes];
    if (usable === null || most === null || this.weightBytes === null) return null;
    return most - timeline.weights.known + this.weightBytes <= usable;
  }
}
