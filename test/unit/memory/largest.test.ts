import fc from 'fast-check';
import { expect, it } from 'vitest';
import { largestThatFits } from '../../../server/engine/memory/largest';

async function largest(margin: (value: number) => number | null, now = 1, most = 1 << 20) {
  const asked: number[] = [];
  const result = await largestThatFits(
    (value) => {
      asked.push(value);
      return Promise.resolve(margin(value));
    },
    now,
    most,
  );
  return { ...result, asked };
}

it('finds the end of a straight line in four questions', async () => {
  // 1,000 bytes, of which 100 are weights and 7 come for each: 128 · 7 = 896 fit, 129 · 7 = 903 do not.
  const { value, asked } = await largest((n) => 1000 - 100 - 7 * n);
  expect(value).toBe(128);
  expect(asked.length).toBeLessThanOrEqual(4);
});

it('says that nothing, everything, or nobody knows how much fits', async () => {
  expect(await largest((n) => -5 - n)).toMatchObject({ value: 0, isUnlimited: false });
  expect(await largest(() => 10)).toMatchObject({ value: null, isUnlimited: true });
  expect(await largest((n) => (n > 100 ? null : 10))).toMatchObject({ value: null, isUnlimited: false });
});

it('finds where numbers begin that are not allowed at all', async () => {
  for (const now of [1, 7, 20, 21, 128]) {
    const { value } = await largest((n) => (n > 20 ? -Infinity : 1e9 - n), now, 16_777_216);
    expect(value, `from ${now}`).toBe(20);
  }
});

it('is right of whatever falls, also in steps and curves', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 1, max: 5000 }),
      fc.constantFrom(
        (n: number) => n,
        (n: number) => n * n,
        (n: number) => Math.ceil(n / 64) * 64,
      ),
      async (limit, now, curve) => {
        let expected = 0;
        while (expected < 5000 && curve(expected + 1) <= limit) expected++;
        const { value, isUnlimited } = await largest((n) => limit - curve(n), now, 5000);
        expect(isUnlimited ? 5000 : value).toBe(expected);
      },
    ),
  );
});
