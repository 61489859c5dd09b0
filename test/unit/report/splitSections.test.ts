import { describe, expect, it } from 'vitest';
import type { Section } from '../../../server/engine/report/print/section';
import type { CutRow, SplitReport } from '../../../server/engine/report/splitReport';
import { splitRows, splitSections } from '../../../server/engine/report/splitSections';
import { reportWords } from '../../../server/reportWords';

const words = reportWords('en');
const { seconds, bytes, joules, bitsPerSecond } = words;

/** A figure that is half as much to twice as much. */
const sure = (value: number) => ({ value, low: value / 2, high: 2 * value, basis: 'class' as const });
const part = (value: number) => ({ seconds: sure(value), joules: sure(10 * value), fits: true });
const transferOf = (took: number, upBytes: number) =>
  ({ seconds: took, upBytes }) as unknown as NonNullable<CutRow['transfer']>;

const nothing = {
  deviceWattHours: null,
  farWattHours: null,
  gramsCo2: null,
  price: null,
  requestsPerCharge: null,
};

/** A cut behind node `index` of ten, that takes so many seconds and sends one value of 4,000 bytes. */
function cutAt(index: number, total: number, more: Partial<CutRow> = {}): CutRow {
  return {
    after: { index, name: `n${index}` },
    edgeUntil: null,
    nodes: { device: index, edge: 0, cloud: 10 - index },
    sends: [{ value: `v${index}`, bytes: 4000, isRaw: false }],
    heldBytes: 4000,
    int8Bytes: 1000,
    device: part(0.001),
    edge: null,
    cloud: part(0.002),
    transfer: transferOf(0.25, 4000),
    edgeTransfer: null,
    ioSeconds: 0,
    seconds: sure(total),
    deviceJoules: sure(10 - total),
    idleJoules: null,
    joules: 7,
    perThousand: nothing,
    refusal: null,
    ...more,
  };
}

/** All in the cloud: the input crosses. */
const first = cutAt(0, 9, {
  after: null,
  device: null,
  sends: [{ value: 'x', bytes: 4000, isRaw: true }],
});
/** All on the device: nothing crosses. */
const last = cutAt(10, 8, {
  nodes: { device: 10, edge: 0, cloud: 0 },
  sends: [],
  heldBytes: 0,
  int8Bytes: 0,
  cloud: null,
  transfer: null,
});

const network = {
  id: 'net',
  name: 'Net',
  upBytesPerSecond: 1e6,
  downBytesPerSecond: 2e6,
  rttSeconds: 0.02,
  upJoulesPerByte: null,
  downJoulesPerByte: null,
  activeWatts: null,
};
const place = (target: string, count = 1) => ({
  target,
  chip: `${target}-chip`,
  host: null,
  count,
  runtime: 'ort',
  precision: 'fp32',
});

function reportOf(more: Partial<SplitReport> = {}): SplitReport {
  return {
    schemaVersion: 1,
    path: 'm.onnx',
    workload: {} as SplitReport['workload'],
    objective: 'latency',
    deadlineSeconds: null,
    keepsInput: false,
    offline: false,
    int8: false,
    inputBytes: null,
    rates: {
      deviceGrams: null,
      cloudGrams: null,
      batteryWattHours: null,
      pricePerHour: null,
      powerUsageEffectiveness: 1.5,
    },
    device: place('phone'),
    edge: null,
    cloud: place('dc', 8),
    network,
    edgeNetwork: null,
    cuts: [first, cutAt(4, 3), last],
    best: 1,
    tied: [1],
    curve: [],
    leastBytesPerSecond: null,
    ...more,
  };
}

function sections(report: SplitReport): Section[] {
  return splitSections(report, words);
}

const titles = ({ columns }: Section): string[] => columns.map(({ title }) => title);

describe('places of a split', () => {
  it('are named with their networks, eight bits for a byte', () => {
    const [places] = sections(reportOf());
    expect(places!.rows).toEqual([
      ['Device', 'phone', 'phone-chip', '', 'ort', 'fp32'],
      ['Cloud', 'dc', 'dc-chip (one of 8)', '', 'ort', 'fp32'],
    ]);
    expect(places!.note).toBe(
      `Net: up ${bitsPerSecond(8e6)}, down ${bitsPerSecond(16e6)}, round trip ${seconds(0.02)}.`,
    );
  });

  it('have an edge and its network where one was asked for', () => {
    const edgeNetwork = { ...network, name: 'Core', upBytesPerSecond: 5e6 };
    const [places] = sections(reportOf({ edge: { ...place('box'), host: 'cpu' }, edgeNetwork }));
    expect(places!.rows[1]).toEqual(['Edge', 'box', 'box-chip', 'cpu', 'ort', 'fp32']);
    expect(places!.note).toContain(`Core: up ${bitsPerSecond(40e6)}`);
  });
});

