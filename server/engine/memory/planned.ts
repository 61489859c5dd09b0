import { isStepDue, type Steps } from '../scheduler';
import type { Buffer } from './buffers';

/** Where buffers of known size lie in one block. */
export interface Layout {
  readonly bytes: number;
  /** Of each buffer, from the start of the block. */
  readonly offsets: Float64Array;
}

export type Sized = Pick<Buffer, 'from' | 'to'> & { readonly bytes: number };

/**
 * Lays buffers out in the order in which they begin, each in the gap between those that live then of which it leaves least,
 * else at the end (MemPatternPlanner of onnxruntime 1.32.0, core/framework/mem_pattern_planner.h).
 * @param buffers by the step at which they begin
 */
export function* planned(buffers: readonly Sized[], steps: number): Steps<Layout> {
  const offsets = new Float64Array(buffers.length);
  let bytes = 0;
  /** By offset. */
  let live: number[] = [];
  let next = 0;
  for (let at = 0; at < steps; at++) {
    if (isStepDue(at)) yield;
    for (; next < buffers.length && buffers[next]!.from === at; next++) {
      const offset = gapFor(buffers[next]!.bytes, live, buffers, offsets, bytes);
      offsets[next] = offset;
      bytes = Math.max(bytes, offset + buffers[next]!.bytes);
      const place = live.findIndex((other) => offsets[other]! > offset);
      live.splice(place === -1 ? live.length : place, 0, next);
    }
    live = live.filter((index) => buffers[index]!.to > at);
  }
  return { bytes, offsets };
}

function gapFor(
  size: number,
  live: readonly number[],
  buffers: readonly Sized[],
  offsets: Float64Array,
  end: number,
): number {
  let current = 0;
  let best = -1;
  let least = Infinity;
  const consider = (upTo: number): void => {
    const left = upTo - current - size;
    if (left < 0 || left >= least) return;
    least = left;
    best = current;
  };
  for (const index of live) {
    consider(offsets[index]!);
    current = Math.max(current, offsets[index]! + buffers[index]!.bytes);
  }
  consider(end);
  return best === -1 ? current : best;
}
