import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { collectiveTime } from '../../../server/engine/collectives/collectiveTime';
import { lawOf } from '../../../server/engine/collectives/laws';
import { axesOf, linksOf, reachable, type SystemLink } from '../../../server/engine/collectives/topology';
import { systems } from '../../../server/engine/systems/load';
import type { System } from '../../../server/engine/systems/system';

const named = (id: string): System => systems.find((system) => system.id === id)!;

const link = (topology: SystemLink['topology'], members: number, more: object = {}): SystemLink =>
  ({ ...{ id: 'l', between: ['a'], topology, members }, ...more }) as unknown as SystemLink;

describe('a torus', () => {
  it('is used along as few axes as a group can', () => {
    // Three axes of four: 4, 16 and 64 devices.
    const cube = link('torus3d', 64);
    expect([2, 4, 5, 16, 17, 64].map((members) => axesOf(cube, members))).toEqual([1, 1, 2, 2, 3, 3]);
    // Two axes of sixteen.
    const square = link('torus2d', 256);
    expect([2, 16, 17, 256].map((members) => axesOf(square, members))).toEqual([1, 1, 2, 2]);
  });

  it('gives a group the cables of these axes', () => {
    const cube = link('torus3d', 64);
    expect([4, 16, 64].map((members) => reachable(cube, members))).toEqual([1 / 3, 2 / 3, 1]);
    expect([16, 256].map((members) => reachable(link('torus2d', 256), members))).toEqual([1 / 2, 1]);
  });
});

it('a mesh gives a group the cables to its own members, a switch all', () => {
  expect([2, 5, 8].map((members) => reachable(link('mesh', 8), members))).toEqual([1 / 7, 4 / 7, 1]);
  expect(reachable(link('switch', 8), 2)).toBe(1);
  expect(axesOf(link('switch', 8), 2)).toBeNull();
});

it('a device has the quickest of its links within and between nodes', () => {
  const rate = (value: number) => ({ bytesPerSecondPerDirection: { value } });
  const nodes = { nodes: { devices: 8, adapters: 8 } };
  const links = [
    link('switch', 8, { id: 'unknown' }),
    link('switch', 8, { id: 'slow', ...rate(10) }),
    link('switch', 8, { id: 'quick', ...rate(30) }),
    link('switch', 8, { id: 'equal', ...rate(30) }),
    link('switch', 8, { id: 'of others', between: ['b'], ...rate(99) }),
    link('switch', 64, { id: 'far', ...nodes, ...rate(5) }),
  ];
  const of = (device: string, list = links) => {
    const { inside, between } = linksOf({ links: list } as unknown as System, device);
    return [inside?.id ?? null, between?.id ?? null];
  };
  expect(of('a')).toEqual(['quick', 'far']);
  expect(of('b')).toEqual(['of others', null]);
  expect(of('c')).toEqual([null, null]);
  // One without a rate is one where there is no other.
  expect(of('a', links.slice(0, 1))).toEqual(['unknown', null]);
});

describe('ranges', () => {
  it('are those of the law, on one link', () => {
    const { low, high } = lawOf('nvlink4', 'all_reduce');
    const call = { collective: 'all_reduce', members: 8, bytes: 1e8 } as const;
    const { seconds } = collectiveTime(named('nvidia-dgx-h100'), 'gpu', call);
    expect(seconds!.low / seconds!.value).toBeCloseTo(low, 12);
    expect(seconds!.high / seconds!.value).toBeCloseTo(high, 12);
  });

  it('of a collective that was not measured are a quarter wider than those of its like', () => {
    for (const [collective, like] of [
      ['send', 'alltoall'],
      ['broadcast', 'all_gather'],
    ] as const) {
      const [of, other] = [lawOf('nvlink4', collective), lawOf('nvlink4', like)];
      expect(of.low).toBeCloseTo(other.low / 1.25, 12);
      expect(of.high).toBeCloseTo(other.high * 1.25, 12);
    }
  });

  it('of several nodes lie between those of their links', () => {
    const call = { collective: 'all_gather', members: 16, bytes: 1e9 } as const;
    const { seconds } = collectiveTime(named('nvidia-selene'), 'gpu', call);
    const [inside, between] = [lawOf('nvlink3', 'all_gather'), lawOf('network', 'all_gather')];
    const [low, high] = [seconds!.low / seconds!.value, seconds!.high / seconds!.value];
    expect(low).toBeGreaterThan(Math.min(inside.low, between.low));
    expect(low).toBeLessThan(Math.max(inside.low, between.low));
    expect(high).toBeGreaterThan(Math.min(inside.high, between.high));
    expect(high).toBeLessThan(Math.max(inside.high, between.high));
  });
});

describe('a chip of another clock', () => {
  const h100 = chipById('nvidia-h100-sxm')!;
  const slowed = (id: string) => {
    const chip = chipById(id);
    return chip?.id === h100.id
      ? { ...chip, clockHz: { ...chip.clockHz!, value: chip.clockHz!.value / 2 } }
      : chip;
  };
  const tiny = { collective: 'all_reduce', members: 8, bytes: 8 } as const;

  it('starts and steps in proportion', () => {
    const dgx = named('nvidia-dgx-h100');
    const of = (lookUp: typeof chipById, place = 'gpu') =>
      collectiveTime(dgx, place, tiny, lookUp).seconds!.value;
    // Of eight bytes next to all is start and steps.
    expect(of(slowed) / of(chipById)).toBeCloseTo(2, 3);
    // By the id of the link the clock is that of the devices that it joins.
    expect(of(slowed, 'nvlink')).toBe(of(slowed));
    // Where nobody says, it is that of the chips that were measured.
    expect(of(() => undefined)).toBeGreaterThan(0);
  });
});

it('a call of a single byte takes time, one of a member alone none', () => {
  const of = (members: number, bytes: number) =>
    collectiveTime(named('nvidia-dgx-h100'), 'gpu', { collective: 'all_gather', members, bytes }).seconds!
      .value;
  expect(of(2, 1)).toBeGreaterThan(1e-6);
  expect(of(1, 1)).toBe(0);
});

it('a group of which as many as it has may lie in one node stays there', () => {
  const call = { collective: 'all_gather', members: 8, bytes: 1e9 } as const;
  const of = (more: object) =>
    collectiveTime(named('nvidia-selene'), 'gpu', { ...call, ...more }).seconds!.value;
  expect(of({ perNode: 8 })).toBe(of({}));
  expect(of({ perNode: 4 })).toBeGreaterThan(of({}));
});
