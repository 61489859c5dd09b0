import { getHeapStatistics } from 'node:v8';

/** What V8 adds to a heap's limit for its young generation: three semi-spaces of 16 MiB on 64 bits (`--max-semi-space-size`). */
const youngBytes = 3 * 16 * 2 ** 20;

/** Bytes that may lie on the heap for long: the limit of its old generation (`--max-old-space-size`). */
export function oldGenerationBytes(): number {
  return Math.max(0, getHeapStatistics().heap_size_limit - youngBytes);
}
