import { describe, expect, it } from 'vitest';
import type { Service } from '../../../server/engine/mapping/serve/serve';
import type { Section } from '../../../server/engine/report/print/section';
import {
  servingReport,
  servingRows,
  servingSections,
  type ServingReport,
} from '../../../server/engine/report/servingReport';
import { reportWords } from '../../../server/reportWords';

const words = reportWords('en');
const { seconds } = words;

const point = {
  ...{ batch: 8, tokensPerSecondPerUser: 20.04, tokensPerSecondPerDevice: 160.4 },
  ...{ ttft: 0.25, tpot: 0.05, isWithin: true },
};

const simulated = {
  ...{ seed: 7, requests: 900, tokensPerSecond: 400, batch: 3, inside: 4, preempted: 0 },
  ttft: { mean: 1, p50: 2, p99: 3 },
  tpot: { mean: 4, p50: 5, p99: 6 },
  latency: { mean: 7, p50: 8, p99: 9 },
} as unknown as NonNullable<Service['simulated']>;

function serviceOf(more: Partial<Service> = {}): Service {
  return {
    traffic: {
      arrival: { kind: 'rate', perSecond: 4 },
      ...{ promptTokens: 1000, outputTokens: 50, prefixShare: 0, ttftLimit: 0.5, tpotLimit: null },
    },
    policy: {
      ...{ replicas: 3, mostBatch: 64, chunkTokens: null, prefillReplicas: null },
      ...{ transferBytesPerSecond: null, pageTokens: 16 },
    },
    devicesPerReplica: 2,
    room: { tokens: 5000, batch: 9, wholeBatch: 7, context: 4096 },
    steady: {
      ...{ saturated: null, ttft: 0.25, tpot: 0.05, latency: 2.75, batch: 5.0123, requestsPerSecond: 4 },
      ...{ tokensPerSecond: 200.4, tokensPerSecondPerDevice: 33.4, prefillShare: 0.2, cacheShare: 0.6 },
    },
    simulated,
    curve: [point, { ...point, batch: 16, isWithin: false }],
    best: point,
    mostPerSecond: 12.34,
    price: null,
    ...more,
  };
}

const asked = { path: 'm.onnx', workload: {} as ServingReport['workload'], system: null, chip: 'h100' };
const reportOf = (more: Partial<Service> = {}): ServingReport =>
  servingReport([{ tp: 2, service: serviceOf(more) }], asked);
const sections = (report: ServingReport): Section[] => servingSections(report, words);
const figuresOf = (more: Partial<Service> = {}): Record<string, string> =>
  Object.fromEntries(sections(reportOf(more))[1]!.rows as [string, string][]);

describe('times of a service', () => {
  it('are means in closed form beside what was simulated, and limits', () => {
    const [times] = sections(reportOf());
    expect(times!.title).toBe('m.onnx: a service of equal replicas');
    expect(times!.rows).toEqual([
      ['Time to first token', seconds(0.25), seconds(2), seconds(3), seconds(0.5)],
      ['Time per token', seconds(0.05), seconds(5), seconds(6), ''],
      ['Whole answer', seconds(2.75), seconds(8), seconds(9), ''],
    ]);
    expect(times!.note).toContain('of 900 requests that were simulated (seed 7)');
    expect(times!.note).not.toContain('from one role to the other');
  });

  it('are unknown where nothing was simulated', () => {
    const [times] = sections(reportOf({ simulated: null }));
    expect(times!.rows[0]).toEqual(['Time to first token', seconds(0.25), '?', '?', seconds(0.5)]);
    expect(times!.note).toBe('Requests pile up: no times are true for long');
  });

  it('lack the way of caches from one role to the other where nobody says how fast it is', () => {
    const { policy } = serviceOf();
    const apart = { ...policy, prefillReplicas: 1 };
    expect(sections(reportOf({ policy: apart }))[0]!.note).toContain('from one role to the other');
    const stated = { ...apart, transferBytesPerSecond: 1e9 };
    expect(sections(reportOf({ policy: stated }))[0]!.note).not.toContain('from one role to the other');
  });
});

