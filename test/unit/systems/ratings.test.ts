import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { limitsWith } from '../../../server/engine/mapping/needs';
import { loadSystem, systems } from '../../../server/engine/systems/load';
import { phasesOf, ratedWatts } from '../../../server/engine/systems/ratings';
import { references } from '../../../server/engine/systems/references';

const named = (id: string) => systems.find((one) => one.id === id)!;

describe('the power of a system', () => {
  it('is the sum of the limits of its chips', () => {
    // Eight H100 of 700 W and two Xeon Platinum 8480+ of 350 W.
    expect(ratedWatts(named('nvidia-dgx-h100'), chipById)).toBe(8 * 700 + 2 * 350);
    // 145 W and 75 W by the TPU paper; 150 W for one of two dies of a K80.
    expect(ratedWatts(named('alphago-server'), chipById)).toBe(1202 * 145 + 176 * 150 + 48 * 75);
  });

  it('heeds caps, and is unknown with a chip that states none', () => {
    const box = (chip: string, powerCapWatts: number) => {
      const devices = [{ id: 'x', chip, count: 2, powerCapWatts }];
      return loadSystem({ id: 'a', name: 'A', place: ['device'], devices }, chipById, 'a.json').system!;
    };
    // An L4 is rated for 72 W.
    expect(ratedWatts(box('nvidia-l4', 60), chipById)).toBe(120);
    expect(ratedWatts(box('nvidia-l4', 90), chipById)).toBe(144);
    expect(ratedWatts(named('ornl-summit'), chipById)).toBeNull();
  });

  it('stands beside the 20 W of a brain', () => {
    expect(references.map(({ id, watts }) => [id, watts.value])).toEqual([['human-brain', 20]]);
  });

  it('says what a system is made for by its chips', () => {
    expect(phasesOf(named('vehicle-fsd'), chipById)).toEqual(['inference']);
    expect(phasesOf(named('ornl-summit'), chipById)).toEqual(['training', 'inference']);
  });
});

describe('the counts of machines that papers state', () => {
  it.each([
    ['alphago-server', [1202, 176, 48]],
    // 4,608 nodes of six GPUs and two processors
    ['ornl-summit', [4608 * 6, 4608 * 2]],
    ['huawei-atlas-900', [1024]],
  ])('%s', (id, counts) => {
    expect(named(id).devices.map(({ count }) => count)).toEqual(counts);
  });

  it('makes 16,000 cores of the processors of 2012', () => {
    const [device] = named('google-cat-2012').devices;
    expect(device!.count * chipById(device!.chip)!.units!.count!.value).toBe(16000);
  });
});

describe('what a system needs', () => {
  const figure = (value: number) => ({ value, sources: [0], basis: 'stated' as const });
  const system = {
    ...named('vehicle-fsd'),
    needs: { deadlineSeconds: figure(0.02), watts: figure(50), learning: true },
  };

  it('limits chips beside what the user asks, the stricter of both', () => {
    expect(limitsWith({ figures: { latency: 0.01, memory: 1e9 } }, system)).toEqual({
      learning: true,
      figures: { latency: 0.01, watts: 50, memory: 1e9 },
    });
    expect(limitsWith({}, { ...system, needs: {} })).toEqual({ learning: false, figures: {} });
  });
});
