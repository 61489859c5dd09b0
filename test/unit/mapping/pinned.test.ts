import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { PlannedModel } from '../../../server/engine/cost/types';
import type { Units } from '../../../server/engine/cost/units';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { assignKernels } from '../../../server/engine/mapping/pinned/assign';
import { loadMapping, type UnitsMapping } from '../../../server/engine/mapping/pinned/load';
import { pinNodes } from '../../../server/engine/mapping/pinned/pinNodes';
import { unitsOf } from '../../../server/engine/mapping/pinned/units';
import { runThrough, uninterrupted } from '../../../server/engine/scheduler';
import { systems } from '../../../server/engine/systems/load';
import type { Workload } from '../../../server/engine/workload';
import { graphOf } from '../kernels/graphs';

const file: UnitsMapping = {
  schemaVersion: 1,
  units: [
    { id: 'npu', chip: 'qualcomm-snapdragon-x-elite-hexagon' },
    { id: 'cpu', chip: 'intel-xeon-8480' },
  ],
};
const known = {
  chip: chipById,
  system: (id: string) => systems.find((system) => system.id === id),
};
const wanted = { runtime: null, format: 'onnx' };

const faults = (json: unknown): string[] => {
  const { mapping, problems } = loadMapping(json);
  expect(mapping === null).toBe(problems.some(({ severity }) => severity === 'error'));
  return problems.map(({ code, path }) => `${code} ${path.join('.')}`);
};

describe('a mapping file', () => {
  it('is held against its schema, and names of units against each other', () => {
    expect(faults({ ...file, default: 'cpu', nodes: { npu: ['a'], cpu: ['#3'] } })).toEqual([]);
    expect(faults([])).not.toEqual([]);
    expect(faults({ ...file, schemaVersion: 2 })).toEqual(['chip.schema-choice schemaVersion']);
    expect(faults({ ...file, units: [] })).toEqual(['chip.schema-empty units']);
    expect(faults({ ...file, nodes: { npu: ['x'.repeat(1001)] } })).toEqual(['chip.schema-long nodes.npu.0']);
    expect(faults({ ...file, default: 'gpu', nodes: { dla: [] } })).toEqual([
      'mapping.unit-unknown nodes.dla',
      'mapping.unit-unknown default',
    ]);
    expect(faults({ ...file, units: [file.units[0], file.units[0]] })).toEqual([
      'mapping.unit-twice units.1.id',
    ]);
    const many = Array.from({ length: 9 }, (_, at) => ({ id: `u${at}`, chip: 'nvidia-t4' }));
    expect(faults({ ...file, units: many })).toEqual(['chip.schema-many units']);
    // A name that objects have by themselves is no unit.
    expect(
      faults(JSON.parse('{"schemaVersion":1,"units":[{"id":"a"}],"nodes":{"__proto__":["x"]}}')),
    ).toEqual(['mapping.unit-unknown nodes.__proto__']);
  });

  it('finds devices of a system with their memory and links, and chips by id', () => {
    const laptop = unitsOf(
      { ...file, system: 'snapdragon-laptop', units: [{ id: 'npu' }, { id: 'cpu' }] },
      known,
      wanted,
    );
    expect(laptop).toMatchObject({
      units: {
        list: [
          {
            chip: { id: 'qualcomm-snapdragon-x-elite-hexagon' },
            profile: { id: 'qnn' },
            pool: { id: 'lpddr', bandwidth: 136e9 },
          },
          { chip: { id: 'qualcomm-snapdragon-x-elite-cpu' }, pool: { id: 'lpddr' } },
        ],
        links: [],
      },
      problems: [],
    });
    const coral = unitsOf(
      { ...file, system: 'raspberry-pi-coral', units: [{ id: 'tpu' }, { id: 'cpu' }] },
      known,
      wanted,
    );
    // USB 3.0: 5 GBit/s less 8b/10b.
    expect(coral).toMatchObject({
      units: { links: [{ between: ['cpu', 'tpu'], bytesPerSecond: 500e6, latencySeconds: null }] },
    });
    expect(
      unitsOf({ ...file, units: [{ id: 'a', chip: 'nvidia-t4', runtime: 'qnn' }] }, known, wanted),
    ).toMatchObject({
      problems: [{ code: 'runtime-not-of-chip' }],
    });
  });

  it('tells what it names and there is not', () => {
    const found = (one: Partial<UnitsMapping>): unknown => unitsOf({ ...file, ...one }, known, wanted);
    expect(found({ system: 'no-such' })).toMatchObject({ faults: [{ code: 'mapping.no-system' }] });
    expect(found({ units: [{ id: 'a', chip: 'no-such' }] })).toMatchObject({
      faults: [{ code: 'system.no-chip' }],
    });
    expect(found({ units: [{ id: 'a' }] })).toMatchObject({ faults: [{ code: 'mapping.unit-chip' }] });
  });
});

