import type { MemoryModel } from '../kernels/profile';
import type { Steps } from '../scheduler';
import type { Buffer, Buffers } from './buffers';
import { greedy } from './greedy';
import { planned } from './planned';

/** A block of memory in which a runtime gave buffers their places beforehand. */
export interface PlannedArena {
  readonly bytes: number;
  /** Of each buffer, from the start of the block; NaN for those that do not lie in it. */
  readonly offsets: Float64Array;
}

/** More buffers are not laid out: the greedy plan looks at all that are placed for each. */
const mostGreedy = 5000;

/** The block that a runtime plans; null where it plans none, a size is unknown or there are too many buffers. */
export function* plannedArena(
  { steps, list }: Buffers,
  { allocator, alignmentBytes = 1 }: Pick<MemoryModel, 'allocator' | 'alignmentBytes'>,
): Steps<PlannedArena | null> {
  if (allocator === null || list.some(({ bytes }) => bytes === null)) return null;
  // ONNX Runtime plans what is no output and no workspace; interpreters of LiteRT all that they do not store.
  const isPlanned = ({ role, bytes }: Buffer): boolean =>
    bytes! > 0 && (allocator === 'arena' ? role === 'activation' : true);
  const rows = [...list.keys()].filter((row) => isPlanned(list[row]!));
  if (allocator === 'greedy' && rows.length > mostGreedy) return null;
  const own = rows.map((row) => list[row] as Buffer & { readonly bytes: number });
  const { bytes, offsets } = yield* allocator === 'arena'
    ? planned(own, steps.length)
    : greedy(own, alignmentBytes);
  const all = new Float64Array(list.length).fill(NaN);
  rows.forEach((row, index) => (all[row] = offsets[index]!));
  return { bytes, offsets: all };
}
