import { describe, expect, it } from 'vitest';
import { chipById } from '../../../../server/engine/chips/catalogue';
import type { Chip } from '../../../../server/engine/chips/chip';
import { factOf, modelOf, ofCode, shareOf, situationOf, suggested } from './situations';
import { suggest } from '../../../../server/engine/mapping/suggest/suggest';

const codesOf = async (text: string, chip: string | Chip, workload = {}): Promise<string[]> =>
  (await suggested(text, chip, workload)).map(({ code }) => code);

describe('a number of columns between the blocks of the units', () => {
  const product = (columns: number): string => `
    g (float[4096,4096] x) => (float[4096,${columns}] y)
    <float[4096,${columns}] w = ["location": "w.bin", "offset": "0", "length": "${4096 * columns * 4}"]>
    { y = MatMul(x, w) }`;

  it('is padded to the next one where the law of the class says that this gains', async () => {
    // 16-bit rows of 8,193 numbers do not begin at 16 bytes: the matrix units of a GPU run at half their rate.
    const found = ofCode(
      await suggested(product(8193), 'nvidia-h100-sxm', { precision: 'bf16' }),
      'odd-dimension',
    );
    expect([factOf(found, 'from'), factOf(found, 'to'), factOf(found, 'block')]).toEqual([8193, 8200, 8]);
    expect(found.change).toEqual({ kind: 'graph', value: 'pad' });
    expect(found.nodes).toEqual([0]);
    expect(shareOf(found)).toBeGreaterThan(0.35);
    expect(shareOf(found)).toBeLessThan(0.51);
  });

  it('is left as it is where it is a multiple, and where an array is padded by itself', async () => {
    expect(await codesOf(product(8192), 'nvidia-h100-sxm', { precision: 'bf16' })).not.toContain(
      'odd-dimension',
    );
    // 8,193 and 8,200 columns both take 65 columns of an array of 128.
    expect(await codesOf(product(8193), 'google-tpu-v5e')).not.toContain('odd-dimension');
    // Seven more than ten would be another model.
    expect(await codesOf(product(10), 'nvidia-h100-sxm', { precision: 'bf16' })).not.toContain(
      'odd-dimension',
    );
  });
});

describe('weights of one place under two names', () => {
  const weights = (second: string): string => `
    g (float[1,1000] x) => (float[1,1000] y)
    <float[1000,1000] a = ["location": "w.bin", "offset": "0", "length": "4000000"],
     float[1000,1000] b = ["location": "${second}", "offset": "0", "length": "4000000"]>
    { h = MatMul(x, a) z = Relu(h) y = MatMul(z, b) }`;

  it('are stored once', async () => {
    const found = ofCode(await suggested(weights('w.bin'), 'intel-xeon-8480'), 'duplicate-weight');
    // 1,000 × 1,000 numbers of 4 bytes.
    expect(found.gain.bytes).toBe(4_000_000);
    expect([factOf(found, 'count'), factOf(found, 'groups')]).toEqual([2, 1]);
    expect(found.nodes).toEqual([2]);
    expect(found.confidence).not.toBe('low');
  });

  it('of another file are other ones, whatever their size', async () => {
    expect(await codesOf(weights('v.bin'), 'intel-xeon-8480')).not.toContain('duplicate-weight');
  });
});

describe('the highest point of memory', () => {
  const text = `
    g (float[1,1000,1000] x) => (float[1,1,1] y)
    { a = Concat<axis = 0>(x, x) y = ReduceSum<keepdims = 1>(a) }`;
  const host = chipById('intel-xeon-8480')!;
  const withBytes = (value: number): Chip => ({
    ...host,
    memory: host.memory.map((level) =>
      level.onChip ? level : { ...level, capacityBytes: { value, sources: [0], basis: 'stated' } },
    ),
  });

  it('is named where memory is scarce, with what lives there and what it can be lowered to', async () => {
    const situation = await situationOf(await modelOf(text), withBytes(12_500_000));
    const found = ofCode(await suggest(situation), 'peak-here');
    // 4 MB of x, which the caller holds, and 8 MB of a; without a the 4 MB of x.
    expect(factOf(found, 'before')).toBeGreaterThanOrEqual(12_000_000);
    expect(found.gain).toMatchObject({ seconds: null, bytes: 8_000_000 });
    expect([factOf(found, 'value'), factOf(found, 'largest')]).toEqual(['a', 8_000_000]);
    expect(found.level).toBe('hint');
  });

  it('is not told where there is room, nor where weights alone have none', async () => {
    expect(await codesOf(text, host)).not.toContain('peak-here');
    const heavy = `
      g (float[1,1000] x) => (float[1,1000] y)
      <float[1000,1000] a = ["location": "w.bin", "offset": "0", "length": "4000000"]> { y = MatMul(x, a) }`;
    expect(await codesOf(heavy, withBytes(3_000_000))).not.toContain('peak-here');
  });
});

describe('a depthwise convolution behind the one that widens for it', () => {
  const pair = `
    g (float[1,16,112,112] x) => (float[1,96,56,56] y)
    <float[96,16,1,1] w = ["location": "w.bin", "offset": "0", "length": "6144"],
     float[96,1,3,3] v = ["location": "w.bin", "offset": "6144", "length": "3456"]>
    { a = Conv(x, w) y = Conv<group = 96, strides = [2, 2], pads = [1, 1, 1, 1]>(a, v) }`;

  it('is one full convolution with it where that takes less time', async () => {
    const found = ofCode(await suggested(pair, 'google-coral-edge-tpu'), 'depthwise');
    // 16 × 96 on 112² points and 9 × 96 on 56², against 9 × 16 × 96 on 56²: 144 ÷ (4 × 16 + 9).
    expect(factOf(found, 'times')).toBeCloseTo(144 / 73, 9);
    expect(found.nodes).toEqual([0, 1]);
    expect(found).toMatchObject({ change: { kind: 'graph', value: 'full-convolution' }, risk: 'retrain' });
    expect(found.gain.bytes).toBeNull();
  });

  it('stays where each operation costs the same', async () => {
    // A microcontroller has no units that sum over channels: twice the operations take longer.
    expect(await codesOf(pair, 'arm-cortex-m7')).not.toContain('depthwise');
    // What others read too has to be computed anyway.
    const shared = pair.replace(
      '=> (float[1,96,56,56] y)',
      '=> (float[1,96,56,56] y, float[1,96,112,112] b)',
    );
    const both = shared.replace('{ a = Conv(x, w)', '{ a = Conv(x, w) b = Relu(a)');
    expect(await codesOf(both, 'google-coral-edge-tpu')).not.toContain('depthwise');
  });
});
