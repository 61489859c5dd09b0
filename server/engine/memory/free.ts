import type { Fit } from './fit';
import { roomNeeded, usableBytes } from './fit';
import type { MemoryTimeline } from './timeline';

/** What is known of a model's memory on a chip. */
export interface FitOnChip {
  readonly fit: Fit;
  readonly timeline: Pick<MemoryTimeline, 'weights'>;
}

/** Bytes that are left on a chip, negative where some are missing; null while something is unknown. */
export function freeBytes({ fit, timeline }: FitOnChip): number | null {
  const { leastBytes, mostBytes, highWaterBytes, streamedBytes, fits } = fit;
  // Of a need between two bounds the larger one decides what surely fits.
  const whole = highWaterBytes ?? (fits === false ? leastBytes : mostBytes);
  const usable = usableBytes(fit);
  if (whole === null || usable === null) return null;
  return usable - roomNeeded(whole, timeline.weights.known, streamedBytes);
}

/** What is needed ÷ what there is; null where it fits and where one of them is unknown. */
export function timesTooLarge(memory: FitOnChip): number | null {
  const free = freeBytes(memory);
  const usable = usableBytes(memory.fit) ?? 0;
  return memory.fit.fits === false && free !== null && usable > 0 ? (usable - free) / usable : null;
}
