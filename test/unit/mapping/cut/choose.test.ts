import { describe, expect, it } from 'vitest';
import { chipById } from '../../../../server/engine/chips/catalogue';
import type { Estimate } from '../../../../server/engine/cost/types';
import { chooseCut, isSurelyBetter } from '../../../../server/engine/mapping/cut/choose';
import { curveOf, leastRate } from '../../../../server/engine/mapping/cut/curve';
import {
  cutAt,
  type Connection,
  type Demand,
  type Places,
  type Tier,
} from '../../../../server/engine/mapping/cut/cuts';
import type { Part } from '../../../../server/engine/mapping/cut/parts';

/** Numbers from 0 to 1, the same each time (a linear congruence). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

const latency: Demand = { objective: 'latency', deadlineSeconds: null, keepsInput: false, offline: false };
const chip = (id: string) => chipById(id)!;

interface Made {
  readonly seconds: readonly number[];
  readonly joules?: readonly number[];
  /** The range reaches as many times above and below. */
  readonly factor?: number;
  readonly idleWatts?: number;
  readonly mostSteps?: number;
}

/** A place where the steps of a chain take so long. */
function tier(
  id: string,
  { seconds, joules = seconds, factor = 1, idleWatts = 0, mostSteps = Infinity }: Made,
): Tier {
  const of = (values: readonly number[], from: number, to: number): Estimate => {
    const value = values.slice(from, to).reduce((sum, one) => sum + one, 0);
    return { value, low: value / factor, high: value * factor, basis: 'class' };
  };
  const part = (from: number, to: number): Part => ({
    seconds: of(seconds, from, to),
    joules: of(joules, from, to),
    fits: to - from <= mostSteps,
    isEmpty: from >= to,
  });
  const cuts = [...seconds.keys(), seconds.length];
  return {
    chip: chip(id),
    idleWatts,
    ioSeconds: () => 0,
    parts: {
      holdsAll: mostSteps >= seconds.length,
      before: cuts.map((cut) => part(0, cut)),
      behind: cuts.map((cut) => part(cut, seconds.length)),
      between: part,
      secondsBetween: (from, to) => part(from, to).seconds!.value,
    },
  };
}

const connection: Connection = {
  upBytesPerSecond: 100,
  downBytesPerSecond: 400,
  rttSeconds: 1,
  upJoulesPerByte: 0.01,
  downJoulesPerByte: 0.02,
  activeWatts: 2,
};

function crossing(up: readonly number[], down: readonly number[], raw = 1): Places['crossing'] {
  return { up: Float64Array.from(up), down: Float64Array.from(down), isRaw: up.map((_, i) => i < raw) };
}

/** Three steps: 1, 2 and 4 s on the device, a tenth in the cloud; 1,000, 300 and 50 bytes before each; a result of 40. */
function example(own: Partial<Places> = {}): Places {
  return {
    device: tier('hailo-8', { seconds: [1, 2, 4], joules: [5, 10, 20], idleWatts: 0.5 }),
    cloud: tier('nvidia-l4', { seconds: [0.1, 0.2, 0.4], joules: [7, 14, 28] }),
    edge: null,
    connection,
    crossing: crossing([1000, 300, 50, 0], [40, 40, 40, 0]),
    count: 4,
    ...own,
  };
}

