import { describe, expect, it } from 'vitest';
import { everyOperator, fuzzOperator } from '../../fuzz/operators';

describe('senseless nodes', () => {
  it('of every operator are analysed without failure and give sound numbers or none', async () => {
    const wrong: string[] = [];
    for (const [domain, operator] of everyOperator()) {
      for (let seed = 1; seed <= 4; seed++) {
        const found = await fuzzOperator(domain, operator, seed);
        if (found) wrong.push(`${domain}:${operator} seed ${seed}: ${found}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  // Each once failed: an array of negative length, a loop nest without size, a name that every object has.
  it.each([
    ['', 'ConstantOfShape', 1023],
    ['', 'Scan', 1045],
    ['', 'CausalConvWithState', 1012],
    ['', 'Split', 1086],
    ['ai.onnx.ml', 'CastMap', 1000],
    ['com.microsoft', 'PagedAttention', 106],
    ['', 'GroupNormalization', 106],
  ])('%s:%s, seed %i', async (domain, operator, seed) => {
    expect(await fuzzOperator(domain, operator, seed)).toBeUndefined();
  });
});
