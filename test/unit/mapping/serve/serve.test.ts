import { describe, expect, it } from 'vitest';
import { curveOf, serve } from '../../../../server/engine/mapping/serve/serve';
import { steadyState } from '../../../../server/engine/mapping/serve/steady';
import { stepModelOf, withCache } from '../../../../server/engine/mapping/serve/stepTable';
import { runThrough } from '../../../../server/engine/scheduler';
import { plain, policy, rateOf, usersOf } from './models';

describe('the curve of a service', () => {
  it('trades tokens of a user for those of a device', () => {
    const points = curveOf(plain, { ...rateOf(1), tpotLimit: 10e-3 }, policy);
    expect(points.map(({ batch }) => batch)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256]);
    for (const [i, point] of points.entries()) {
      const before = points[i - 1];
      if (!before) continue;
      expect(point.tokensPerSecondPerUser).toBeLessThan(before.tokensPerSecondPerUser);
      expect(point.tokensPerSecondPerDevice).toBeGreaterThan(before.tokensPerSecondPerDevice);
    }
    // 16 users: a step of 6.6 ms and 15 prompts of 20 ms in 200 steps: 8.1 ms. 32: 8.2 + 3.1 ms.
    expect(points.filter(({ isWithin }) => isWithin).map(({ batch }) => batch)).toEqual([1, 2, 4, 8, 16]);
  });

  it('ends with the batch that has room, whatever its size', () => {
    const points = curveOf(plain, rateOf(1), { ...policy, mostBatch: 100 });
    expect(points.at(-1)?.batch).toBe(100);
  });
});

describe('a service', () => {
  it('says the most that it can take within the limits, and the best point', () => {
    const traffic = { ...rateOf(4), tpotLimit: 10e-3, ttftLimit: 0.1 };
    const found = runThrough(serve(plain, traffic, policy, { usdPerDeviceHour: 3.6 }));
    const tpotAt = (perSecond: number): number =>
      steadyState(plain, { ...traffic, arrival: { kind: 'rate', perSecond } }, policy).tpot!;
    expect(tpotAt(found.mostPerSecond! * 0.99)).toBeLessThan(10e-3);
    expect(tpotAt(found.mostPerSecond! * 1.01)).toBeGreaterThan(10e-3);
    expect(found.best?.batch).toBe(16);
    // 3.60 USD an hour are 0.1 cents a second, in which 4 x 201 tokens are made: 1.2438 USD for a million.
    expect(found.price?.now).toBeCloseTo(1.2438, 4);
    expect(found.price!.best!).toBeCloseTo(1000 / found.best!.tokensPerSecondPerDevice, 9);
  });

  it('has no price that nobody gave, and none of its own where it is saturated', () => {
    expect(runThrough(serve(plain, usersOf(4), policy))).toMatchObject({ price: null, mostPerSecond: null });
    const found = runThrough(serve(plain, rateOf(100), policy, { usdPerDeviceHour: 1 }));
    expect(found).toMatchObject({ simulated: null, price: { now: null } });
    expect(found.steady.saturated).toBe('prefill');
  });

  it('has no best point where no limit can be kept', () => {
    const found = runThrough(serve(plain, { ...rateOf(1), tpotLimit: 1e-3 }, policy));
    expect(found).toMatchObject({ best: null, mostPerSecond: null });
  });
});

describe('a table of steps', () => {
  const model = stepModelOf(
    {
      decode: [
        { batch: 1, context: 100, seconds: 5e-3 },
        { batch: 1, context: 300, seconds: 6e-3 },
        { batch: 3, context: 100, seconds: 7e-3 },
        { batch: 3, context: 300, seconds: 12e-3 },
      ],
      prefill: [
        { tokens: 100, seconds: 10e-3 },
        { tokens: 300, seconds: 40e-3 },
      ],
    },
    { kvBytesPerToken: 8, freeBytes: 800, devices: 2, mostContext: null },
  );

  it('is straight between its points, and beyond', () => {
    expect(model.decodeSeconds(1, 200)).toBeCloseTo(5.5e-3, 12);
    // Batch 2 lies between 5.5 and 9.5 ms.
    expect(model.decodeSeconds(2, 200)).toBeCloseTo(7.5e-3, 12);
    expect(model.decodeSeconds(5, 100)).toBeCloseTo(9e-3, 12);
    expect(model.prefillSeconds(200, 0)).toBeCloseTo(25e-3, 12);
  });

  it('reads what lies behind a cache for what a longer prompt costs more, and at least the weights', () => {
    // 300 tokens less 200: 40 - 25 ms. 110 less 109 would be 0.15 ms: a step of one sequence takes 5.045 ms.
    expect(model.prefillSeconds(100, 200)).toBeCloseTo(15e-3, 12);
    expect(model.prefillSeconds(1, 109)).toBeCloseTo(5.045e-3, 12);
  });

  it('has smaller caches, which steps read faster', () => {
    const half = withCache(model, 0.5);
    expect(half.kvBytesPerToken).toBe(4);
    expect(half.decodeSeconds(3, 200)).toBe(model.decodeSeconds(3, 100));
  });
});
