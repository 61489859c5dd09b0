import { describe, expect, it } from 'vitest';
import { mapRows, mapSections, type MapReport } from '../../../server/engine/report/mapReport';
import { reportWords } from '../../../server/reportWords';

const words = reportWords('en');
const { seconds, bytes, joules } = words;

type Placement = MapReport['placements'][number];

const total = (value: number) =>
  ({
    ...{ value, low: value / 2, high: 2 * value, basis: 'class' },
    ...{ isLowerBound: false, unknownNodes: 0, atMost: null },
  }) as NonNullable<Placement['latencySeconds']>;

function placement(kind: Placement['kind'], main: string, kernels: number[], more: Partial<Placement> = {}) {
  return {
    ...{ kind, main, latencySeconds: total(2), overlappedSeconds: 1.5, besidesSeconds: 0.25 },
    ...{ joules: total(3), kernels, transfers: { count: 4, bytes: 500, seconds: 0.125 }, fits: true },
    verdict: null,
    ...more,
  };
}

const unit = (id: string, letter: string, runtime: string | null = `${id}-runtime`) => ({
  ...{ id, letter, chip: `${id}-chip`, name: id.toUpperCase(), runtime },
});

function reportOf(more: Partial<MapReport> = {}): MapReport {
  return {
    ...{ schemaVersion: 1, path: 'm.onnx', system: 's', objective: 'latency', schedule: 'sequential' },
    workload: {} as MapReport['workload'],
    units: [unit('npu', 'N'), unit('cpu', 'C')],
    placements: [placement('runtime', 'npu', [9, 0])],
    strip: [],
    unsupported: [],
    isExact: true,
    ...more,
  };
}

const sections = (more: Partial<MapReport> = {}) => mapSections(reportOf(more), words);

describe('placements as a table', () => {
  const cells = [...[seconds(2), `${seconds(1)} – ${seconds(4)}`, seconds(1.5), seconds(0.25), joules(3)]];

  it('have times, energy, kernels by unit, and what crosses', () => {
    const placements = [
      placement('runtime', 'npu', [9, 0]),
      placement('runtime', 'npu', [7, 2], { verdict: 'apart', fits: null }),
      placement('runtime', 'cpu', [0, 9], { verdict: 'worse', fits: false }),
      placement('best', 'npu', [8, 1], { verdict: 'better' }),
    ];
    const [table] = sections({ placements });
    expect(table!.title).toBe('Placements, by Latency');
    const crossing = ['4', bytes(500), seconds(0.125)];
    expect(table!.rows).toEqual([
      ['all on npu (npu-runtime)', ...cells, '9', '0', ...crossing, 'yes', '–'],
      ['npu-runtime, npu first', ...cells, '7', '2', ...crossing, '?', "can't be told apart"],
      ['all on cpu (cpu-runtime)', ...cells, '0', '9', ...crossing, 'no', 'surely more'],
      ['the best', ...cells, '8', '1', ...crossing, 'yes', 'surely less'],
    ]);
  });

  it('leave open what is unknown', () => {
    const transfers = { count: 1, bytes: 8, seconds: null };
    const unknown = { latencySeconds: null, overlappedSeconds: null, joules: null, transfers };
    const [table] = sections({ placements: [placement('runtime', 'npu', [9, 0], unknown)] });
    expect(table!.rows[0]!.slice(1, 6)).toEqual(['?', '?', '?', seconds(0.25), '?']);
    expect(table!.rows[0]!.slice(8, 11)).toEqual(['1', bytes(8), '?']);
  });

  it('say how exact the best is, and what is not in the energy', () => {
    const note = (more: Partial<MapReport>) => sections(more)[0]!.note!;
    expect(note({})).toContain('The best is exact for these costs');
    expect(note({ isExact: false })).toContain('With more than two units the best is that of a search');
    expect(note({})).not.toContain('is not in the energy');
    expect(note({ objective: 'energy' })).toContain('is not in the energy');
  });
});

describe('the best, by nodes', () => {
  const runs = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ unit: at % 2 ? 'cpu' : 'npu', from: 2 * at, to: 2 * at }));

  it('has eight runs on a line and ten lines, by the letter of the unit', () => {
    const strip = [
      { unit: 'npu', from: 0, to: 4 },
      { unit: 'cpu', from: 5, to: 5 },
    ];
    const [, section] = sections({ strip });
    expect(section!.rows).toEqual([['N 0–4 · C 5']]);
    expect(section!.note).toBe('N npu (NPU), C cpu (CPU)');
    expect(sections({ strip: runs(9) })[1]!.rows.map(([line]) => line!.split(' · ').length)).toEqual([8, 1]);
  });

  it('says how many runs are left out', () => {
    expect(sections({ strip: runs(80) })[1]).toMatchObject({ note: 'N npu (NPU), C cpu (CPU)' });
    const [, section] = sections({ strip: runs(83) });
    expect(section!.rows).toHaveLength(10);
    expect(section!.note).toBe('N npu (NPU), C cpu (CPU). 3 more');
  });
});

describe('what the first unit cannot run', () => {
  const unsupported = [
    { operators: ['A', 'B', 'C', 'D'], nodes: [1, 2, 3], crossings: 2, saved: 0.5 },
    { operators: ['A', 'B', 'C', 'D', 'E'], nodes: [4], crossings: 0, saved: -0.25 },
  ];

  it('has four names, nodes, transfers, and what would be saved or lost', () => {
    const [, , section] = sections({ unsupported });
    expect(section!.title).toBe('What npu-runtime cannot run on npu');
    expect(section!.rows).toEqual([
      ['A, B, C, D', '3', '2', seconds(0.5)],
      ['A, B, C, D, …', '1', '0', `−${seconds(0.25)}`],
    ]);
    expect(sections({ unsupported, objective: 'energy' })[2]!.rows[0]!.at(-1)).toBe(joules(0.5));
    expect(sections()).toHaveLength(2);
  });
});

it('rows for other programs have a cell under each name', () => {
  const placements = [
    placement('best', 'npu', [8, 1], { verdict: 'better', fits: false }),
    placement('best', 'npu', [8, 1], { latencySeconds: null, joules: null, fits: null }),
  ];
  const rows = mapRows(reportOf({ placements }));
  const cells = (at: number) => Object.fromEntries(rows[0]!.map((name, i) => [String(name), rows[at]![i]]));
  expect(cells(1)).toEqual({
    ...{ kind: 'best', main: 'npu', seconds: 2, seconds_low: 1, seconds_high: 4, besides_seconds: 0.25 },
    ...{ joules: 3, kernels_npu: 8, kernels_cpu: 1, transfers: 4, transfer_bytes: 500 },
    ...{ transfer_seconds: 0.125, fits: 'false', verdict: 'better', overlapped_seconds: 1.5 },
  });
  expect(cells(2)).toMatchObject({
    seconds: null,
    seconds_low: null,
    joules: null,
    fits: null,
    verdict: null,
  });
});
