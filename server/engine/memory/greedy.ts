import { isStepDue, type Steps } from '../scheduler';
import type { Layout, Sized } from './planned';

/**
 * Lays buffers out in one block, the largest first, each in the first gap that is wide enough between those that live at the same
 * time: what LiteRT's interpreters do (Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference",
 * greedy by size; GreedyMemoryPlanner of tflite-micro).
 * @param alignment sizes and offsets are multiples of so many bytes
 */
export function* greedy(buffers: readonly Sized[], alignment: number): Steps<Layout> {
  const sizes = buffers.map(({ bytes }) => Math.ceil(bytes / alignment) * alignment);
  const offsets = new Float64Array(buffers.length);
  const bySize = [...buffers.keys()].sort(
    (a, b) => sizes[b]! - sizes[a]! || buffers[a]!.from - buffers[b]!.from,
  );
  /** By offset. */
  const placed: number[] = [];
  let bytes = 0;
  for (const index of bySize) {
    if (isStepDue(placed.length)) yield;
    const { from, to } = buffers[index]!;
    let offset = 0;
    for (const other of placed) {
      if (buffers[other]!.from > to || buffers[other]!.to < from) continue;
      if (offsets[other]! - offset >= sizes[index]!) break;
      offset = Math.max(offset, offsets[other]! + sizes[other]!);
    }
    offsets[index] = offset;
    const place = placed.findIndex((other) => offsets[other]! > offset);
    placed.splice(place === -1 ? placed.length : place, 0, index);
    bytes = Math.max(bytes, offset + sizes[index]!);
  }
  return { bytes, offsets };
}
