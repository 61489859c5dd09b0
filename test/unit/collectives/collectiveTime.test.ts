import { describe, expect, it } from 'vitest';
import { collectiveTime } from '../../../server/engine/collectives/collectiveTime';
import type { CollectiveCall } from '../../../server/engine/collectives/types';
import { loadSystem, systems } from '../../../server/engine/systems/load';
import type { System } from '../../../server/engine/systems/system';
import selene from '../../../server/engine/systems/catalogue/nvidia-selene.json';

const named = (id: string): System => systems.find((system) => system.id === id)!;

function seconds(system: System, place: string, call: CollectiveCall): number {
  const { seconds: time } = collectiveTime(system, place, call);
  if (!time) throw new Error('unknown');
  expect(time.low).toBeLessThanOrEqual(time.value);
  expect(time.high).toBeGreaterThanOrEqual(time.value);
  return time.value;
}

const allReduce = (members: number, bytes: number): CollectiveCall => ({
  collective: 'all_reduce',
  members,
  bytes,
});

describe('the time of a collective', () => {
  it('is that of the example of docs/laws/collectives.md', () => {
    // An all-reduce of 4 MiB over four H100 at 450 GB/s, LL128:
    //   5.556 us + 2 x 3 x 0.8676 us + 1.5 x 4,194,304 B / (0.3899 x 450 GB/s) = 5.556 + 5.206 + 35.859 us = 46.6 us
    // Simple: 17.73 us + 6 x 0.8533 us + 6,291,456 B / (0.7948 x 450 GB/s) + 1,048,576 B / (2.052 x 450 GB/s)
    //   = 17.73 + 5.120 + 17.591 + 1.136 us = 41.6 us, which is the quicker one.
    const time = seconds(named('nvidia-dgx-h100'), 'gpu', allReduce(4, 4 * 2 ** 20));
    expect(time).toBeGreaterThan(41.4e-6);
    expect(time).toBeLessThan(41.8e-6);
  });

  it('is never below bytes over the link’s rate, and far above it where calls are small', () => {
    const dgx = named('nvidia-dgx-h100');
    for (let bytes = 1024; bytes < 2 ** 30; bytes *= 4) {
      expect(seconds(dgx, 'gpu', allReduce(8, bytes))).toBeGreaterThan(bytes / 450e9);
      expect(seconds(dgx, 'gpu', allReduce(8, 4 * bytes))).toBeGreaterThanOrEqual(
        seconds(dgx, 'gpu', allReduce(8, bytes)),
      );
    }
    // A plain ring at the link's rate would take 2 x 7/8 x 8192 B / 450 GB/s = 32 ns.
    expect(seconds(dgx, 'gpu', allReduce(8, 8192)) / 32e-9).toBeGreaterThan(100);
  });

  it('is nothing for one member, or no bytes', () => {
    expect(collectiveTime(named('nvidia-dgx-h100'), 'gpu', allReduce(1, 1e9)).seconds?.value).toBe(0);
    expect(collectiveTime(named('nvidia-dgx-h100'), 'gpu', allReduce(8, 0)).seconds?.value).toBe(0);
  });

  it('says how sure it is by what was measured', () => {
    const basis = (id: string, place: string): string | undefined =>
      collectiveTime(named(id), place, allReduce(2, 1e6)).seconds?.basis;
    expect(basis('nvidia-dgx-h100', 'gpu')).toBe('calibrated');
    expect(basis('nvidia-dgx-h100', 'nvlink')).toBe('calibrated');
    expect(basis('nvidia-dgx-h100', 'pcie')).toBe('class');
    expect(basis('nvidia-hgx-b200', 'gpu')).toBe('class');
    expect(basis('amd-mi300x-8', 'gpu')).toBe('class');
  });

  it('is unknown with a reason where no link is stated, no rate, or too few devices', () => {
    expect(collectiveTime(named('vehicle-fsd'), 'fsd', allReduce(2, 1e6)).problem?.code).toBe(
      'collective.no-link',
    );
    expect(collectiveTime(named('nvidia-dgx-h100'), 'gpu', allReduce(16, 1e6)).problem).toMatchObject({
      code: 'collective.too-many',
      args: { link: 'nvlink', members: 16, most: 8 },
    });
    const dgx = named('nvidia-dgx-h100');
    const links = dgx.links.map(({ bytesPerSecondPerDirection: _, ...link }) => link);
    expect(collectiveTime({ ...dgx, links }, 'gpu', allReduce(8, 1e6)).problem?.code).toBe(
      'collective.no-rate',
    );
  });

  it('gives a group in a mesh the cables to its own members', () => {
    const mi300x = named('amd-mi300x-8');
    const move = (members: number): number =>
      seconds(mi300x, 'gpu', { collective: 'all_gather', members, bytes: 1.1e12 }) -
      seconds(mi300x, 'gpu', { collective: 'all_gather', members, bytes: 0.1e12 });
    // A terabyte more: two have one cable of 64 GB/s and send a half, and copy a half at twice that rate;
    // eight have seven and send seven eighths. At 75 % of the rate: 0.5 / 48e9 + 0.5 / 128e9, 0.875 / 336e9 + 0.125 / 896e9.
    expect(move(2)).toBeCloseTo(1e12 * (0.5 / 48e9 + 0.5 / 128e9), 6);
    expect(move(8)).toBeCloseTo(1e12 * (0.875 / 336e9 + 0.125 / 896e9), 6);
  });
});