describe('figures of a service', () => {
  it('have the load, the rates to three digits, and the room', () => {
    expect(sections(reportOf())[1]!.title).toBe('Serving on 6 × h100');
    expect(figuresOf()).toEqual({
      Load: `4 requests/s of ${words.count(1000)} + 50 tokens`,
      'Keeps up': 'yes',
      'Mean times within the limits': 'yes',
      // 3 s to the first token, of which half a second is allowed.
      '99 % within the limits': 'no',
      'Tokens/s of answers': '200',
      'Tokens/s per device': '33.4',
      'Sequences at a time, per replica': '5.01',
      'Time that prompts take': words.percent(0.2),
      'Room for caches that is taken': words.percent(0.6),
      'Largest batch, per replica': '7',
      'Longest context of one sequence': words.count(4096),
      'Most requests/s within the limits': '12.3',
    });
  });

  it('say which limit is broken, and why it does not keep up', () => {
    const { steady, traffic } = serviceOf();
    const within = (more: Partial<Service>) => figuresOf(more)['Mean times within the limits'];
    // 0.25 s to the first token and 0.05 s for each one.
    expect(within({ traffic: { ...traffic, ttftLimit: 0.25, tpotLimit: 0.05 } })).toBe('yes');
    expect(within({ traffic: { ...traffic, ttftLimit: 0.24 } })).toBe('no');
    const tail = (more: Partial<Service>) => figuresOf(more)['99 % within the limits'];
    // 3 s and 6 s.
    expect(tail({ traffic: { ...traffic, ttftLimit: 3, tpotLimit: 6 } })).toBe('yes');
    expect(tail({ traffic: { ...traffic, ttftLimit: 3, tpotLimit: 5.9 } })).toBe('no');
    expect(tail({ simulated: null })).toBe('?');
    expect(within({ traffic: { ...traffic, tpotLimit: 0.04 } })).toBe('no');
    const stuck = figuresOf({ steady: { ...steady, saturated: 'memory', ttft: null, batch: null } });
    expect(stuck).toMatchObject({
      'Keeps up': 'no: caches have no room for as many answers',
      'Mean times within the limits': 'no',
      'Tokens/s of answers': '–',
      'Tokens/s per device': '–',
      'Sequences at a time, per replica': '?',
    });
  });

  it('have users in the place of a rate, what was put back, and a price where one is given', () => {
    const { traffic } = serviceOf();
    const closed = figuresOf({ traffic: { ...traffic, arrival: { kind: 'closed', users: 32 } } });
    expect(closed['Load']).toBe(`32 users, ${words.count(1000)} + 50 tokens`);
    expect(closed).not.toHaveProperty('Most requests/s within the limits');
    expect(figuresOf({ simulated: { ...simulated, preempted: 3 } })['Put back for want of room']).toBe('3');
    expect(figuresOf()).not.toHaveProperty('Put back for want of room');
    expect(figuresOf({ price: { now: 1.234, best: null } })).toMatchObject({
      'USD per million tokens at this load': '1.23',
      'USD per million tokens at the best point': '?',
    });
  });
});

it('the curve has each number of sequences at a time', () => {
  const [, , curve] = sections(reportOf());
  const shared = ['20', '160', seconds(0.25), seconds(0.05)];
  expect(curve!.rows).toEqual([
    ['8', ...shared, 'yes'],
    ['16', ...shared, 'no'],
  ]);
});

it('of a system each way to make replicas is told', () => {
  const { steady, policy } = serviceOf();
  const stuck = serviceOf({
    steady: { ...steady, saturated: 'decode', ttft: null, tpot: null },
    policy: { ...policy, replicas: 1 },
    ...{ best: null, mostPerSecond: null, simulated: null },
  });
  const report = servingReport(
    [
      { tp: 2, service: serviceOf() },
      { tp: 6, service: stuck },
    ],
    { ...asked, system: 'node' },
  );
  const [, , splits] = sections(report);
  expect(splits!.rows).toEqual([
    ['3', '2', '7', seconds(0.25), seconds(0.05), '12.3', '160', 'yes', 'yes', 'no'],
    ['1', '6', '7', '?', '?', '?', '?', 'no: answers take longer than requests come', 'no', '?'],
  ]);
  expect(report.devices).toBe(6);
});

describe('the report for other programs', () => {
  it('has means, percentiles and the curve', () => {
    const service = serviceOf({ steady: { ...serviceOf().steady, tpot: null, saturated: 'prefill' } });
    expect(servingRows({ ...reportOf(), service }).slice(1)).toEqual([
      ['mean', 5.0123, 0.25, null, 2.75, 33.4, 'false', 'prefill'],
      ['p50', null, 2, 5, 8, null, null, null],
      ['p99', null, 3, 6, 9, null, null, null],
      ['curve', 8, 0.25, 0.05, null, 160.4, 'true', null],
      ['curve', 16, 0.25, 0.05, null, 160.4, 'false', null],
    ]);
    expect(servingRows(reportOf({ simulated: null }))).toHaveLength(4);
    expect(servingRows(reportOf())[1]!.slice(-2)).toEqual(['true', null]);
  });

  it('has no number for room without an end', () => {
    const room = { tokens: Infinity, batch: 64, wholeBatch: 64, context: null };
    expect(reportOf({ room }).service.room.tokens).toBeNull();
    expect(reportOf().service.room.tokens).toBe(5000);
  });
});
