import type { Chip } from '../chips/chip';
import { hostOf } from '../chips/hosts';
import type { Inference } from '../inference/types';
import type { RuntimeProfile } from '../kernels/profile';
import { nodeSupport } from '../kernels/support/support';
import type { Refusal } from '../kernels/support/conditions';
import { mostViews, readsOf } from '../kernels/operands';
import type { Kernel, KernelPlan } from '../kernels/types';
import { Query } from '../query';
import { isStepDue, type Steps } from '../scheduler';
import { modelFor } from './classes/index';
import { traitsOf } from './classes/traits';
import { formatTable, kernelFormat, storedTypeOf, type FormatTable } from './kernelFormat';
import { formatOf } from './precision';
import type { DataType } from '../graph/dataTypes';
import type { PlannedModel } from './types';
import { hostUnitId, type Assignment, type Unit, type Units } from './units';

/** Kernels that the runtime cannot run on the chip, by index. */
function* unsupported(
  model: Pick<PlannedModel, 'inference' | 'plan'>,
  profile: RuntimeProfile,
  table: FormatTable,
): Steps<ReadonlySet<number>> {
  if (!profile.supports) return new Set();
  const make = (): Steps<ReadonlySet<number>> => findUnsupported(model, profile, table);
  if (profile.supports.types !== null) return yield* make();
  // No chip changes it where formats are no reason.
  const byRuntime = refusedIn.at(model.plan, () => new Map());
  const known = byRuntime.get(profile);
  if (known) return known;
  const found = yield* make();
  byRuntime.set(profile, found);
  return found;
}

/** Of each plan by the runtime. */
const refusedIn = new Query<KernelPlan, Map<RuntimeProfile, ReadonlySet<number>>>();

function* findUnsupported(
  { inference, plan }: Pick<PlannedModel, 'inference' | 'plan'>,
  profile: RuntimeProfile,
  table: FormatTable,
): Steps<ReadonlySet<number>> {
  const result = new Set<number>();
  const refusal = kernelSupport(inference, plan, profile, table);
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    if (refusal(kernel)) result.add(kernel.index);
  }
  return result;
}

/**
 * Each kernel on the unit that is wanted for it, where the runtime of that unit can run it; else on the first unit that can, hosts
 * before others. Where none of them can, a host is there besides: a chip that nothing is known of but its class.
 * @param wanted unit by the index of the kernel
 * @param host undefined: the one that belongs to the first chip
 */
export function* placed(
  model: PlannedModel,
  units: Units,
  wanted: Uint8Array,
  host?: Chip,
): Steps<Assignment> {
  const { list } = units;
  const refused = new Map<number, ReadonlySet<number>>();
  if (list.length === 1) {
    refused.set(0, yield* refusedBy(model, list[0]!));
    if (refused.get(0)!.size === 0) return { units, unitOf: wanted };
  }
  const order = [...list.keys()].sort((a, b) => Number(isHost(list[b]!)) - Number(isHost(list[a]!)) || a - b);
  const unitOf = Uint8Array.from(wanted);
  let isAway = false;
  for (const { index } of model.plan.kernels) {
    if (isStepDue(index)) yield;
    const own = unitOf[index]!;
    if (!refused.has(own)) refused.set(own, yield* refusedBy(model, list[own]!));
    if (!refused.get(own)!.has(index)) continue;
    for (const unit of order) if (!refused.has(unit)) refused.set(unit, yield* refusedBy(model, list[unit]!));
    const other = order.find((unit) => !refused.get(unit)!.has(index));
    unitOf[index] = other ?? list.length;
    isAway ||= other === undefined;
  }
  if (!isAway) return { units, unitOf };
  const away: Unit = { id: hostUnitId, chip: host ?? hostOf(list[0]!.chip), profile: null };
  return { units: { ...units, list: [...list, away] }, unitOf };
}

export function isHost({ chip }: Unit): boolean {
  return traitsOf[chip.class].isHost;
}

/** Kernels that the runtime of a unit cannot run there. A chip without a law runs nothing, and nothing else runs in its place. */
export function* refusedBy(model: PlannedModel, { chip, profile }: Unit): Steps<ReadonlySet<number>> {
  if (!profile || !modelFor(chip)) return new Set();
  return yield* unsupported(model, profile, formatTable(chip, model.workload.precision));
}