/** x -> MatMul -> h -> Relu -> r -> IsInf -> n; r, n -> Where -> y, of which QNN has no IsInf. */
const inference = graphOf(
  [
    { operator: 'MatMul', inputs: ['x', 'w'], outputs: ['h'], operatorClass: 'gemm', matrix: 640 },
    { operator: 'Relu', inputs: ['h'], outputs: ['r'], vector: 20 },
    { operator: 'IsInf', inputs: ['r'], outputs: ['n'], vector: 20 },
    { operator: 'Where', inputs: ['n', 'r', 'x2'], outputs: ['y'], vector: 20 },
  ],
  { x: { shape: [1, 10] }, w: { shape: [10, 20], constant: true }, x2: { shape: [1, 20] } },
  { h: [1, 20], r: [1, 20], n: [1, 20], y: [1, 20] },
  ['y'],
);
const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };

const units: Units = {
  list: [
    { id: 'npu', chip: chipById('qualcomm-snapdragon-x-elite-hexagon')!, profile: profileById('qnn')! },
    { id: 'cpu', chip: chipById('intel-xeon-8480')!, profile: profileById('onnxruntime-cpu')! },
  ],
  links: [],
};

async function assigned(nodes: UnitsMapping['nodes'], of: Units = units, rest?: string) {
  const plan = await planKernels(inference, profileById('qnn')!, uninterrupted);
  // MatMul and Relu run as one kernel.
  expect(plan.kernels.map((kernel) => kernel.nodes)).toEqual([[0, 1], [2], [3]]);
  const model: PlannedModel = { inference, plan, workload };
  const mapping = { ...file, nodes, ...(rest !== undefined && { default: rest }) };
  const { pinned, problems } = runThrough(pinNodes(mapping, of, inference));
  const result = runThrough(assignKernels(model, pinned));
  return {
    unitOf: [...result.assignment.unitOf],
    units: result.assignment.units.list.map(({ id }) => id),
    problems: [...problems, ...result.problems].map(({ code, args }) => ({ code, args })),
  };
}

describe('nodes on units', () => {
  it('are found by name and by number with operator', async () => {
    expect(await assigned({ cpu: ['n3', '#2:IsInf'] })).toEqual({
      unitOf: [0, 1, 1],
      units: ['npu', 'cpu'],
      problems: [],
    });
    const { unitOf, problems } = await assigned({ cpu: ['#2', 'gone', '#3:Relu', '#99'] });
    expect(unitOf).toEqual([0, 1, 0]);
    expect(problems).toEqual([
      { code: 'mapping.nodes-missing', args: { count: 3, names: 'gone, #3:Relu, #99' } },
    ]);
  });

  it('decide for the kernel that they run in, the main one first', async () => {
    expect((await assigned({ cpu: ['n1', '#2'] })).unitOf).toEqual([1, 1, 0]);
    const both = await assigned({ cpu: ['n1', '#2'], npu: ['n0'] });
    expect(both.unitOf).toEqual([0, 1, 0]);
    expect(both.problems).toEqual([{ code: 'mapping.clash', args: { names: 'n1' } }]);
    const twice = await assigned({ cpu: ['n2'], npu: ['n2'] });
    expect(twice.unitOf).toEqual([0, 1, 0]);
    expect(twice.problems).toEqual([{ code: 'mapping.node-twice', args: { names: 'n2' } }]);
  });

  it('run elsewhere where the runtime cannot run them, and that is told', async () => {
    expect(await assigned({})).toEqual({
      unitOf: [0, 1, 0],
      units: ['npu', 'cpu'],
      problems: [
        {
          code: 'mapping.unsupported',
          args: {
            kernels: 1,
            chip: units.list[0]!.chip.name,
            runtime: profileById('qnn')!.name,
            operators: 'IsInf',
          },
        },
      ],
    });
    // Without another unit that can, on the host that belongs to the chip.
    const alone = await assigned({}, { ...units, list: units.list.slice(0, 1) });
    expect([alone.unitOf, alone.units]).toEqual([
      [0, 1, 0],
      ['npu', 'host'],
    ]);
    expect((await assigned({}, units, 'cpu')).unitOf).toEqual([1, 1, 1]);
  });
});