describe('the table of cuts', () => {
  it('has the best and both ends, in the order of the chain', () => {
    const [, cuts] = sections(reportOf());
    expect(cuts!.title).toBe('m.onnx: cuts by the time of a run');
    const shared = [bytes(4000), bytes(1000), seconds(0.25)];
    const cost = (total: number) => [
      seconds(total),
      `${seconds(total / 2)} – ${seconds(2 * total)}`,
      joules(10 - total),
      joules(7),
    ];
    expect(cuts!.rows).toEqual([
      ['(nothing on the device)', '–', ...shared, seconds(0.002), ...cost(9), 'the input leaves the device'],
      ['n4', seconds(0.001), ...shared, seconds(0.002), ...cost(3), 'best'],
      ['(all on the device)', seconds(0.001), '–', '–', '–', '–', ...cost(8), ''],
    ]);
  });

  it('has the eight best ones beside the ends, by the objective, and none that is refused', () => {
    // Those behind node 1 to 9 take 1 to 9 seconds, and 9 joules to 1 joule; 2 and 8 are refused.
    const inner = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) =>
      cutAt(at, at, at === 2 || at === 8 ? { refusal: 'deadline' } : {}),
    );
    const more = [cutAt(1, 0.1), cutAt(1, 0.2), ...inner].map((cut, at) => ({
      ...cut,
      after: { index: at, name: `c${at}` },
    }));
    const names = (objective: SplitReport['objective']) =>
      sections(reportOf({ objective, cuts: [first, ...more, last], best: 1 }))[1]!.rows.map(([name]) => name);
    // In seconds: 0.1, 0.2, 1, 3, 4, 5, 6, 7 are the eight.
    expect(names('latency')).toEqual([
      '(nothing on the device)',
      ...['c0', 'c1', 'c2', 'c4', 'c5', 'c6', 'c7', 'c8'],
      '(all on the device)',
    ]);
    // In joules 10 less the seconds: the ends with 1 and 2 are among the eight, then 1 of c10, 3 of c8, and so on to 7 of c4.
    expect(names('energy')).toEqual([
      '(nothing on the device)',
      ...['c4', 'c5', 'c6', 'c7', 'c8', 'c10'],
      '(all on the device)',
    ]);
  });

  it('says which ones cannot be told apart, and why others are out', () => {
    const cuts = [{ ...first, refusal: 'input-leaves' as const }, cutAt(4, 3), cutAt(5, 3.1), last];
    const [, table] = sections(reportOf({ cuts, tied: [1, 2] }));
    expect(table!.rows.map((row) => row.at(-1))).toEqual([
      'the input would leave the device',
      'best',
      'cannot be told apart from the best',
      '',
    ]);
    expect(table!.note).toContain('1 more cannot be told apart from it: n5.');
  });

  it('adds the times of both networks, and leaves open what is unknown', () => {
    const edge = {
      edge: part(0.5),
      edgeUntil: { index: 7, name: 'n7' },
      edgeTransfer: transferOf(0.125, 1),
      nodes: { device: 4, edge: 3, cloud: 3 },
    };
    const unknown = cutAt(5, 4, { transfer: null, seconds: null, joules: null, heldBytes: null });
    const report = reportOf({ edge: place('box'), cuts: [first, cutAt(4, 3, edge), unknown, last] });
    const [, table] = sections(report);
    expect(titles(table!).slice(0, 3)).toEqual(['Cut behind', 'Edge until', 'Device']);
    // 0.25 and 0.125 seconds.
    expect(table!.rows[1]!.slice(0, 8)).toEqual([
      ...['n4', 'n7', seconds(0.001), bytes(4000), bytes(1000), seconds(0.375)],
      ...[seconds(0.5), seconds(0.002)],
    ]);
    expect(table!.rows[2]!.slice(3, 6)).toEqual(['?', bytes(1000), '?']);
    const csv = splitRows(report);
    expect(csv.map((row) => row.slice(0, 12))).toEqual([
      ...[csv[0]!.slice(0, 12)],
      [null, null, 0, 0, 10, 0, 4000, 1000, 0.25, 0, 0.002, 9],
      ['n4', 'n7', 4, 3, 3, 0.001, 4000, 1000, 0.375, 0.5, 0.002, 3],
      ['n5', null, 5, 0, 5, 0.001, null, 1000, null, 0, 0.002, null],
      ['n10', null, 10, 0, 0, 0.001, 0, 0, 0, 0, 0, 8],
    ]);
    expect(csv[2]!.slice(12)).toEqual([1.5, 6, 7, 7, 'true', 'true', null]);
    expect(csv[3]!.slice(12)).toEqual([null, null, 6, null, 'false', 'false', null]);
  });
});

