import { describe, expect, it } from 'vitest';
import { chipById } from '../../../../server/engine/chips/catalogue';
import { exact } from '../../../../server/engine/cost/interval';
import type { Call } from '../../../../server/engine/mapping/parallel/calls';
import { noMemory, type Element, type RankChain } from '../../../../server/engine/mapping/parallel/chain';
import { candidatesOf } from '../../../../server/engine/mapping/parallel/candidates';
import { ganttOf } from '../../../../server/engine/mapping/parallel/gantt';
import {
  placed,
  type Candidate,
  type Placed,
  type World,
} from '../../../../server/engine/mapping/parallel/placement';
import { problem } from '../../../../server/engine/problem';
import { rankSplits } from '../../../../server/engine/mapping/parallel/search';
import type { Split } from '../../../../server/engine/mapping/parallel/splits';

const one: Split = { tp: 1, pp: 1, dp: 1, ep: 1, cp: 1 };
const GB = 1e9;

/** An element of `ms` milliseconds on its memory, that takes `weights` bytes and caches of 1 GB for each micro-batch. */
function element(count: number, ms: number, weights: number, over: Partial<Element> = {}): Element {
  const seconds = ms / 1000;
  return {
    count,
    terms: [{ operatorClass: 'gemm', seconds: exact(seconds, 'class'), times: 1, common: null }],
    seconds,
    parts: { compute: 0, memory: seconds, overhead: 0 },
    updateSeconds: 0,
    gradientBytes: 0,
    calls: [],
    memory: { ...noMemory, weights, state: GB, activations: GB / 2 },
    carriedBytes: 1e6,
    ...over,
  };
}

const chainOf = (...elements: Element[]): RankChain => ({ elements, shared: [] });
/** Every collective takes a millisecond; a hop of a pipeline is one as well. */
const world: World = {
  time: ({ members }) => ({ seconds: exact(members < 2 ? 0 : 1e-3, 'class'), problem: null }),
  room: { capacityBytes: 81 * GB, reserveBytes: GB },
  node: 8,
  step: 'flushed',
  overlaps: true,
};
const candidate = (split: Partial<Split>, microBatches = 1): Candidate => ({
  split: { ...one, ...split },
  microBatch: 1,
  schedule: { name: '1f1b', microBatches, chunks: 1 },
});
const fit = (result: ReturnType<typeof placed>): Placed => {
  if ('limit' in result) throw new Error(JSON.stringify(result.limit));
  return result;
};

