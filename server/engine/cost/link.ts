import { mainOf } from './levels';
import type { Chip } from '../chips/chip';
import type { Inference, InferredValue } from '../inference/types';
import type { KernelPlan } from '../kernels/types';
import { isStepDue, type Steps } from '../scheduler';
import { modelFor } from './classes/index';
import { traitsOf } from './classes/traits';
import { added, estimate } from './interval';
import { machineFor, type Machine } from './machine';
import type { Sizing } from './sizing';
import { sourceOf } from './placement';
import type { Basis, Estimate, PlannedModel } from './types';
import type { Assignment, Unit, Units } from './units';

/** Share of a link's rate that large copies reach: PCI Express headers and flow control leave about 0.85. */
const linkShare = 0.85;
/** Seconds before a copy between host and device moves its first byte: driver call and DMA set-up, a class constant. */
const linkLatency = 8e-6;

/** Bytes per second between host and chip: the link, or main memory for blocks that share it. */
function linkRate(chip: Chip, machine: Machine): number | null {
  if (machine.link !== null) return machine.link * linkShare;
  const shared = sharesMemory(chip) ? mainOf(machine)?.bandwidth : null;
  return shared ? shared / 2 : null;
}

/** A block of a system on chip: host and chip read the same memory, a copy crosses it twice. */
export function sharesMemory(chip: Chip): boolean {
  return /SoC/.test(chip.scope);
}

/** Time of one transfer over the link of a chip. */
export function linkSeconds(machine: Machine, bytes: number): Estimate | null {
  const rate = linkRate(machine.chip, machine);
  if (rate === null) return null;
  return atRate(
    bytes,
    rate,
    linkLatency,
    machine.link === null || machine.linkStandin !== null ? 'peak' : 'class',
  );
}

function atRate(bytes: number, rate: number, latency: number, basis: Basis): Estimate {
  const value = latency + bytes / rate;
  return estimate(value, value * 0.6, value * 2, basis);
}

/** Two units by their indices. */
type Pair = readonly [from: number, to: number];

/**
 * Time of one transfer from one unit to another: over the link that is stated for the two, through the memory that they
 * share, which a copy crosses twice, or over the links of those that are no host. Null where a rate is unknown.
 */
export function transferSeconds(units: Units, pair: Pair, bytes: number): Estimate | null {
  const [from, to] = pair.map((index) => units.list[index]!) as [Unit, Unit];
  const stated = units.links.find(({ between }) => between.includes(from.id) && between.includes(to.id));
  if (stated) {
    const { bytesPerSecond, latencySeconds } = stated;
    return atRate(bytes, bytesPerSecond * linkShare, latencySeconds ?? linkLatency, 'class');
  }
  if (from.pool && from.pool.bandwidth !== null && from.pool.id === to.pool?.id)
    return atRate(bytes, from.pool.bandwidth / 2, linkLatency, 'peak');
  const sides = linkSides(units, pair).map((index) => linkSeconds(machineOf(units, index), bytes));
  const known = sides.filter((side) => side !== null);
  if (known.length < sides.length) return null;
  const [one, other] = known;
  return other ? added(one!, other) : one!;
}

/** The unit whose link carries a transfer; of two the first. */
export function linkSide(units: Units, pair: Pair): number {
  return linkSides(units, pair)[0]!;
}

/** Those of two units that are no host, the first of the list where both are. Blocks that share memory are one side. */
function linkSides({ list }: Units, pair: Pair): readonly number[] {
  const ordered = [...pair].sort((a, b) => a - b);
  const away = ordered.filter((index) => !traitsOf[list[index]!.chip.class].isHost);
  const isOne = away.length === 0 || away.every((index) => sharesMemory(list[index]!.chip));
  return isOne ? [away[0] ?? ordered[0]!] : away;
}

function machineOf({ list }: Units, index: number): Machine {
  return machineFor(list[index]!.chip, 'fp32');
}

