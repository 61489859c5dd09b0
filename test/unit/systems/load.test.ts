import { readdirSync, readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { changeDetector } from '../../changeDetector';
import { systemsPage } from '../../../scripts/systemsPage';
import chipSchema from '../../../server/engine/chips/chip.schema.json';
import schema from '../../../server/engine/systems/system.schema.json';
import { loadSystem, systems } from '../../../server/engine/systems/load';
import dgx from '../../../server/engine/systems/catalogue/nvidia-dgx-h100.json';

const folder = 'server/engine/systems/catalogue';

/** The DGX H100 with one part changed; what is wrong with it, as code and place. */
function problemsWith(change: (system: ReturnType<typeof structuredClone<typeof dgx>>) => void): string[] {
  const changed = structuredClone(dgx);
  change(changed);
  const { system, problems } = loadSystem(changed);
  expect(system === null).toBe(problems.some(({ severity }) => severity === 'error'));
  return problems.map(({ code, path }) => `${code} ${path.join('.')}`);
}

describe('the catalogue of systems', () => {
  it('holds each file of its folder, by the file’s name, with nothing wrong', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
    expect(systems.map(({ id }) => `${id}.json`).sort()).toEqual(files.sort());
    // Its figures have their sources, and nothing is left out: plain numbers and defaults are for users.
    const withDefault = Object.entries(schema.properties).filter(([, field]) => 'default' in field);
    const required = [...schema.required, ...withDefault.map(([name]) => name)];
    const figure = { $ref: '#/definitions/fullFigure' };
    const definitions = { ...chipSchema.definitions, figure };
    const validate = new Ajv({ strict: false }).compile({ ...schema, required, definitions });
    for (const file of files) {
      const json: unknown = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
      expect(validate(json), `${file}: ${JSON.stringify(validate.errors)}`).toBe(true);
      expect((json as { sources: unknown[] }).sources.length, file).toBeGreaterThan(0);
      expect(loadSystem(json).problems, file).toEqual([]);
    }
  });

  it('holds the DGX H100, whose links say one direction', () => {
    const system = systems.find(({ id }) => id === 'nvidia-dgx-h100')!;
    // NVIDIA: 900 GB/s in both directions together; 64 GB/s of PCI Express 5.0 x16 are one direction.
    expect(system.links.map((link) => link.bytesPerSecondPerDirection?.value)).toEqual([450e9, 64e9]);
    // 640 GB of HBM are sold: eight of 80 GB.
    expect(system.devices.find(({ id }) => id === 'gpu')?.count).toBe(8);
  });
});

changeDetector('the page of systems', () => {
  it('is current', () => {
    expect(readFileSync('docs/systems.md', 'utf8')).toBe(systemsPage());
  });
});

describe('a system file', () => {
  it('is held against its schema', () => {
    expect(loadSystem([]).system).toBeNull();
    expect(problemsWith((system) => (system.devices = []))).toContain('chip.schema-empty devices');
    expect(problemsWith((system) => (system.devices[0]!.count = 0))).toEqual([
      'chip.schema-low devices.0.count',
    ]);
    expect(problemsWith((system) => (system.links[0]!.topology = 'star'))).toEqual([
      'chip.schema-choice links.0.topology',
    ]);
    // A network lies between two places.
    const networks = (between: readonly string[]): string[] =>
      problemsWith((system) => Object.assign(system, { networks: [{ between }] }));
    expect(networks(['device', 'cloud'])).toEqual([]);
    expect(networks(['device'])).toEqual(['chip.schema-few networks.0.between']);
    expect(networks(['device', 'edge-server', 'cloud'])).toEqual(['chip.schema-many networks.0.between']);
    expect(networks(['device', 'moon'])).toEqual(['chip.schema-choice networks.0.between.1']);
  });

  it('says how many devices of a link are in one node, and no more than the link has', () => {
    const between = (devices: number): string[] =>
      problemsWith((system) => Object.assign(system.links[0]!, { nodes: { devices, adapters: 4 } }));
    expect(between(8)).toEqual([]);
    expect(between(9)).toEqual(['system.too-many links.0.nodes.devices']);
    expect(between(0)).toEqual(['chip.schema-low links.0.nodes.devices']);
  });

  it('names chips, devices and pools that there are', () => {
    expect(problemsWith((system) => (system.devices[0]!.chip = 'nvidia-h900'))).toEqual([
      'system.no-chip devices.0.chip',
    ]);
    expect(problemsWith((system) => (system.devices[1]!.pool = 'gpu'))).toEqual([
      'system.no-part devices.1.pool',
    ]);
    expect(problemsWith((system) => system.pools[0]!.sharedBy.push('dram'))).toEqual([
      'system.no-part pools.0.sharedBy.1',
    ]);
    expect(problemsWith((system) => system.links[1]!.between.push('nic'))).toEqual([
      'system.no-part links.1.between.2',
    ]);
    // A link may end in a pool.
    expect(problemsWith((system) => system.links[1]!.between.push('dram'))).toEqual([]);
  });

  it('names each part once, and no more members than there are', () => {
    expect(problemsWith((system) => (system.pools[0]!.id = 'gpu'))).toContain('system.twice pools.0.id');
    expect(problemsWith((system) => (system.links[0]!.members = 9))).toEqual([
      'system.too-many links.0.members',
    ]);
    expect(problemsWith((system) => (system.links[0]!.members = 8))).toEqual([]);
  });

  it('has a source for each figure', () => {
    expect(problemsWith((system) => (system.links[0]!.bytesPerSecondPerDirection.sources = [0, 2]))).toEqual([
      'system.no-source links.0.bytesPerSecondPerDirection.sources.1',
    ]);
  });
});