describe('a cut', () => {
  it('costs what both parts take, what crosses, and the way back', () => {
    const cut = cutAt(example(), latency, 2, 2);
    // 50 bytes at 100 a second, 40 back at 400: 1 + 0.5 + 0.1 s.
    expect(cut.transfer).toMatchObject({ upBytes: 50, downBytes: 40, seconds: 1.6 });
    // 50 x 0.01 + 40 x 0.02 J, and 2 W for 0.6 s.
    expect(cut.transfer!.joules).toBeCloseTo(0.5 + 0.8 + 1.2, 12);
    expect(cut.seconds!.value).toBeCloseTo(1 + 2 + 1.6 + 0.4, 12);
    // The device waits for 1.6 s of network and 0.4 s of cloud at half a watt.
    expect(cut.idleJoules).toBeCloseTo(1, 12);
    expect(cut.deviceJoules!.value).toBeCloseTo(5 + 10 + 2.5 + 1, 12);
  });

  it('of nothing sends nothing', () => {
    const cut = cutAt(example(), latency, 3, 3);
    expect(cut.transfer).toBeNull();
    expect(cut.seconds!.value).toBe(7);
    expect(cut.idleJoules).toBe(0);
  });

  it('has a range in which places are off each by its own, and the network is not', () => {
    const places = example({
      device: tier('hailo-8', { seconds: [1, 2, 4], factor: 2 }),
      cloud: tier('nvidia-l4', { seconds: [30, 3, 3], factor: 2 }),
    });
    const { seconds } = cutAt(places, latency, 2, 2);
    // Device 3 s, cloud 3 s, network 1.6 s: each is off by ln 2, in squares and by its share: 3 / 7.6 x ln 2 x sqrt 2 = 0.3869.
    expect(seconds!.high / seconds!.value).toBeCloseTo(Math.exp(0.38693), 4);
    expect(seconds!.value / seconds!.low).toBeCloseTo(Math.exp(0.38693), 4);
  });

  it.each([
    [{ ...latency, offline: true }, ['offline', 'offline', 'offline', null]],
    [{ ...latency, keepsInput: true }, ['input-leaves', null, null, null]],
    // 11 + 0.1 + 0.7, 1 + 4.1 + 0.6, 5 and 7 s.
    [{ ...latency, deadlineSeconds: 5.5 }, ['deadline', 'deadline', null, 'deadline']],
  ] as const)('is refused by %j', (demand, refusals) => {
    expect(chooseCut(example(), demand).cuts.map(({ refusal }) => refusal)).toEqual(refusals);
  });

  it('is refused where a part does not fit, or a figure is unknown', () => {
    const small = example({ device: tier('hailo-8', { seconds: [1, 2, 4], mostSteps: 1 }) });
    const of = (places: Places, demand = latency) =>
      chooseCut(places, demand).cuts.map(({ refusal }) => refusal);
    expect(of(small)).toEqual([null, null, 'does-not-fit', 'does-not-fit']);
    const silent = example({ connection: { ...connection, upJoulesPerByte: null } });
    expect(of(silent)).toEqual([null, null, null, null]);
    expect(of(silent, { ...latency, objective: 'energy' })).toEqual(['unknown', 'unknown', 'unknown', null]);
    const open = example({ crossing: crossing([1000, NaN, 50, 0], [40, 40, 40, 0]) });
    expect(of(open)).toEqual([null, 'unknown', null, null]);
  });
});

describe('the choice', () => {
  it('is the best by value', () => {
    expect(chooseCut(example(), latency).best).toMatchObject({ first: 2 });
    expect(chooseCut(example(), { ...latency, objective: 'energy' }).best).toMatchObject({ first: 1 });
  });

  it('cannot tell cuts apart whose difference is less than the estimates are off', () => {
    // Behind two steps 5 s, behind three 7 s. Only the third step differs: 4 s on the device against 2 s of cloud and network.
    const at = (factor: number) => {
      const places = example({
        device: tier('hailo-8', { seconds: [1, 2, 4], factor }),
        cloud: tier('nvidia-l4', { seconds: [0.1, 0.2, 0.4], factor }),
      });
      return chooseCut(places, latency).tied.map(({ first }) => first);
    };
    expect(at(1.1)).toEqual([2]);
    // 4 s may be 2 s.
    expect(at(2)).toEqual([2, 1, 3]);
  });

  it('does not count what two cuts have in common', () => {
    // A first step of 1,000 s that may be twice as long runs on the device in both: it makes none of them better.
    const places = example({
      device: tier('hailo-8', { seconds: [1000, 2, 4], factor: 1.3 }),
      cloud: tier('nvidia-l4', { seconds: [9999, 0.2, 0.4], factor: 1.3 }),
    });
    const [two, three] = [cutAt(places, latency, 2, 2), cutAt(places, latency, 3, 3)];
    expect(two.seconds!.high).toBeGreaterThan(three.seconds!.value);
    expect(isSurelyBetter(places, latency, two, three)).toBe(true);
    expect(isSurelyBetter(places, latency, three, two)).toBe(false);
  });
});

/** Places of a random chain. */
function random(seed: number): Places {
  const next = numbers(seed);
  const steps = 1 + Math.floor(next() * 9);
  const times = (scale: number): number[] => Array.from({ length: steps }, () => next() * scale);
  const cuts = steps + 1;
  const bytes = (): number[] => Array.from({ length: cuts }, (_, i) => (i < steps ? next() * 500 : 0));
  const down = Array.from({ length: cuts }, (_, i) => (i < steps ? 20 : 0));
  const most = next() < 0.3 ? Math.floor(next() * steps) : Infinity;
  const link = (scale: number): Connection => ({
    ...connection,
    upBytesPerSecond: 20 + next() * scale,
    downBytesPerSecond: 20 + next() * scale,
    rttSeconds: next(),
  });
  return {
    device: tier('hailo-8', { seconds: times(4), joules: times(9), idleWatts: next(), mostSteps: most }),
    cloud: tier('nvidia-l4', { seconds: times(0.5) }),
    edge:
      next() < 0.5
        ? {
            tier: tier('nvidia-jetson-agx-orin-64gb', { seconds: times(1.5) }),
            connection: link(3000),
            crossing: crossing(bytes(), down),
          }
        : null,
    connection: link(400),
    crossing: crossing(bytes(), down, 1 + Math.floor(next() * 2)),
    count: cuts,
  };
}

