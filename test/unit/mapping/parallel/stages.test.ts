import { describe, expect, it } from 'vitest';
import { flushed, inFlight, steady } from '../../../../server/engine/mapping/parallel/schedule';
import { stagesOf, type Stage } from '../../../../server/engine/mapping/parallel/stages';

const always = () => true;
const sizes = (stages: readonly Stage[] | null) => stages?.map(({ from, to }) => to - from);

describe('stages of a pipeline', () => {
  it('make the slowest as fast as can be', () => {
    // 1 2 3 4 5 | 6 7 | 8 9: sums 15, 13, 17; every other cut into three has a sum above 17 (textbook linear partition).
    expect(sizes(stagesOf({ seconds: [1, 2, 3, 4, 5, 6, 7, 8, 9], fits: always }, 3))).toEqual([5, 2, 2]);
  });

  it('are even where elements are equal, and the heavy end gets fewer of them', () => {
    expect(sizes(stagesOf({ seconds: Array(80).fill(1) as number[], fits: always }, 4))).toEqual([
      20, 20, 20, 20,
    ]);
    // Six layers and a head of 2: 8 in all, so 4 and 4.
    expect(sizes(stagesOf({ seconds: [1, 1, 1, 1, 1, 1, 2], fits: always }, 2))).toEqual([4, 3]);
  });

  it('agree with trying every cut', () => {
    let seed = 7;
    const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let round = 0; round < 200; round++) {
      const seconds = Array.from({ length: 3 + Math.floor(random() * 7) }, () => Math.ceil(random() * 9));
      const count = 1 + Math.floor(random() * Math.min(4, seconds.length));
      const room = 2 + Math.floor(random() * 5);
      const fits = (_: number, from: number, to: number) => to - from <= room;
      const stages = stagesOf({ seconds, fits }, count);
      const slowest = stages && Math.max(...stages.map(({ from, to }) => sum(seconds.slice(from, to))));
      expect(slowest ?? Infinity).toBe(bruteForce(seconds, count, room));
    }
  });

  it('keep to what fits, by the place of the stage', () => {
    const seconds = [1, 1, 1, 1, 1, 1];
    // The first stage has room for one.
    const fits = (stage: number, from: number, to: number) => to - from <= (stage === 0 ? 1 : 6);
    expect(sizes(stagesOf({ seconds, fits }, 2))).toEqual([1, 5]);
    expect(stagesOf({ seconds, fits: () => false }, 2)).toBeNull();
    expect(stagesOf({ seconds: [1], fits: always }, 2)).toBeNull();
  });

  it('need elements of no time too', () => {
    expect(sizes(stagesOf({ seconds: [0, 0, 0, 0], fits: always }, 2))).toHaveLength(2);
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}

function bruteForce(seconds: readonly number[], count: number, room: number): number {
  if (count === 1) return seconds.length <= room ? sum(seconds) : Infinity;
  let best = Infinity;
  for (let first = 1; first <= Math.min(room, seconds.length - count + 1); first++) {
    best = Math.min(
      best,
      Math.max(sum(seconds.slice(0, first)), bruteForce(seconds.slice(first), count - 1, room)),
    );
  }
  return best;
}

describe('a step of a pipeline', () => {
  const equal = (count: number) => Array(count).fill(1) as number[];
  const plain = { name: '1f1b', chunks: 1 } as const;

  it('waits (p − 1) / (m + p − 1) of its time', () => {
    // Four stages, eight micro-batches: 8 + 3 = 11 slots of which 3 are bubble.
    expect(flushed(equal(4), { ...plain, microBatches: 8 })).toEqual({ seconds: 11, bubble: 3 });
    expect(flushed(equal(1), { ...plain, microBatches: 8 })).toEqual({ seconds: 8, bubble: 0 });
    // Narayanan et al. 2021: two chunks halve it.
    expect(flushed(equal(4), { name: 'interleaved', chunks: 2, microBatches: 8 }).bubble).toBe(1.5);
    // Qi et al. 2023, ZB-H1: a third.
    expect(flushed(equal(4), { ...plain, name: 'zero-bubble', microBatches: 8 }).bubble).toBeCloseTo(1, 12);
  });

  it('takes as long as its slowest stage asks', () => {
    // Stages of 1, 3, 2 and four micro-batches: the second takes 12, the first and third fill and drain 3.
    expect(flushed([1, 3, 2], { ...plain, microBatches: 4 })).toEqual({ seconds: 15, bubble: 3 });
  });

  it('of decoding waits only where there are fewer micro-batches than stages', () => {
    expect(steady(equal(4), 4)).toEqual({ seconds: 4, bubble: 0 });
    expect(steady(equal(4), 8)).toEqual({ seconds: 8, bubble: 0 });
    expect(steady(equal(4), 1)).toEqual({ seconds: 4, bubble: 3 });
    expect(steady([1, 3], 1)).toEqual({ seconds: 4, bubble: 1 });
  });

  it('keeps activations of as many micro-batches as are on their way', () => {
    const of = (name: 'gpipe' | '1f1b' | 'interleaved', stage: number, microBatches = 16) =>
      inFlight({ name, microBatches, chunks: 2 }, stage, 4);
    expect([0, 1, 2, 3].map((stage) => of('1f1b', stage))).toEqual([4, 3, 2, 1]);
    expect(of('1f1b', 0, 2)).toBe(2);
    expect(of('gpipe', 3)).toBe(16);
    // 4 (1 + 3 / 8) = 5.5 (Korthikanti et al. 2022, §4.2.3, L (1 + (p − 1) / (p m)) with m = 2 chunks).
    expect(of('interleaved', 0)).toBe(5.5);
  });
});
