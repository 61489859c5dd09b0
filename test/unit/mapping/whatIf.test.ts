import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { uninterrupted } from '../../../server/engine/scheduler';
import { sweepOf, whatIf } from '../../../server/engine/whatIf';
import type { Workload } from '../../../server/engine/workload';
import { readFixture } from '../inference/fixtures';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
const bert = async (change: Partial<Workload> = {}) =>
  prepare(await readFixture('bert-base'), { ...workload, ...change }, uninterrupted);
const t4 = chipById('nvidia-t4')!;

describe('what a model takes at other sizes and precisions', () => {
  it('tries batches in powers of two, and other dimensions around what they are', async () => {
    const prepared = await bert({ bindings: { batch: 3 } });
    expect(sweepOf(prepared, 'batch')).toEqual({ dimension: 'batch', sizes: [1, 2, 3, 4, 8, 16, 32, 64] });
    expect(sweepOf(prepared, 'sequence').sizes).toEqual([32, 64, 128, 256, 512, 1024]);
    expect(sweepOf(prepared, 'nothing')).toEqual({ dimension: null, sizes: [] });
  });

  it('is what an analysis of its own says at each', async () => {
    const rows = await whatIf(
      { prepared: await bert() },
      t4,
      { dimension: 'batch', sizes: [1, 8] },
      uninterrupted,
    );
    const half = rows.find(({ precision }) => precision === 'fp16')!;
    const { cost, fit } = await costsOn(
      await bert({ bindings: { batch: 8 }, precision: 'fp16' }),
      t4,
      uninterrupted,
    );
    const { seconds, bytes } = {
      seconds: half.cells[1]!.figures.latency!.value,
      bytes: half.cells[1]!.figures.memory!.value,
    };
    expect(seconds).toBe(cost.total.latencySeconds!.value);
    expect(bytes).toBe(fit.highWaterBytes);
    expect(half.cells.map((cell) => cell!.samples)).toEqual([1, 8]);
    // T4 has no BF16 and no FP8; what is stored in FP32 is computed so.
    expect(rows.map(({ precision }) => precision)).not.toContain('bf16');
    expect(rows.filter(({ isCurrent }) => isCurrent).map(({ compute }) => compute)).toEqual(['fp32']);
    expect(half.isCurrent).toBe(false);
  });

  it('has no figure for a size that the model refuses', async () => {
    // BERT knows 512 positions.
    const sizes = [512, 1024];
    const rows = await whatIf(
      { prepared: await bert() },
      t4,
      { dimension: 'sequence', sizes },
      uninterrupted,
    );
    for (const { cells } of rows) expect(cells.map((cell) => cell === null)).toEqual([false, true]);
  });

  it('is asked at the sizes in force where there is no dimension', async () => {
    const rows = await whatIf({ prepared: await bert() }, t4, { dimension: null, sizes: [] }, uninterrupted);
    expect(rows.length).toBeGreaterThan(2);
    for (const { cells } of rows) expect(cells).toHaveLength(1);
  });
});