/** All pairs of cuts, in an order of its own: figures by plain sums. */
function bruteForce(places: Places, demand: Demand): number {
  let least = Infinity;
  for (let first = 0; first < places.count; first++)
    for (let second = first; second < (places.edge ? places.count : first + 1); second++) {
      const { seconds, deviceJoules, refusal } = cutAt(places, demand, first, second);
      if (refusal) continue;
      least = Math.min(least, (demand.objective === 'latency' ? seconds : deviceJoules)!.value);
    }
  return least;
}

describe('on 600 random chains', () => {
  const seeds = Array.from({ length: 200 }, (_, i) => i + 1);
  const demands: readonly Demand[] = [
    latency,
    { ...latency, objective: 'energy' },
    { objective: 'energy', deadlineSeconds: 6, keepsInput: true, offline: false },
  ];

  it.each(demands)('nothing is better than the choice: %j', (demand) => {
    for (const seed of seeds) {
      const places = random(seed);
      const { best } = chooseCut(places, demand);
      const figure = best && (demand.objective === 'latency' ? best.seconds : best.deviceJoules)!.value;
      expect(figure ?? Infinity, `seed ${seed}`).toBeCloseTo(bruteForce(places, demand), 9);
    }
  });

  it.each(['latency', 'energy'] as const)('the curve of %s has the best cut at every rate', (objective) => {
    const demand = { ...latency, objective };
    for (const seed of seeds) {
      const places = random(seed);
      const stretches = curveOf(places, objective, chooseCut(places, demand).cuts);
      expect(stretches[0]!.from).toBe(0);
      expect(stretches.at(-1)!.to).toBeNull();
      for (const { cut, from, to } of stretches) {
        const rate = to === null ? from * 2 + 1 : (from + to) / 2;
        const { upBytesPerSecond: up, downBytesPerSecond: down } = places.connection;
        const at = {
          ...places,
          connection: {
            ...places.connection,
            upBytesPerSecond: rate,
            downBytesPerSecond: (rate / up) * down,
          },
        };
        const same = cutAt(at, demand, cut.first, cut.second);
        const figure = (objective === 'latency' ? same.seconds : same.deviceJoules)!.value;
        expect(figure, `seed ${seed} rate ${rate}`).toBeCloseTo(bruteForce(at, demand), 9);
      }
    }
  });

  it('a deadline is just kept at the least rate', () => {
    for (const seed of seeds) {
      const places = random(seed);
      const { cuts } = chooseCut(places, latency);
      const rate = leastRate(places, 5, cuts);
      if (rate === null || rate === 0) continue;
      const { upBytesPerSecond: up, downBytesPerSecond: down } = places.connection;
      const connection = {
        ...places.connection,
        upBytesPerSecond: rate,
        downBytesPerSecond: (rate / up) * down,
      };
      expect(bruteForce({ ...places, connection }, latency), `seed ${seed}`).toBeCloseTo(5, 9);
    }
  });
});

describe('the curve', () => {
  it('has its crossovers where two cuts take the same time', () => {
    const places = example({ connection: { ...connection, downBytesPerSecond: 100 } });
    const stretches = curveOf(places, 'latency', chooseCut(places, latency).cuts);
    // Without moving: 1.7 (all in the cloud), 2.6 (behind one), 4.4 (behind two), 7 s; bytes up and down: 1040, 340, 90, 0.
    // 90 b = 2.6 s: 34.6 B/s; 250 b = 1.8 s: 138.9 B/s; 700 b = 0.9 s: 777.8 B/s.
    expect(stretches.map(({ cut }) => cut.first)).toEqual([3, 2, 1, 0]);
    const ends = stretches.map(({ to }) => to);
    expect(ends[0]).toBeCloseTo(90 / 2.6, 9);
    expect(ends[1]).toBeCloseTo(250 / 1.8, 9);
    expect(ends[2]).toBeCloseTo(700 / 0.9, 9);
    expect(ends[3]).toBeNull();
  });
});