describe('the answer', () => {
  const answer = (more: Partial<SplitReport>): string => sections(reportOf(more))[1]!.note!;

  it('names the cut, what is sent, and who runs the rest', () => {
    expect(answer({})).toContain(
      `Cut behind n4: phone runs what comes before and sends v4, ${bytes(4000)}; dc runs the rest: ${seconds(3)}.`,
    );
    const sends = ['a', 'b', 'c', 'd'].map((value) => ({ value, bytes: 1, isRaw: false }));
    expect(answer({ cuts: [first, cutAt(4, 3, { sends }), last] })).toContain('sends a, b, c, …, ');
    expect(answer({ cuts: [first, cutAt(4, 3, { sends: sends.slice(1) }), last] })).toContain(
      'sends b, c, d, ',
    );
  });

  it('is the edge and the cloud where both run something', () => {
    const both = cutAt(4, 3, { edge: part(1), nodes: { device: 4, edge: 3, cloud: 3 } });
    expect(answer({ edge: place('box'), cuts: [first, both, last] })).toContain('; box, dc runs the rest');
  });

  it('is one place where one runs all', () => {
    expect(answer({ best: 0 })).toContain(
      `Run all of it on dc: the device sends the input, ${bytes(4000)}: ${seconds(9)}.`,
    );
    expect(answer({ best: 2 })).toContain(`Run all of it on phone: ${seconds(8)}.`);
    expect(answer({ best: 2, objective: 'energy' })).toContain(`Run all of it on phone: ${joules(2)}.`);
    expect(answer({ best: null })).toBe('No cut keeps what was asked.');
  });

  it('names three of those that cannot be told apart', () => {
    const cuts = [first, cutAt(4, 3), cutAt(5, 3), cutAt(6, 3), cutAt(7, 3), cutAt(8, 3), last];
    expect(answer({ cuts, tied: [1, 2, 3, 4, 5] })).toContain(
      '4 more cannot be told apart from it: n5, n6, n7.',
    );
    expect(answer({})).not.toContain('told apart');
  });

  it('says from which rate on the deadline is kept, unless every rate does', () => {
    expect(answer({ deadlineSeconds: 0.5, leastBytesPerSecond: 1000 })).toContain(
      `The deadline of ${seconds(0.5)} can be kept from an uplink of ${bitsPerSecond(8000)} up.`,
    );
    for (const leastBytesPerSecond of [0, null])
      expect(answer({ deadlineSeconds: 0.5, leastBytesPerSecond })).not.toContain('deadline');
    expect(answer({ leastBytesPerSecond: 1000 })).not.toContain('deadline');
  });
});

it('the best cut by the rate is told with the range of the crossover', () => {
  const curve = [
    { cut: 2, fromBytesPerSecond: 0, toBytesPerSecond: 1000, toRange: { low: 500, high: null } },
    { cut: 1, fromBytesPerSecond: 1000, toBytesPerSecond: null, toRange: null },
  ];
  const [, , section] = sections(reportOf({ curve }));
  expect(section!.rows).toEqual([
    ['0', bitsPerSecond(8000), `${bitsPerSecond(4000)} – ∞`, '(all on the device)', bytes(0)],
    [bitsPerSecond(8000), '∞', '', 'n4', bytes(4000)],
  ]);
});

describe('1,000 requests', () => {
  const taken = {
    deviceWattHours: 2,
    farWattHours: 3,
    gramsCo2: 4,
    price: 1.5,
    requestsPerCharge: 6000,
  };
  const cuts = [first, cutAt(4, 3, { perThousand: taken }), cutAt(5, 4), last];

  it('are told of the best cut and both ends', () => {
    const [, , , section] = sections(reportOf({ cuts }));
    expect(titles(section!)).toEqual(['Cut behind', 'Device', 'Edge and cloud', words.text('print.carbon')]);
    expect(section!.rows).toEqual([
      ['(nothing on the device)', '?', '?', '?'],
      ['n4', words.wattHours(2), words.wattHours(3), words.grams(4)],
      ['(all on the device)', '?', '?', '?'],
    ]);
    expect(section!.note).toContain('The cloud with 1.5 times the energy of its chips (PUE).');
    expect(section!.note).toContain('Carbon is unknown without a grid intensity');
    expect(sections(reportOf({ cuts, best: null }))[3]!.rows).toHaveLength(2);
  });

  it('have a price, carbon and charges where these are given', () => {
    const rates = {
      deviceGrams: 100,
      cloudGrams: 400,
      batteryWattHours: 12,
      pricePerHour: 2,
      powerUsageEffectiveness: 1.5,
    };
    const [, , , section] = sections(reportOf({ cuts, rates }));
    expect(section!.rows[1]!.slice(3)).toEqual([words.grams(4), words.decimal(1.5), words.count(6000)]);
    expect(section!.note).toContain('Carbon at 100 g CO2e/kWh on the device and 400 behind it.');
    const half = sections(reportOf({ cuts, rates: { ...rates, cloudGrams: null } }))[3]!;
    expect(half.note).toContain('Carbon is unknown without a grid intensity');
  });
});
