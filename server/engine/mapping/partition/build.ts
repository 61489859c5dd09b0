import { joulesPerByte, transferEnergy } from '../../cost/energy';
import { costsOnUnit } from '../../cost/estimate';
import { handOver, isCache, linkSide, transferSeconds } from '../../cost/link';
import { isHost, refusedBy, sourceOf, valuesBetween } from '../../cost/placement';
import type { KernelCost, PlannedModel } from '../../cost/types';
import type { Unit, Units } from '../../cost/units';
import { isStepDue, type Steps } from '../../scheduler';
import type { Moved, PartitionProblem } from './problem';

/** What is to be least. */
export const mapObjectives = ['latency', 'energy'] as const;
export type MapObjective = (typeof mapObjectives)[number];

/** A model on units as a problem, and what it was made of. */
export interface Built {
  /** The kernels of the plan in their order; behind them one that stands for the memory of the host, with inputs and outputs. */
  readonly problem: PartitionProblem;
  /** By unit what each kernel would cost there, even where the runtime cannot run it. */
  readonly free: PartitionProblem;
  /** By unit the kernels that its runtime cannot run there. */
  readonly refused: readonly ReadonlySet<number>[];
}

/** Kernels, units and transfers of a planned model. All kernels can run somewhere: a host among the units takes what is left. */
export function* buildProblem(model: PlannedModel, units: Units, objective: MapObjective): Steps<Built> {
  const { plan } = model;
  const [count, width] = [plan.kernels.length, units.list.length];
  const free = new Float64Array((count + 1) * width).fill(Infinity);
  const costs = new Float64Array((count + 1) * width).fill(Infinity);
  const refused: ReadonlySet<number>[] = [];
  const home = Math.max(0, units.list.findIndex(isHost));
  for (const [unit, one] of units.list.entries()) {
    const kernels = yield* costsOnUnit(model, one);
    const cannot = yield* refusedBy(model, one);
    refused.push(cannot);
    for (const { index, repeat } of plan.kernels) {
      if (isStepDue(index)) yield;
      const cost = figureOf(kernels[index]!, objective, repeat ?? 1);
      free[index * width + unit] = cost;
      if (!cannot.has(index)) costs[index * width + unit] = cost;
    }
  }
  for (const { index } of plan.kernels) settle(free, costs, index, { width, home });
  free[count * width + home] = 0;
  costs[count * width + home] = 0;
  const values = yield* movedValues(model, units, home, objective);
  const shape = { kernels: count + 1, units: width, values };
  return { problem: { ...shape, costs }, free: { ...shape, costs: free }, refused };
}

function figureOf({ seconds, joules }: KernelCost, objective: MapObjective, repeat: number): number {
  const figure = objective === 'latency' ? seconds : joules;
  return figure ? figure.value * repeat : Infinity;
}

/** A kernel of which nothing is known anywhere costs nothing, wherever it may run. One that nothing can run is the host's. */
function settle(
  free: Float64Array,
  costs: Float64Array,
  kernel: number,
  { width, home }: { readonly width: number; readonly home: number },
): void {
  const own = (of: Float64Array): Float64Array => of.subarray(kernel * width, (kernel + 1) * width);
  const isNone = (of: Float64Array): boolean => own(of).every((cost) => cost === Infinity);
  if (isNone(free)) own(free).fill(0);
  if (isNone(costs)) costs[kernel * width + home] = Math.min(free[kernel * width + home]!, Number.MAX_VALUE);
}

function* movedValues(
  model: PlannedModel,
  units: Units,
  home: number,
  objective: MapObjective,
): Steps<readonly Moved[]> {
  const { inference, plan } = model;
  const memory = plan.kernels.length;
  const width = units.list.length;
  const moved: Moved[] = [];
  const costsOf = (bytes: number, isStarted: boolean): Float64Array => {
    const costs = new Float64Array(width * width);
    for (let from = 0; from < width; from++)
      for (let to = 0; to < width; to++)
        if (from !== to)
          costs[from * width + to] = transferCost(units, [from, to], bytes, { objective, isStarted });
    return costs;
  };
  for (const { maker, readers, bytes } of yield* valuesBetween(inference, plan)) {
    const repeat = plan.kernels[readers[0]!]!.repeat ?? 1;
    moved.push({ maker, readers, costs: costsOf(bytes ?? 0, true).map((cost) => cost * repeat) });
    yield;
  }
  const ends = yield* endsOf(model);
  for (const { reads, writes, bytes } of ends) {
    // Inputs come together: the program is started once.
    const costs = new Float64Array(width * width);
    for (let unit = 0; unit < width; unit++) {
      if (unit === home) continue;
      const cost =
        objective === 'latency'
          ? (handOver(units, unit, bytes) ?? Infinity)
          : costsOf(bytes, false)[home * width + unit]!;
      costs[home * width + unit] = cost;
      costs[unit * width + home] = cost;
    }
    if (reads.length > 0) moved.push({ maker: memory, readers: reads, costs });
    if (writes !== null) moved.push({ maker: writes, readers: [memory], costs });
  }
  return moved;
}

function transferCost(
  units: Units,
  pair: readonly [from: number, to: number],
  bytes: number,
  { objective, isStarted }: { readonly objective: MapObjective; readonly isStarted: boolean },
): number {
  const seconds = transferSeconds(units, pair, bytes);
  if (!seconds) return Infinity;
  const [from, to] = pair.map((index) => units.list[index]!) as [Unit, Unit];
  if (objective === 'latency') return seconds.value + (isStarted ? (to.startSeconds ?? 0) : 0);
  const energy = transferEnergy(units.list[linkSide(units, pair)]!.chip, seconds, bytes);
  // Where the link is not known: read from the one memory, written to the other.
  return energy?.joules.value ?? bytes * (joulesPerByte(from.chip) + joulesPerByte(to.chip));
}

/** An input with the kernels that read it, or an output with the one that makes it. */
interface End {
  readonly reads: readonly number[];
  readonly writes: number | null;
  readonly bytes: number;
}

function* endsOf({ inference, plan }: PlannedModel): Steps<readonly End[]> {
  const [scope] = inference.scopes;
  const ids = (list: readonly (number | null)[] | undefined): number[] =>
    (list ?? []).filter((id) => id !== null && !isCache(inference.values[id]!)) as number[];
  const readers = new Map<number, Set<number>>(ids(scope?.inputs).map((id) => [id, new Set()]));
  for (const { index, operands } of plan.kernels) {
    if (isStepDue(index)) yield;
    for (const { value, role } of operands)
      if (role === 'input') readers.get(sourceOf(inference, plan, value))?.add(index);
  }
  const inputs = [...readers].map(([id, reads]): End => {
    return { reads: [...reads], writes: null, bytes: inference.values[id]!.bytes ?? 0 };
  });
  const outputs = ids(scope?.outputs).flatMap((id): End[] => {
    const { producer, bytes } = inference.values[sourceOf(inference, plan, id)]!;
    const maker = producer === null ? -1 : plan.kernelOfNode[producer]!;
    return maker < 0 ? [] : [{ reads: [], writes: maker, bytes: bytes ?? 0 }];
  });
  return [...inputs, ...outputs];
}
