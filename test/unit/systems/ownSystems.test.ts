import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { chipsOf } from '../../../server/engine/systems/chosen';
import { loadSystem, systems } from '../../../server/engine/systems/load';
import { resolveOwnSystems } from '../../../server/engine/systems/ownSystems';
import { newSystem } from '../../../server/features/newSystem';

const server = {
  id: 'our-server',
  name: 'Our server',
  place: ['edge-server'],
  devices: [
    { id: 'cpu', chip: 'intel-xeon-8480' },
    { id: 'gpu', chip: 'nvidia-l4', count: 2, powerCapWatts: 60 },
  ],
  links: [
    {
      id: 'pcie',
      kind: 'PCIe 4.0 x16',
      between: ['cpu', 'gpu'],
      topology: 'tree',
      members: 3,
      bytesPerSecondPerDirection: 31.5e9,
    },
  ],
};
const files = (...all: object[]) => all.map((json, at) => ({ name: `${at}.json`, json, before: null }));
const codesOf = (json: unknown): string[] =>
  loadSystem(json, chipById, 'a.json').problems.map(({ code, path }) => `${code} ${path.join('.')}`);

describe('systems of one’s own', () => {
  it('say little: numbers are figures that the file states, and what is left out is empty', () => {
    const { system, problems } = loadSystem(server, chipById, '.siliconlens/systems/a.json');
    expect(problems).toEqual([]);
    expect(system?.devices.map(({ count }) => count)).toEqual([1, 2]);
    const rate = system?.links[0]?.bytesPerSecondPerDirection;
    expect(rate).toMatchObject({ value: 31.5e9, basis: 'stated' });
    expect(system?.sources[rate!.sources[0]!]?.title).toBe('.siliconlens/systems/a.json');
    expect(system?.devices[1]?.powerCapWatts?.value).toBe(60);
    expect(system).toMatchObject({ pools: [], networks: [], notes: [], aliases: [], schemaVersion: 1 });
  });

  it('keep the sources that they give', () => {
    const rate = { value: 1, sources: [0], basis: 'read' };
    const sources = [{ title: 'a page', url: null, basis: 'read' }];
    const links = [{ ...server.links[0], bytesPerSecondPerDirection: rate, latencySeconds: 1e-6 }];
    const { system } = loadSystem({ ...server, links, sources }, chipById, 'a.json');
    expect(system?.sources.map(({ title }) => title)).toEqual(['a page', 'a.json']);
    expect(system?.links[0]?.bytesPerSecondPerDirection?.sources).toEqual([0]);
    expect(system?.links[0]?.latencySeconds?.sources).toEqual([1]);
  });

  it('are told what is wrong with them', () => {
    expect(codesOf([])).toEqual(['system.not-an-object ']);
    expect(codesOf({ id: 'a', name: 'A', place: ['cloud'] })).toEqual(['system.missing ']);
    expect(codesOf({ ...server, place: ['moon'] })).toEqual(['chip.schema-choice place.0']);
    expect(codesOf({ ...server, devices: [{ id: 'gpu', chip: 'nvidia-l5' }], links: [] })).toEqual([
      'system.no-chip devices.0.chip',
    ]);
    // A field that nothing reads is no reason to refuse the rest.
    expect(loadSystem({ ...server, colour: 'blue' }, chipById, 'a.json').system).not.toBeNull();
  });

  it('have ids of their own, and stay what they were while they have errors', () => {
    const taken = { ...server, id: 'nvidia-dgx-h100' };
    const { systems: all, results } = resolveOwnSystems(files(server, server, taken), chipById);
    expect(results.map(({ problems }) => problems.map(({ code }) => code))).toEqual([
      [],
      ['system.id-twice'],
      ['system.id-taken'],
    ]);
    expect(all.slice(0, 2).map(({ id }) => id)).toEqual(['our-server', systems[0]!.id]);
    const before = results[0]!.system;
    const again = resolveOwnSystems([{ name: '0.json', json: { ...server, devices: [] }, before }], chipById);
    expect(again.systems[0]).toBe(before);
  });

  it('begin as a copy of another, with nothing wrong', () => {
    const made = newSystem({ like: 'nvidia-dgx-h100', name: 'Our DGX' }, systems);
    expect(made.id).toBe('our-dgx');
    const { system, problems } = loadSystem(JSON.parse(made.text!), chipById, 'our-dgx.json');
    expect(problems).toEqual([]);
    expect(system).toMatchObject({ id: 'our-dgx', name: 'Our DGX' });
    expect(system?.devices.length).toBe(systems.find(({ id }) => id === 'nvidia-dgx-h100')?.devices.length);
    expect(newSystem({ like: 'none', name: '나의 서버' }, systems)).toEqual({ id: 'my-system', text: null });
  });
});

describe('the chips of a system', () => {
  const of = (id: string): object =>
    chipsOf(
      systems.find((one) => one.id === id)!,
      chipById,
    );

  it('are its accelerators, with the processor that shares a memory or a link with the first of them as host', () => {
    expect(of('snapdragon-laptop')).toEqual({
      chips: ['qualcomm-snapdragon-x-elite-hexagon', 'qualcomm-adreno-x1-85'],
      host: 'qualcomm-snapdragon-x-elite-cpu',
    });
    expect(of('raspberry-pi-coral')).toEqual({
      chips: ['google-coral-edge-tpu'],
      host: 'broadcom-bcm2712',
    });
    expect(of('nvidia-dgx-h100')).toEqual({ chips: ['nvidia-h100-sxm'], host: 'intel-xeon-8480' });
  });

  it('are all of them where a processor stands alone, or far from the accelerator', () => {
    // A microcontroller in the field is no host of a GPU in the cloud.
    expect(of('mcu-cloud')).toEqual({ chips: ['nvidia-l4', 'arm-cortex-m7'], host: null });
    const board = { ...server, devices: server.devices.slice(0, 1), links: [] };
    expect(chipsOf(loadSystem(board, chipById, 'a').system!, chipById)).toEqual({
      chips: ['intel-xeon-8480'],
      host: null,
    });
  });
});