/** Why a runtime does not run a kernel on the chip: for its nodes, or for the format; null where it does. */
export function kernelSupport(
  inference: Inference,
  plan: KernelPlan,
  profile: RuntimeProfile,
  table: FormatTable,
): (kernel: Kernel) => Refusal | null {
  const ofNode = nodeSupport(profile, inference);
  const types = profile.supports?.types;
  const formats = types && new Set(types.map((type) => formatOf(type as DataType) ?? type));
  return (kernel) => {
    for (const index of kernel.nodes) {
      const refusal = plan.covered?.[index] === 1 ? null : ofNode(inference.nodes[index]!);
      if (refusal) return refusal;
    }
    const found = formats ? typeIn(inference, kernel, table) : '';
    if (!formats || formats.has(found)) return null;
    const { operator } = inference.nodes[kernel.anchor]!.node;
    return { code: 'format', operator, what: '', found, allowed: [...formats].join(', ') };
  };
}

/** The format that a kernel has on the chip, or its type where no arithmetic format applies. */
function typeIn(inference: Inference, kernel: Kernel, table: FormatTable): string {
  const stored = storedTypeOf(inference, kernel);
  if (formatOf(stored) === undefined) return stored ?? 'unknown';
  return kernelFormat(inference, kernel, table)?.compute ?? 'unknown';
}

/** A value that one kernel makes and others read. */
export interface SharedValue {
  /** Index of the kernel. */
  readonly maker: number;
  /** Indices of the others, in order. */
  readonly readers: readonly number[];
  /** At the stored type; null while a dimension is unknown. */
  readonly bytes: number | null;
}

/** What goes from kernel to kernel; a view for which nothing runs stands for what it is of. Inputs of the graph are not here. */
export function* valuesBetween(inference: Inference, plan: KernelPlan): Steps<readonly SharedValue[]> {
  const found = new Map<number, { maker: number; readers: number[]; bytes: number | null }>();
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    for (const read of readsOf(kernel)) {
      const id = sourceOf(inference, plan, read);
      const { isConstant, producer, bytes } = inference.values[id]!;
      const maker = isConstant || producer === null ? -1 : plan.kernelOfNode[producer]!;
      if (maker < 0 || maker === kernel.index) continue;
      const known = found.get(id);
      if (!known) found.set(id, { maker, readers: [kernel.index], bytes });
      else if (known.readers.at(-1) !== kernel.index) known.readers.push(kernel.index);
    }
  }
  return [...found.values()];
}

/** What a value is a view of, where no kernel makes the view. */
export function sourceOf({ nodes, values }: Inference, plan: KernelPlan, id: number): number {
  let at = id;
  for (let views = 0; views < mostViews; views++) {
    const { producer } = values[at]!;
    const node = producer === null || plan.kernelOfNode[producer]! >= 0 ? undefined : nodes[producer]!;
    const [input] = node?.inputs ?? [];
    if (!node?.view || typeof input !== 'number') return at;
    at = input;
  }
  return at;
}

/** A transfer that a partition edge needs: values that a kernel reads and that were written on another unit. */
export interface Crossing {
  /** The kernel that waits for it. */
  readonly kernel: number;
  /** Indices of the units. */
  readonly from: number;
  readonly to: number;
  /** Bytes at the stored types. */
  readonly bytes: number;
}

/**
 * Transfers over all partition edges, each value once to each unit that reads it. Graph inputs and outputs are `io` and not here.
 * @param unitOf unit by the index of the kernel
 */
export function* crossings(
  inference: Inference,
  plan: KernelPlan,
  unitOf: Uint8Array,
): Steps<{ readonly list: readonly Crossing[]; readonly unknown: boolean }> {
  if (unitOf.every((unit) => unit === unitOf[0])) return { list: [], unknown: false };
  const sums = new Map<string, { kernel: number; from: number; to: number; bytes: number }>();
  let unknown = false;
  for (const { maker, readers, bytes } of yield* valuesBetween(inference, plan)) {
    const from = unitOf[maker]!;
    const there = new Set([from]);
    for (const kernel of readers) {
      const to = unitOf[kernel]!;
      if (there.has(to)) continue;
      there.add(to);
      if (bytes === null) unknown = true;
      const sum = sums.get(`${kernel} ${from}`) ?? { kernel, from, to, bytes: 0 };
      sum.bytes += bytes ?? 0;
      sums.set(`${kernel} ${from}`, sum);
    }
  }
  const list = [...sums.values()].filter(({ bytes }) => bytes > 0);
  return { list: list.sort((a, b) => a.kernel - b.kernel || a.from - b.from), unknown };
}
