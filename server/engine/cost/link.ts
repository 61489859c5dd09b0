import { mainOf } from './levels';
import type { Chip } from '../chips/chip';
import type { Inference, InferredValue } from '../inference/types';
import { modelFor } from './classes/index';
import { traitsOf } from './classes/traits';
import { estimate } from './interval';
import { machineFor, type Machine } from './machine';
import type { Sizing } from './sizing';
import type { Estimate } from './types';

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

/** Time of one transfer over a partition edge. */
export function linkSeconds(machine: Machine, bytes: number): Estimate | null {
  const rate = linkRate(machine.chip, machine);
  if (rate === null) return null;
  const value = linkLatency + bytes / rate;
  return estimate(
    value,
    value * 0.6,
    value * 2,
    machine.link === null || machine.linkStandin !== null ? 'peak' : 'class',
  );
}

/** Names that exporters give to a cache of keys and values: past_key_values.0.key, present.0.value, cache_k. */
const cacheName = /(^|[^a-z])(past|present|cache)/i;

/** A cache handed from step to step: runtimes bind it to memory of the device, so it never crosses the link. */
function isCache({ name, type }: InferredValue): boolean {
  const rank = type?.kind === 'tensor' ? (type.shape?.length ?? 0) : 0;
  return rank >= 3 && cacheName.test(name);
}

/**
 * Transfer of the graph's inputs and outputs, kept apart from node times; null while one of them is unknown. Nothing
 * moves on a CPU, and a cache of keys and values stays where it is.
 */
export function transferOfInputsAndOutputs(
  inference: Inference,
  chip: Chip,
  sizing: Sizing,
): { readonly bytes: number | null; readonly seconds: number | null } {
  const main = inference.scopes[0];
  let bytes = 0;
  // Where parts of a model are missing, inputs and outputs may be too.
  let known = !inference.isPartial;
  for (const id of [...(main?.inputs ?? []), ...(main?.outputs ?? [])]) {
    const value = id === null ? undefined : inference.values[id];
    if (!value || isCache(value)) continue;
    const held = sizing.held(value.id);
    if (held === null) known = false;
    bytes += held ?? 0;
  }
  if (!known) return { bytes: null, seconds: null };
  if (!modelFor(chip)) return { bytes, seconds: null };
  if (traitsOf[chip.class].isHost) return { bytes, seconds: 0 };
  const rate = linkRate(chip, machineFor(chip, 'fp32'));
  return { bytes, seconds: rate === null ? null : linkLatency + bytes / rate };
}
