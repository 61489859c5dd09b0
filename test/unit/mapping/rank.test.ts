import { describe, expect, it } from 'vitest';
import type { Candidate, Objective } from '../../../server/engine/mapping/candidate';
import type { Limits } from '../../../server/engine/mapping/limits';
import { rank } from '../../../server/engine/mapping/rank';
import { exactly } from '../../../server/engine/mapping/ratio';
import { candidate, chipNamed, within } from './candidates';

/** Two factors of 1.1 are 1.144 together, so that each of these is surely apart from the next. */
const sure = (value: number) => within(value, 1.1);
const ids = (list: readonly { readonly chip: { readonly id: string } }[]) => list.map(({ chip }) => chip.id);

function ranked(
  candidates: readonly Candidate[],
  objective: Objective = 'latency',
  limits: Limits = {},
): ReturnType<typeof rank> {
  return rank(candidates, objective, limits);
}

describe('a ranking', () => {
  const fast = candidate('fast', { latency: sure(1), energy: sure(8), throughput: sure(5) });
  const middle = candidate('middle', { latency: sure(2), energy: sure(4), throughput: sure(9) });
  const slow = candidate('slow', { latency: sure(4), energy: sure(2), throughput: sure(1) });

  it('has the least time and energy first, and the most samples', () => {
    const all = [middle, slow, fast];
    expect(ids(ranked(all).ranked)).toEqual(['fast', 'middle', 'slow']);
    expect(ids(ranked(all, 'energy').ranked)).toEqual(['slow', 'middle', 'fast']);
    expect(ids(ranked(all, 'throughput').ranked)).toEqual(['middle', 'fast', 'slow']);
  });

  it('says where each may stand', () => {
    // Two factors of 1.3: sqrt(2) x ln 1.3 = 0.371, e ^ 0.371 = 1.449. A step of 1.4 is not sure, one of 1.96 is.
    const [a, b, c] = [1, 1.4, 1.96].map((value, i) =>
      candidate(`c${i}`, { latency: within(value, 1.3) }),
    ) as [Candidate, Candidate, Candidate];
    const { ranked: list, tied } = ranked([c, b, a]);
    expect(list.map(({ place }) => [place.best, place.worst])).toEqual([
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    expect(ids(tied)).toEqual(['c0', 'c1']);
  });

  it('names one as the best where it surely is', () => {
    expect(ids(ranked([slow, fast]).tied)).toEqual(['fast']);
  });

  it('has the same order for equal figures whatever came first', () => {
    const equal = ['b', 'a', 'c'].map((id) => candidate(id, { latency: exactly(1), price: exactly(5) }));
    expect(ids(ranked(equal, 'price').ranked)).toEqual(['a', 'b', 'c']);
    expect(ranked(equal, 'price').ranked.map(({ place }) => place)).toEqual(
      Array(3).fill({ best: 1, worst: 3 }),
    );
  });

  it('takes of each chip the precision that serves it best within the limits', () => {
    const chip = chipNamed('one');
    const at = (precision: Candidate['precision'], latency: number, memory: number) =>
      candidate(chip, { latency: sure(latency), memory: exactly(memory) }, { precision });
    const all = [at('fp16', 2, 10), at('int8', 1, 20), at('int4-weights', 3, 5)];
    expect(ranked(all).ranked.map(({ precision }) => precision)).toEqual(['int8']);
    const small = ranked(all, 'latency', { figures: { memory: 15 } }).ranked;
    expect(small.map(({ precision }) => precision)).toEqual(['fp16']);
  });
});

describe('what no chip beats in everything', () => {
  const of = (id: string, latency: number, energy: number, watts: number) =>
    candidate(id, { latency: sure(latency), energy: sure(energy), watts: exactly(watts) });

  it('leaves out what another surely beats in one figure and equals in the others', () => {
    const { ranked: list } = ranked([of('a', 1, 8, 70), of('b', 2, 4, 70), of('worse', 4, 8, 70)]);
    expect(list.map(({ isPareto }) => isPareto)).toEqual([true, true, false]);
  });

  it('keeps what may be as good', () => {
    // 1 and 1.1 cannot be told apart: 1.144.
    const { ranked: list } = ranked([of('a', 1, 4, 70), of('tied', 1.1, 4.2, 70)]);
    expect(list.map(({ isPareto }) => isPareto)).toEqual([true, true]);
  });

  it('says nothing of a chip of which a figure is unknown, and takes it against nobody', () => {
    const unknown = candidate('unknown', { latency: sure(0.1), energy: sure(0.1) });
    const { ranked: list } = ranked([of('a', 1, 8, 70), unknown]);
    expect(list.map(({ isPareto }) => isPareto)).toEqual([null, true]);
  });
});

describe('why a chip is no answer', () => {
  const brokenOf = (one: Candidate, limits: Limits = {}, objective: Objective = 'latency') =>
    ranked([one], objective, limits).rejected.map(({ broken }) => broken);

  it('is a limit with how many times it is broken', () => {
    const one = candidate('c', { latency: sure(0.012), throughput: sure(20) });
    expect(brokenOf(one, { figures: { latency: 0.008 } })).toEqual([
      { limit: 'latency', value: 0.012, allowed: 0.008, times: 1.5, isOpen: false },
    ]);
    expect(brokenOf(one, { figures: { throughput: 60 } })).toEqual([
      { limit: 'throughput', value: 20, allowed: 60, times: 3, isOpen: false },
    ]);
  });

  it('says where the range reaches the limit, on both sides of it', () => {
    const one = candidate('c', { latency: within(0.012, 2) });
    expect(brokenOf(one, { figures: { latency: 0.01 } })).toMatchObject([{ isOpen: true }]);
    const kept = ranked([one], 'latency', { figures: { latency: 0.02 } }).ranked;
    expect(kept.map(({ open }) => open)).toEqual([['latency']]);
  });

  it('is what does not fit before anything else, then what does not run', () => {
    const large = candidate('c', { latency: sure(1) }, { fits: false, timesTooLarge: 2.5 });
    expect(brokenOf(large, { figures: { latency: 0.1 } })).toEqual([{ limit: 'fit', times: 2.5 }]);
    expect(brokenOf(candidate('c', {}, { isWhole: false }))).toEqual([{ limit: 'whole' }]);
    expect(brokenOf(candidate('c', { latency: sure(1) }, { fits: null }))).toEqual([]);
  });

  it('is an unknown figure where a limit or the objective needs it, and never a number', () => {
    const one = candidate('c', { latency: sure(1) });
    expect(brokenOf(one, { figures: { watts: 10 } })).toEqual([{ limit: 'watts', value: null }]);
    expect(brokenOf(one, {}, 'energy')).toEqual([{ limit: 'energy', value: null }]);
  });

  it('is told of the precision that comes nearest, and of the nearest chip first', () => {
    const chip = chipNamed('two');
    const all = [
      candidate('far', { latency: sure(9) }),
      candidate(chip, { latency: sure(6) }, { precision: 'fp16' }),
      candidate(chip, { latency: sure(3) }, { precision: 'int8' }),
    ];
    const { rejected } = ranked(all, 'latency', { figures: { latency: 1 } });
    expect(ids(rejected)).toEqual(['two', 'far']);
    expect(rejected[0]!.broken).toMatchObject({ times: 3 });
  });
});

describe('limits', () => {
  /** The generator of Numerical Recipes: the same numbers in every run. */
  function numbers(seed: number): () => number {
    let state = seed;
    return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  }

  it('never add a chip: whatever keeps several keeps each', () => {
    const next = numbers(7);
    const figure = () => (next() < 0.1 ? null : within(10 ** (2 * next() - 1), 1 + next()));
    const some = Array.from({ length: 15 }, (_, i) => chipNamed(`c${i}`));
    for (let round = 0; round < 50; round++) {
      const all = Array.from({ length: 20 }, (_, i) =>
        candidate(
          some[i % some.length]!,
          { latency: figure(), energy: figure(), watts: figure(), memory: figure() },
          { fits: next() < 0.1 ? false : null },
        ),
      );
      const limits = { latency: 1 + 5 * next(), energy: 1 + 5 * next(), watts: 1 + 5 * next() };
      let kept = new Set(ids(ranked(all).ranked));
      for (const name of Object.keys(limits) as (keyof typeof limits)[]) {
        const names = Object.keys(limits).slice(0, Object.keys(limits).indexOf(name) + 1);
        const figures = Object.fromEntries(Object.entries(limits).filter(([one]) => names.includes(one)));
        const fewer = ids(ranked(all, 'latency', { figures }).ranked);
        expect(fewer.filter((id) => !kept.has(id))).toEqual([]);
        kept = new Set(fewer);
      }
    }
  });

  it('leave every chip in one of the two lists', () => {
    const all = ['a', 'b', 'c'].map((id, i) => candidate(id, { latency: sure(i + 1) }));
    const { ranked: list, rejected } = ranked(all, 'latency', { figures: { latency: 2 } });
    expect([...ids(list), ...ids(rejected)].sort()).toEqual(['a', 'b', 'c']);
  });
});
