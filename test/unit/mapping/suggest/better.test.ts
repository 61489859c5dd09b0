import { describe, expect, it } from 'vitest';
import { chipById } from '../../../../server/engine/chips/catalogue';
import type { Chip } from '../../../../server/engine/chips/chip';
import { sharedError } from '../../../../server/engine/mapping/ratio';
import { suggest } from '../../../../server/engine/mapping/suggest/suggest';
import type { Suggestion } from '../../../../server/engine/mapping/suggest/types';
import { CancelledError } from '../../../../server/engine/scheduler';
import { modelOf, ofCode, situationOf } from './situations';

const product = `
  g (float[4096,4096] x) => (float[4096,4096] y)
  <float[4096,4096] w = ["location": "w.bin", "offset": "0", "length": "67108864"]>
  { y = MatMul(x, w) }`;

/** What is suggested for the product on a chip beside others. */
async function on(chip: string, ...others: readonly string[]): Promise<readonly Suggestion[]> {
  const model = await modelOf(product);
  const situation = await situationOf(model, chip);
  const chosen = [situation.analysis];
  for (const other of others) chosen.push((await situationOf(model, other)).analysis);
  return suggest({ ...situation, chosen });
}

/** The chip that a suggestion says to take. */
function takenBy({ change }: Suggestion): Chip {
  if (change.kind !== 'chip') throw new Error(change.kind);
  return chipById(change.value)!;
}

describe('a better chip', () => {
  it('is one of those that were chosen, where the whole range of the ratio of the times lies below 1', async () => {
    const found = ofCode(await on('nvidia-t4', 'intel-xeon-8480', 'nvidia-h100-sxm'), 'better-chip');
    expect(found.change).toEqual({ kind: 'chip', value: 'nvidia-h100-sxm' });
    const [t4, h100] = [found.seconds.before!, found.seconds.after!];
    expect(found.gain.seconds!.value).toBeCloseTo(t4 - h100, 12);
    // 137 GFLOP in FP32: 8.1 TFLOP/s at the most on a T4, 67 TFLOP/s on an H100.
    expect(t4).toBeGreaterThan(137.4e9 / 8.1e12);
    expect(h100).toBeGreaterThan(137.4e9 / 67e12);
    // Errors of two chips of different silicon have nothing in common: their logarithms add in squares.
    expect(sharedError(chipById('nvidia-t4')!, chipById('nvidia-h100-sxm')!)).toBe(0);
    expect(found.gain.seconds!.low).toBeGreaterThan(0);
    expect(found.gain.seconds!.high).toBeLessThan(t4);
  });

  it('is none that was chosen and is slower, nor one of the catalogue that needs more power', async () => {
    const found = await on('nvidia-h100-sxm', 'nvidia-t4');
    const better = found.find(({ code }) => code === 'better-chip');
    if (!better) return;
    const chip = takenBy(better);
    expect(chip.id).not.toBe('nvidia-t4');
    expect(chip.power.tdpWatts!.value).toBeLessThanOrEqual(700);
    expect(chip.place[0]).toBe('cloud');
  });

  it('of the catalogue is sold, of the same place and class, and draws no more', async () => {
    const found = ofCode(await on('nvidia-k80'), 'better-chip');
    const chip = takenBy(found);
    expect(chip.class).toBe('gpu');
    expect(chip.status).toBe('shipping');
    expect(chip.power.tdpWatts!.value).toBeLessThanOrEqual(chipById('nvidia-k80')!.power.tdpWatts!.value);
  });
});

describe('a cheaper chip', () => {
  const priced = async (prices: Readonly<Record<string, number>>): Promise<Suggestion | undefined> => {
    const situation = await situationOf(await modelOf(product), 'nvidia-h100-sxm');
    const found = await suggest({ ...situation, prices });
    return found.find(({ code }) => code === 'cheaper-chip');
  };

  it('is one whose time times its price is surely less, though it may be slower', async () => {
    // In FP32 the T4 has an eighth of the rate of the H100, at a hundredth of its price.
    const found = (await priced({ 'nvidia-h100-sxm': 100, 'nvidia-t4': 1 }))!;
    expect(found.change).toEqual({ kind: 'chip', value: 'nvidia-t4' });
    const { before, after } = found.seconds;
    expect(found.facts['share']).toEqual({
      of: 'share',
      value: expect.closeTo(after! / (100 * before!), 9) as number,
    });
    expect(found.facts['most']!.value).toBeGreaterThan(found.facts['share']!.value as number);
    expect(found.facts['most']!.value).toBeLessThan(1);
    expect(found.gain.seconds!.value).toBeCloseTo(before! - after!, 12);
  });

  it('is driven by the runtime that is asked for, and its risk is not that prices are unknown', async () => {
    const prices = { 'nvidia-t4': 100, 'intel-habana-goya': 0.001, 'nvidia-l4': 1 };
    const situation = await situationOf(await modelOf(product), 'nvidia-t4', {
      runtime: 'onnxruntime-cuda',
    });
    const found = ofCode(await suggest({ ...situation, prices }), 'cheaper-chip');
    expect(found.change).toEqual({ kind: 'chip', value: 'nvidia-l4' });
    expect(found.risk).toBe('priced-chip');
  });

  it('is none where prices are alike, where one is missing, or for nothing', async () => {
    expect(await priced({ 'nvidia-h100-sxm': 1, 'nvidia-t4': 1 })).toBeUndefined();
    expect(await priced({ 'nvidia-t4': 1 })).toBeUndefined();
    expect(await priced({ 'nvidia-h100-sxm': 1 })).toBeUndefined();
    expect(await priced({ 'nvidia-h100-sxm': 0, 'nvidia-t4': 0 })).toBeUndefined();
  });
});

describe('the search for suggestions', () => {
  it('stops when it is cancelled', async () => {
    const situation = await situationOf(await modelOf(product), 'nvidia-t4');
    for (const most of [0, 5, 50]) {
      let ticks = 0;
      const scheduler = {
        ...situation.scheduler,
        tick: () => (++ticks > most ? Promise.reject(new CancelledError()) : undefined),
      };
      await expect(suggest({ ...situation, scheduler })).rejects.toThrow(CancelledError);
      expect(ticks).toBe(most + 1);
    }
  });
});
