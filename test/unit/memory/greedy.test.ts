import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chips } from '../../../server/engine/chips/catalogue';
import { readTflite } from '../../../server/engine/formats/tflite/read';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { greedy } from '../../../server/engine/memory/greedy';
import { plannedArena } from '../../../server/engine/memory/layout';
import { runThrough, uninterrupted } from '../../../server/engine/scheduler';

const m7 = chips.find(({ id }) => id === 'arm-cortex-m7')!;
const buffer = (from: number, to: number, bytes: number) => ({ from, to, bytes });

describe('places by size', () => {
  it('are the first gaps between what lives at the same time, the largest first, in multiples', () => {
    // 100 becomes 112 and lies at 0; 60 (64) lives with it and lies behind; 30 (32) lives with 60 alone: at 0 is room.
    const list = [buffer(0, 1, 100), buffer(1, 2, 60), buffer(2, 3, 30)];
    const { bytes, offsets } = runThrough(greedy(list, 16));
    expect([...offsets]).toEqual([0, 112, 0]);
    expect(bytes).toBe(112 + 64);
  });

  it('leave out buffers that are none of the block', () => {
    const list = [
      { value: 0, role: 'input', ...buffer(0, 1, 10) },
      { value: 1, role: 'activation', ...buffer(0, 1, 20) },
      { value: 2, role: 'output', ...buffer(1, 1, 0) },
    ] as const;
    const of = { steps: [null as never, null as never], list };
    expect([...runThrough(plannedArena(of, { allocator: 'arena' }))!.offsets]).toEqual([NaN, 0, NaN]);
    expect([...runThrough(plannedArena(of, { allocator: 'greedy' }))!.offsets]).toEqual([20, 0, NaN]);
    expect(runThrough(plannedArena(of, { allocator: null }))).toBeNull();
  });
});

/**
 * "Arena allocation head" of the recording interpreter of tflite_micro 0.dev20261023182759 (pip) on the same files: what its greedy
 * planner lays out. Its kernels take no scratch in these networks.
 */
const measured = [
  ['autoencoder', 768],
  ['ds_cnn', 16_000],
  ['resnet8', 49_152],
] as const;

it.each(measured)('%s takes the arena that the micro interpreter takes', async (name, head) => {
  const stored = gunzipSync(readFileSync(`test/fixtures/tflite/${name}.tflite.gz`));
  const { value } = await readTflite(memorySource(new Uint8Array(stored)), uninterrupted);
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const { timeline, cost } = await costsOn(await prepare(value!, workload, uninterrupted), m7, uninterrupted);
  expect(cost.runtime).toBe('tflite');
  expect(Math.abs(timeline.arena!.bytes / head - 1)).toBeLessThan(0.05);
});
