import { describe, expect, it } from 'vitest';
import { Parts } from '../../../../server/engine/mapping/parallel/shard/parts';
import { axisInView } from '../../../../server/engine/mapping/parallel/shard/viewAxes';

describe('sizes that are divided alike', () => {
  it('are multiples of heads, of which none is divided', () => {
    const parts = new Parts(4);
    const [width, heads] = [parts.add(768), parts.add(12)];
    parts.join(width, heads);
    expect(parts.obstacle()).toBeNull();
    // 3 heads of 64 numbers on each of 4 devices.
    expect(parts.share(width)).toEqual({ whole: 768, local: 192, padded: 768, copies: 1 });
    expect(parts.share(heads)).toEqual({ whole: 12, local: 3, padded: 12, copies: 1 });
  });

  it('are padded where they do not divide', () => {
    const parts = new Parts(8);
    const [width, heads] = [parts.add(768), parts.add(12)];
    parts.join(width, heads);
    // Two heads each, 16 in all.
    expect(parts.share(width)).toEqual({ whole: 768, local: 128, padded: 1024, copies: 1 });
  });

  it('are held by several devices where there are fewer keys than these', () => {
    const parts = new Parts(16);
    const [queries, keys] = [parts.add(32), parts.add(8)];
    parts.group(queries, keys);
    expect(parts.obstacle()).toBeNull();
    expect(parts.share(queries)).toEqual({ whole: 32, local: 2, padded: 32, copies: 1 });
    expect(parts.share(keys)).toEqual({ whole: 8, local: 1, padded: 8, copies: 2 });
  });

  it.each([
    [8, 12, 4],
    [4, 30, 6],
    [3, 32, 8],
  ])('do not go on %i devices with %i heads in groups of %i keys', (ways, heads, keyHeads) => {
    const parts = new Parts(ways);
    parts.group(parts.add(heads), parts.add(keyHeads));
    expect(parts.obstacle()).toBe('heads');
  });

  it('are sums of what is divided by itself', () => {
    // 32 heads and twice 8 of 128 numbers side by side, on 16 devices: (2 + 2 · 1) · 128.
    const parts = new Parts(16);
    const [all, heads, keys] = [parts.add(48 * 128), parts.add(32), parts.add(8)];
    parts.group(heads, keys);
    parts.addSum(all, [heads, keys], [128, 256]);
    expect(parts.share(all)).toMatchObject({ whole: 6144, local: 512 });
    // A bias joined with it is as long.
    const bias = parts.add(48 * 128);
    const other = new Parts(2);
    const [whole, own, a, b] = [other.add(20), other.add(40), other.add(12), other.add(8)];
    other.join(whole, own);
    other.addSum(whole, [a, b]);
    expect([other.share(whole)!.local, other.share(own)!.local]).toEqual([10, 20]);
    expect(bias).toBe(3);
  });

  it('are none where they are sums of themselves', () => {
    const parts = new Parts(2);
    const [a, b, c] = [parts.add(8), parts.add(4), parts.add(4)];
    parts.addSum(a, [b, c]);
    parts.addSum(b, [a, c]);
    expect(parts.share(a)).toBeNull();
  });
});

describe('an axis in another view', () => {
  it.each([
    // Heads out of a width, and back.
    [[1, 128, 768], [1, 128, 12, 64], 2, 2],
    [[1, 128, 12, 64], [1, 128, 768], 2, 2],
    [[1, 1, 768], [1, 1, 12, 64], 2, 2],
    // Axes of one come and go.
    [[1, 8, 128, 64], [1, 8, 1, 128, 64], 1, 1],
    [[1, 8, 1, 128, 64], [1, 8, 128, 64], 3, 2],
    [[2, 16, 768], [32, 768], 2, 1],
    // Groups of repeated keys, and heads with the batch.
    [[1, 8, 4, 128, 64], [1, 32, 128, 64], 1, 1],
    [[2, 12, 197, 64], [24, 197, 64], 1, 0],
    [[24, 64, 197], [2, 12, 64, 197], 0, 1],
    // Queries, keys and values before heads.
    [[1, 197, 2304], [1, 197, 3, 12, 64], 2, 3],
  ])('of %j as %j: %i is %i', (from, to, axis, expected) => {
    expect(axisInView(from, to, axis, 4, 'larger')).toBe(expected);
  });

  it('is chosen among several by preference', () => {
    const choices = (['larger', 'outer', 'inner'] as const).map((preference) =>
      axisInView([384, 64], [32, 12, 64], 0, 4, preference),
    );
    // 32 samples of 12 heads.
    expect(choices).toEqual([0, 0, 1]);
  });

  it('is none where elements meet that did not before', () => {
    expect(axisInView([6, 35], [10, 21], 0, 2, 'larger')).toBeUndefined();
    // An empty tensor has any shape.
    expect(() => axisInView([0, 3], [3, 0, 5], 0, 2, 'larger')).not.toThrow();
  });
});