describe('a system of several nodes', () => {
  const call = (
    collective: CollectiveCall['collective'],
    members: number,
    bytes: number,
  ): CollectiveCall => ({
    ...{ collective, members, bytes },
  });

  it('uses the link within a node as long as the group fits there', () => {
    const one = seconds(named('nvidia-dgx-a100'), 'gpu', allReduce(8, 64e6));
    expect(seconds(named('nvidia-selene'), 'gpu', allReduce(8, 64e6))).toBe(one);
  });

  it('sends an eighth of the tensor per adapter between nodes, while others move within them', () => {
    // 100 GB over 16 nodes of eight: 12.5 GB of each device go 2 x 15/16 times over its adapter of 25 GB/s at 94 %: 997 ms.
    // Within a node 2 x 7/8 x 100 GB at about 73 % of 300 GB/s take 800 ms, less than that.
    const time = seconds(named('nvidia-selene'), 'gpu', allReduce(128, 100e9));
    expect(time).toBeGreaterThan(0.997);
    expect(time).toBeLessThan(1.003);
  });

  it('takes one device of each node where the call says so', () => {
    // 1 GB of 16 nodes over one adapter each: 2 x 15/16 / (0.94 x 25 GB/s) = 79.8 ms, and 30 steps of some microseconds.
    const time = seconds(named('nvidia-selene'), 'gpu', { ...allReduce(16, 1e9), perNode: 1 });
    expect(time).toBeGreaterThan(79.8e-3);
    expect(time).toBeLessThan(80.2e-3);
    // The same over the link between nodes by its id.
    expect(seconds(named('nvidia-selene'), 'infiniband', allReduce(16, 1e9))).toBe(time);
    // The next stage of a pipeline lies in the next node: 50 MB / (0.94 x 25 GB/s) + 18 us = 2.146 ms.
    expect(seconds(named('nvidia-selene'), 'gpu', { ...call('send', 2, 50e6), perNode: 1 })).toBeCloseTo(
      2.1457e-3,
      6,
    );
  });

  it('shares adapters between the devices of a node', () => {
    const halved = structuredClone(selene);
    halved.links[1]!.nodes!.adapters = 4;
    const { system } = loadSystem(halved);
    const of = (one: System): number => seconds(one, 'gpu', { ...allReduce(16, 100e9), perNode: 1 });
    expect(of(system!) / of(named('nvidia-selene'))).toBeCloseTo(2, 3);
  });

  it('is as slow as its slower part for every collective', () => {
    const system = named('nvidia-selene');
    // 64 GB over two nodes: gathering sends half of an eighth over each adapter, 4 GB at 23.5 GB/s, and 56 GB within nodes.
    expect(seconds(system, 'gpu', call('all_gather', 16, 64e9))).toBeGreaterThan(56e9 / 300e9);
    // All to all sends half of all over each adapter, at 80 %.
    const all = seconds(system, 'gpu', call('alltoall', 16, 64e9));
    expect(all).toBeGreaterThan(32e9 / 20e9);
    expect(all).toBeLessThan(1.01 * (32e9 / 20e9));
    const scattered = seconds(system, 'gpu', call('reduce_scatter', 16, 64e9));
    const reduced = seconds(system, 'gpu', allReduce(16, 64e9));
    expect(reduced).toBeGreaterThan(scattered);
    expect(seconds(system, 'gpu', call('broadcast', 16, 64e9))).toBeGreaterThan(64e9 / 25e9);
  });

  it('has more devices than it states no time for', () => {
    expect(collectiveTime(named('nvidia-selene'), 'gpu', allReduce(5000, 1e6)).problem?.code).toBe(
      'collective.too-many',
    );
  });
});
