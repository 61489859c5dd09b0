import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chips } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { levelUses, type LevelUse, type OnChip } from '../../../server/engine/memory/levels';
import { uninterrupted } from '../../../server/engine/scheduler';
import { readFixture } from '../inference/fixtures';

const h100 = chips.find(({ id }) => id === 'nvidia-h100-sxm')!;
const m7 = chips.find(({ id }) => id === 'arm-cortex-m7')!;

async function on(
  chip: Chip,
  model = 'tiny-mlp',
  phase: 'inference' | 'training' = 'inference',
): Promise<OnChip> {
  const workload = { bindings: {}, phase, precision: 'as-stored', runtime: null } as const;
  const prepared = await prepare(await readFixture(model), workload, uninterrupted);
  return costsOn(prepared, chip, uninterrupted);
}

/** The same model where so many bytes are needed of the chip's memory. */
function needing(asked: OnChip, share: number): LevelUse {
  const highWaterBytes = share * (asked.fit.capacityBytes! - (asked.fit.reserveBytes ?? 0));
  return levelUses({ ...asked, fit: { ...asked.fit, highWaterBytes, fits: share <= 1 } })[0]!;
}

describe('memories of a chip', () => {
  it('say of that which has to hold the model whether it does, and from nine tenths on that it is tight', async () => {
    const asked = await on(h100);
    const verdicts = [0.5, 0.89, 0.9, 1, 1.5].map((share) => needing(asked, share).verdict);
    expect(verdicts).toEqual(['resident', 'resident', 'tight', 'tight', 'too-small']);
    const untold = { ...asked.fit, fits: null, highWaterBytes: null };
    expect(levelUses({ ...asked, fit: untold })[0]!.verdict).toBeNull();
    const streaming = { ...asked.fit, streamedBytes: 7 };
    expect(levelUses({ ...asked, fit: streaming })[0]).toMatchObject({
      verdict: 'streams',
      streamedBytes: 7,
    });
  });

  it('count what kernels move, with all runs of each', async () => {
    const asked = await on(h100, 'mobilenetv2');
    const [hbm, cache, ...others] = levelUses(asked);
    const sum = (name: string): number =>
      asked.cost.kernels.reduce(
        (all, { bytes, kernel }) => all + bytes[name]! * asked.plan.kernels[kernel]!.repeat!,
        0,
      );
    expect([hbm!.trafficBytes, cache!.trafficBytes]).toEqual([sum('HBM3'), sum('L2')]);
    // 3,504,872 parameters at 4 bytes are more than a cache keeps from run to run; what is left are inputs and outputs.
    expect(cache!.verdict).toBe('streams');
    expect(cache!.streamedBytes).toBeGreaterThan(3.4e6 * 4);
    expect(cache!.streamedBytes! + cache!.spilledBytes!).toBeCloseTo(hbm!.trafficBytes!, 0);
    // Nothing is said of memories that the estimate does not follow.
    expect(others.map(({ verdict, trafficBytes }) => [verdict, trafficBytes])).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  it('hold weights and activations apart where a chip has no way to stream', async () => {
    const asked = await on(m7);
    const [flash, sram] = levelUses(asked);
    const { highWaterBytes, weights } = asked.timeline;
    expect([flash!.neededBytes, sram!.neededBytes]).toEqual([weights.known, highWaterBytes! - weights.known]);
    const small = { ...asked.timeline, highWaterBytes: weights.known + 1e6 };
    // 1 MB in the 320 KiB of a Cortex-M7 board.
    expect(levelUses({ ...asked, timeline: small })[1]!.verdict).toBe('too-small');
  });

  it('spill nothing where all has room: views move nothing', async () => {
    const [gddr, cache] = levelUses(
      await on(
        chips.find(({ id }) => id === 'nvidia-t4')!,
        'tiny-conv',
      ),
    );
    // 3 × 16 × 16 numbers come in and 5 go out, at 4 bytes; a Flatten stands before the last node.
    expect(gddr!.trafficBytes).toBe(4 * (3 * 16 * 16 + 5));
    expect(cache!.verdict).toBe('resident');
  });

  it('say nothing of traffic in training', async () => {
    const [hbm, cache] = levelUses(await on(h100, 'tiny-mlp', 'training'));
    expect([hbm!.trafficBytes, cache!.verdict, hbm!.verdict]).toEqual([null, null, 'resident']);
  });

  it('achieve no more than there is, on any chip', async () => {
    for (const chip of chips)
      for (const { bytesPerSecond, peakBytesPerSecond, name } of levelUses(await on(chip, 'tiny-conv')))
        if (bytesPerSecond !== null && peakBytesPerSecond !== null)
          expect(bytesPerSecond, `${chip.id} ${name}`).toBeLessThanOrEqual(peakBytesPerSecond * 1.000001);
  });
});
