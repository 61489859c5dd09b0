import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { loadBudgets } from '../../../server/engine/budgets/load';
import { systems } from '../../../server/engine/systems/load';

const known = {
  chip: chipById,
  system: (id: string) => systems.find((system) => system.id === id),
};
const loaded = (budget: object, more: object = {}): ReturnType<typeof loadBudgets> =>
  loadBudgets({ schemaVersion: 1, ...more, budgets: [{ models: ['*.onnx'], ...budget }] }, known);
const codes = (budget: object, more?: object): unknown[] =>
  loaded(budget, more).problems.map(({ code, path }) => [code, path.slice(2).join('.')]);
const chips = ['nvidia-t4'];

describe('a budget file', () => {
  it('reads limits with their units', () => {
    const limits = {
      latency: '30 ms',
      memory: '2 GB',
      traffic: { GDDR6: '1.5 kB' },
      energy: '5mJ',
      operations: '8.5 GOP',
      parameters: '7B',
      unsupportedNodes: 0,
    };
    const { budgets, problems } = loaded({ chips, limits });
    expect(problems).toEqual([]);
    expect(budgets![0]!.limits.map(({ name, level, most }) => [name, level, most])).toEqual([
      ['latency', null, 0.03],
      ['memory', null, 2e9],
      ['traffic', 'GDDR6', 1500],
      ['energy', null, 0.005],
      ['operations', null, 8.5e9],
      ['parameters', null, 7e9],
      ['unsupportedNodes', null, 0],
    ]);
  });

  it('reads tolerances as shares and amounts', () => {
    const tolerance = { latency: '5 %', memory: '10 MB', operations: '0%', unsupportedNodes: 2 };
    expect(loaded({ chips, tolerance }).budgets![0]!.tolerances.map(({ name, by }) => [name, by])).toEqual([
      ['latency', { share: 0.05 }],
      ['memory', { amount: 1e7 }],
      ['operations', { share: 0 }],
      ['unsupportedNodes', { amount: 2 }],
    ]);
  });

  it('is strict by default, and as stored', () => {
    expect(loaded({}).budgets![0]).toMatchObject({
      isUpper: false,
      unknownFails: true,
      workload: { phase: 'inference', precision: 'as-stored', runtime: null, bindings: {} },
    });
    expect(loaded({ estimate: 'upper', unknown: 'pass' }).budgets![0]).toMatchObject({
      isUpper: true,
      unknownFails: false,
    });
  });

  it('takes the chips of a system, with its host beside them', () => {
    const system = systems.find(({ devices }) => devices.length > 1)!;
    const [first] = loaded({ systems: [system.id] }).budgets![0]!.targets;
    expect(first!.system).toBe(system.id);
    expect(system.devices.map(({ chip }) => chip)).toContain(first!.chip.id);
  });

  it('refuses a limit of a name that there is none of: it would hold whatever happens', () => {
    const { budgets, problems } = loaded({ chips, limits: { latncy: '30 ms' } });
    expect(budgets).toBeNull();
    expect(problems[0]).toMatchObject({ severity: 'error', code: 'chip.schema-unknown-near' });
  });

  it.each([
    [{ chips, limits: { latency: '30 GB' } }, 'budget.quantity', 'limits.latency'],
    [{ chips, limits: { latency: '-3 ms' } }, 'budget.quantity', 'limits.latency'],
    [{ limits: { latency: '30 ms' } }, 'budget.chips', 'limits.latency'],
    [{ tolerance: { energy: '5 %' } }, 'budget.chips', 'tolerance.energy'],
    [{ chips: ['nvidia-t44'] }, 'budget.no-chip', 'chips.0'],
    [{ systems: ['no-such'] }, 'mapping.no-system', 'systems.0'],
    [{ chips, limits: { traffic: { HBM9: '1 GB' } } }, 'budget.level', 'limits.traffic.HBM9'],
    [{ chips, runtime: 'no-such' }, 'budget.no-runtime', 'runtime'],
    [{ chips, runtime: 'coreml' }, 'budget.runtime', 'runtime'],
    [{ chips, limits: { unsupportedNodes: 'few' } }, 'chip.schema-number', 'limits.unsupportedNodes'],
  ])('says what is wrong at its place: %j', (budget, code, path) => {
    expect(codes(budget)).toContainEqual([code, path]);
  });

  it('compares with one thing', () => {
    const both = { baseline: { file: 'a.json', revision: 'main' } };
    expect(loaded({}, both).problems[0]).toMatchObject({ code: 'budget.baseline' });
    expect(loaded({}, { baseline: {} }).problems[0]).toMatchObject({ code: 'budget.baseline' });
    expect(loaded({}, { baseline: { revision: 'main' } }).baseline).toEqual({ revision: 'main' });
  });
});