describe('a placement', () => {
  it('on one device is the sum of its elements', () => {
    const chain = chainOf(element(1, 1, GB), element(10, 2, GB), element(1, 3, GB));
    const { seconds, parts, stages } = fit(placed(candidate({}), chain, world));
    // 1 + 10 x 2 + 3 ms.
    expect(seconds.value).toBeCloseTo(24e-3, 12);
    expect(parts.memory).toBeCloseTo(24e-3, 12);
    expect([parts.compute, parts.link, parts.bubble, parts.overhead]).toEqual([0, 0, 0, 0]);
    // Twelve elements of 1 GB and their caches; activations of one of them at a time.
    expect(stages[0]!.memory.bytes).toBe(12 * GB + 12 * GB + GB / 2);
  });

  it('adds what its devices say to each other', () => {
    const call: Call = { group: 'tp', collective: 'all_reduce', bytes: 1e6, times: 2 };
    const chain = chainOf(element(10, 2, GB, { calls: [call] }));
    const { seconds, parts } = fit(placed(candidate({ tp: 8 }), chain, world));
    expect(parts.link).toBeCloseTo(20e-3, 12);
    expect(seconds.value).toBeCloseTo(40e-3, 12);
    expect(fit(placed(candidate({ tp: 1 }), chain, world)).parts.link).toBe(0);
  });

  it('is out where nobody knows how long its devices talk', () => {
    const unknown = problem('information', 'collective.no-rate', { link: 'hccs' });
    const silent: World = {
      ...world,
      time: ({ members }) =>
        members < 2 ? { seconds: exact(0, 'class'), problem: null } : { seconds: null, problem: unknown },
    };
    const chain = chainOf(element(10, 2, GB, { gradientBytes: GB }));
    const limit = { kind: 'problem', problem: unknown };
    // A stage sends to the next one; copies that train exchange gradients, others nothing.
    expect(placed(candidate({ pp: 2 }), chain, silent)).toMatchObject({ limit });
    expect(placed(candidate({ dp: 2 }), chain, { ...silent, step: 'training' })).toMatchObject({ limit });
    expect(placed(candidate({ dp: 2 }), chain, silent)).not.toHaveProperty('limit');
    // Nor is it known where a size is not.
    const sizeless = chainOf(element(10, 2, GB, { carriedBytes: null }));
    expect(placed(candidate({ pp: 2 }), sizeless, world)).toMatchObject({ limit: { kind: 'unknown' } });
    expect(placed(candidate({}), sizeless, world)).not.toHaveProperty('limit');
  });

  it('of several stages waits while they fill and drain, and sends from one to the next', () => {
    const chain = chainOf(element(10, 2, GB));
    const { seconds, parts, stages } = fit(placed(candidate({ pp: 2 }, 4), chain, world));
    // Stages of 5 x 2 ms; the first sends for 1 ms: 4 x 11 + 10.
    expect(stages.map((stage) => stage.seconds)).toEqual([
      expect.closeTo(11e-3, 12),
      expect.closeTo(10e-3, 12),
    ]);
    expect(seconds.value).toBeCloseTo(54e-3, 12);
    expect(parts.bubble).toBeCloseTo(10e-3, 12);
    expect(parts.link).toBeCloseTo(4e-3, 12);
    // In training the way back sends as much: 4 x 12 + 10.
    const trained = fit(placed(candidate({ pp: 2 }, 4), chain, { ...world, step: 'training' }));
    expect(trained.parts.link).toBeCloseTo(8e-3, 12);
    expect(trained.seconds.value).toBeCloseTo(58e-3, 12);
    // Caches of all four micro-batches.
    expect(stages[0]!.memory.classes.state).toBe(5 * 4 * GB);
    const steady = fit(placed(candidate({ pp: 2 }, 4), chain, { ...world, step: 'steady' }));
    expect(steady.seconds.value).toBeCloseTo(44e-3, 12);
  });

  it('that does not fit says what is too large, and by how much', () => {
    const chain = chainOf(element(141, 1, GB));
    expect(placed(candidate({}), chain, world)).toMatchObject({
      limit: { kind: 'memory', by: 'weights', bytes: 141 * GB, usable: 80 * GB },
    });
    // 50 GB of weights and 50 GB of caches: neither alone.
    expect(placed(candidate({}), chainOf(element(50, 1, GB)), world)).toMatchObject({
      limit: { kind: 'memory', by: 'all', bytes: 100.5 * GB },
    });
    expect(fit(placed(candidate({ pp: 4 }), chain, world)).stages).toHaveLength(4);
  });

  it('cuts where memory allows it, even where another cut is quicker', () => {
    // The heavy element takes no time: by time alone it shares its device with half of the others.
    const chain = chainOf(element(1, 0, 70 * GB), element(10, 1, 3 * GB));
    const { stages } = fit(placed(candidate({ pp: 2 }), chain, world));
    expect(stages.map(({ from, to }) => to - from)).toEqual([3, 8]);
  });

  it('keeps tied weights on both ends, and once on one device', () => {
    const shared = [{ memory: { ...noMemory, weights: 5 * GB }, elements: new Set([0, 2]) }];
    const chain = { ...chainOf(element(1, 1, 0), element(4, 1, 0), element(1, 1, 0)), shared };
    const weights = (pp: number) =>
      fit(placed(candidate({ pp }), chain, world)).stages.map(({ memory }) => memory.classes.weights);
    expect(weights(1)).toEqual([5 * GB]);
    expect(weights(3)).toEqual([5 * GB, 0, 5 * GB]);
  });

  it('of training exchanges gradients beside the way back, and then updates', () => {
    const chain = chainOf(element(10, 3, GB, { gradientBytes: GB, updateSeconds: 1e-3 }));
    const train = (seconds: number, overlaps = true) =>
      fit(
        placed(candidate({ dp: 4 }, 2), chain, {
          ...world,
          step: 'training',
          overlaps,
          time: ({ members }) => ({ seconds: exact(members < 2 ? 0 : seconds, 'class'), problem: null }),
        }),
      );
    // Two micro-batches of 30 ms and an update of 10; an all-reduce of 10 ms hides but for a tenth of it.
    expect(train(10e-3).seconds.value).toBeCloseTo(60e-3 + 10e-3 + 1e-3, 12);
    // The way back is 20 ms of the last micro-batch: of 50 ms 30 are waited for.
    expect(train(50e-3).seconds.value).toBeCloseTo(60e-3 + 10e-3 + 30e-3, 12);
    expect(train(50e-3, false).seconds.value).toBeCloseTo(60e-3 + 10e-3 + 50e-3, 12);
  });

  it('is out where a time is unknown', () => {
    expect(placed(candidate({}), chainOf({ ...element(1, 1, GB), seconds: null }), world)).toMatchObject({
      limit: { kind: 'unknown' },
    });
    expect(placed(candidate({}), chainOf({ ...element(1, 1, GB), memory: null }), world)).toMatchObject({
      limit: { kind: 'unknown' },
    });
  });
});