/** Names that exporters give to a cache of keys and values: past_key_values.0.key, present.0.value, cache_k. */
const cacheName = /(^|[^a-z])(past|present|cache)/i;

/** A cache handed from step to step: runtimes bind it to memory of the device, so it never crosses the link. */
export function isCache({ name, type }: InferredValue): boolean {
  const rank = type?.kind === 'tensor' ? (type.shape?.length ?? 0) : 0;
  return rank >= 3 && cacheName.test(name);
}

/**
 * Transfer of the graph's inputs and outputs, kept apart from node times; null while one of them is unknown. Each goes to the units
 * that read it, or comes from the one that made it. Nothing moves on a CPU, and a cache of keys and values stays where it is.
 * @param sizings of the units that run kernels, by index
 */
export function* transferOfInputsAndOutputs(
  { inference, plan }: Pick<PlannedModel, 'inference' | 'plan'>,
  { units, unitOf }: Assignment,
  sizings: ReadonlyMap<number, Sizing>,
): Steps<{ readonly bytes: number | null; readonly seconds: number | null }> {
  const main = inference.scopes[0];
  const touching = yield* unitsTouching(inference, plan, unitOf);
  const bytes = new Map<number, number>();
  // Where parts of a model are missing, inputs and outputs may be too.
  let known = !inference.isPartial;
  for (const id of [...(main?.inputs ?? []), ...(main?.outputs ?? [])]) {
    const value = id === null ? undefined : inference.values[id];
    if (!value || isCache(value)) continue;
    for (const unit of touching(value.id)) {
      const held = sizings.get(unit)!.held(value.id);
      if (held === null) known = false;
      bytes.set(unit, (bytes.get(unit) ?? 0) + (held ?? 0));
    }
  }
  if (!known) return { bytes: null, seconds: null };
  let [all, seconds]: [number, number | null] = [0, 0];
  for (const [unit, sum] of bytes) {
    const time = handOver(units, unit, sum);
    all += sum;
    seconds = seconds === null || time === null ? null : seconds + time;
  }
  return { bytes: all, seconds };
}

/** Seconds in which inputs and outputs get from the host to a unit and back. */
export function handOver(units: Units, unit: number, bytes: number): number | null {
  const { chip } = units.list[unit]!;
  if (!modelFor(chip)) return null;
  if (traitsOf[chip.class].isHost) return 0;
  const home = units.list.findIndex((one) => traitsOf[one.chip.class].isHost);
  if (home >= 0) return transferSeconds(units, [home, unit], bytes)?.value ?? null;
  const rate = linkRate(chip, machineFor(chip, 'fp32'));
  return rate === null ? null : linkLatency + bytes / rate;
}

/** By value the units whose kernels read or write it; the first where none does. */
function* unitsTouching(
  inference: Inference,
  plan: KernelPlan,
  unitOf: Uint8Array,
): Steps<(value: number) => readonly number[]> {
  const first = unitOf[0] ?? 0;
  if (unitOf.every((unit) => unit === first)) return () => [first];
  const ends = new Map<number, Set<number>>();
  for (const id of [...(inference.scopes[0]?.inputs ?? []), ...(inference.scopes[0]?.outputs ?? [])])
    if (id !== null) ends.set(sourceOf(inference, plan, id), new Set());
  for (const { index, operands } of plan.kernels) {
    if (isStepDue(index)) yield;
    for (const { value } of operands) ends.get(sourceOf(inference, plan, value))?.add(unitOf[index]!);
  }
  return (value) => {
    const id = sourceOf(inference, plan, value);
    const { producer } = inference.values[id]!;
    const maker = producer === null ? -1 : plan.kernelOfNode[producer]!;
    // What a kernel writes for the caller comes from there, whoever reads it besides.
    if (maker >= 0) return [unitOf[maker]!];
    const found = [...(ends.get(id) ?? [])];
    return found.length > 0 ? found : [first];
  };
}