describe('candidates of a split', () => {
  const counts = (split: Partial<Split>, batch: number | null, step: World['step']) =>
    candidatesOf({ ...one, ...split }, batch, step, 80).map(({ microBatch, schedule }) => [
      schedule.microBatches,
      microBatch,
    ]);

  it('decode with as many micro-batches as stages, as far as there are sequences', () => {
    expect(counts({ pp: 4, dp: 2 }, 32, 'steady')).toEqual([[4, 4]]);
    expect(counts({ pp: 4, dp: 2 }, 4, 'steady')).toEqual([[2, 1]]);
    expect(counts({ dp: 3 }, 32, 'steady')).toEqual([[1, 11]]);
    expect(counts({ pp: 4 }, null, 'steady')).toEqual([[1, 1]]);
  });

  it('fill and drain with more of them', () => {
    expect(counts({ pp: 2 }, 32, 'flushed')).toEqual([
      [2, 16],
      [4, 8],
      [8, 4],
    ]);
  });

  it('train with small ones, and interleaved where they come in groups of as many as stages', () => {
    expect(counts({ pp: 1, dp: 8 }, 32, 'training')).toEqual([
      [4, 1],
      [2, 2],
      [1, 4],
    ]);
    const all = candidatesOf({ ...one, pp: 4 }, 8, 'training', 80);
    expect(all.filter(({ schedule }) => schedule.chunks > 1).map(({ microBatch }) => microBatch)).toEqual([
      1, 1, 2, 2,
    ]);
  });
});

describe('an order of splits', () => {
  const chip = chipById('nvidia-h100-sxm')!;
  const of = (split: Partial<Split>, ms: number, spread = 1.01): Placed => ({
    ...fit(placed(candidate(split), chainOf(element(8, 1, GB)), world)),
    seconds: { value: ms / 1000, low: ms / spread / 1000, high: (ms * spread) / 1000, basis: 'class' },
  });

  it('has the quickest first, and of equally quick ones the one with fewer devices', () => {
    const { ranked } = rankSplits([of({ tp: 8 }, 3), of({ tp: 4 }, 2), of({ tp: 2 }, 2)], chip, 'latency');
    expect(ranked.map(({ split }) => split.tp)).toEqual([2, 4, 8]);
    expect(ranked.map(({ isTied }) => isTied)).toEqual([true, true, false]);
    const unsure = rankSplits([of({ tp: 8 }, 3, 2), of({ tp: 4 }, 2, 2)], chip, 'latency');
    expect(unsure.ranked.every(({ isTied }) => isTied)).toBe(true);
  });

  it('by throughput gives idle devices to further copies', () => {
    // 2 ms on four devices are 8 device-milliseconds, 3 ms on two are 6.
    const { ranked } = rankSplits([of({ tp: 4 }, 2), of({ tp: 2 }, 3)], chip, 'throughput');
    expect(ranked.map(({ split }) => split.tp)).toEqual([2, 4]);
  });

  it('has what is out by how much is missing, each split once', () => {
    const out = (tp: number, bytes: number) => ({
      split: { ...one, tp },
      limit: { kind: 'memory', by: 'weights', bytes, usable: 80 } as const,
    });
    const { refused } = rankSplits(
      [out(1, 200), out(2, 100), out(2, 90), of({ tp: 4 }, 1), out(4, 99)],
      chip,
      'latency',
    );
    expect(refused.map(({ split, limit }) => [split.tp, 'bytes' in limit && limit.bytes])).toEqual([
      [2, 90],
      [1, 200],
    ]);
  });
});

describe('the chart of a step', () => {
  it('has each micro-batch on each stage as soon as both are free', () => {
    const { stages } = fit(placed(candidate({ pp: 2 }, 2), chainOf(element(10, 2, GB)), world));
    const slots = ganttOf({ stages, schedule: candidate({ pp: 2 }, 2).schedule });
    expect(slots.map(({ stage, microBatch, from, to }) => [stage, microBatch, ms(from), ms(to)])).toEqual([
      [0, 0, 0, 11],
      [1, 0, 11, 21],
      [0, 1, 11, 22],
      [1, 1, 22, 32],
    ]);
  });

  it('has the first 64 micro-batches', () => {
    const { stages } = fit(placed(candidate({}), chainOf(element(1, 1, GB)), world));
    expect(ganttOf({ stages, schedule: candidate({}, 100).schedule })).toHaveLength(64);
  });

  it('of decoding is one in the middle, when stages are always busy', () => {
    const slow = element(10, 2, GB, { carriedBytes: 0 });
    const two = candidate({ pp: 2 }, 2);
    const { stages } = fit(placed(two, chainOf(slow), { ...world, step: 'steady' }));
    const slots = ganttOf({ stages, schedule: two.schedule }, 'steady');
    // Two micro-batches on stages of 11 and 10 ms: a step takes 22, and the first stage never waits.
    expect(slots.filter(({ stage }) => stage === 0).map(({ from, to }) => [ms(from), ms(to)])).toEqual([
      [0, 11],
      [11, 22],
    ]);
    const busy = slots.filter(({ stage }) => stage === 1).reduce((sum, { from, to }) => sum + to - from, 0);
    expect(ms(busy)).toBe(20);
  });

  const ms = (seconds: number) => Math.round(seconds * 1000);
});
