import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { mainMemory, modelMemory, outsideMemory } from '../../../server/engine/chips/chip';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { homeOf, mainOf, nearOf, roofLevel, type Level } from '../../../server/engine/cost/levels';
import { machineAt, machineFor } from '../../../server/engine/cost/machine';
import { profileById } from '../../../server/engine/kernels/profile';
import type { Workload } from '../../../server/engine/workload';
import { chain, dense } from './layers';

const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };

const level = (name: string, onChip: boolean, capacityBytes: number | null, bandwidth: number | null) =>
  ({ name, onChip, capacityBytes, bandwidth, managed: 'software' }) satisfies Level;
const three = {
  levels: [level('DDR', false, 100, 1), level('HBM', false, 10, 5), level('SRAM', true, 1, 50)],
};

describe('memory levels', () => {
  it('are from far to near, and asked for by what they are to a kernel', () => {
    expect([mainOf(three)?.name, nearOf(three)?.name, roofLevel(three)?.name]).toEqual([
      'HBM',
      'SRAM',
      'HBM',
    ]);
    const onChip = { levels: three.levels.slice(2) };
    expect([mainOf(onChip), roofLevel(onChip)?.name]).toEqual([null, 'SRAM']);
    expect([mainOf({ levels: [] }), nearOf({ levels: [] })]).toEqual([null, null]);
  });

  it('hold a model in the nearest one outside the chip that has room, else in the largest', () => {
    expect(homeOf(three, 10)?.name).toBe('HBM');
    expect(homeOf(three, 11)?.name).toBe('DDR');
    expect(homeOf(three, 101)?.name).toBe('DDR');
    expect(homeOf({ levels: [level('DDR', false, 100, 1), level('HBM', false, null, 5)] }, 1e9)?.name).toBe(
      'HBM',
    );
    expect(homeOf({ levels: three.levels.slice(2) }, 5)).toBeNull();
  });

  it('of the SN40L are DDR5, HBM3 and SRAM', () => {
    // SambaNova's figures: 1.5 TB of DDR5 at 100 GB/s, 64 GB of HBM3 at 1.6 TB/s.
    const chip = chipById('sambanova-sn40l')!;
    expect(outsideMemory(chip).map(({ name }) => name)).toEqual(['DDR5', 'HBM3']);
    expect(mainMemory(chip)?.name).toBe('HBM3');
    expect(modelMemory(chip)?.capacityBytes?.value).toBe(1.5e12);
    const lived = (bytes: number) => {
      const home = homeOf(machineFor(chip, 'bf16'), bytes)!.name;
      return mainOf(machineAt({ chip, home }, 'bf16'))?.bandwidth;
    };
    expect(lived(64e9)).toBe(1.6e12);
    expect(lived(65e9)).toBe(100e9);
  });

  it('of the two GPUs of DRIVE PX 2 are theirs, not the memory of the SoCs beside them', () => {
    expect(mainMemory(chipById('nvidia-drive-px2')!)?.name).toBe('GDDR5 of the two dGPUs');
    expect(modelMemory(chipById('nvidia-drive-px2')!)?.name).toBe('GDDR5 of the two dGPUs');
  });

  it('decide what a kernel waits for: weights of a model that fits are read from the HBM', () => {
    const { inference, plan } = chain([1, 20000], [dense(1, 20000, 20000), dense(1, 20000, 20000)]);
    const chip = chipById('sambanova-sn40l')!;
    const cost = estimateChip({ inference, plan, workload }, chip, profileById('none')!);
    expect(cost.home).toBe('HBM3');
    // 20,000 x 20,000 weights of 2 bytes: 0.8 GB at 1.6 TB/s are 0.5 ms, at 100 GB/s they would be 8 ms.
    const [first] = cost.kernels;
    expect(first!.bytes['HBM3']).toBeGreaterThanOrEqual(0.8e9);
    expect(first!.seconds!.value).toBeGreaterThan(0.5e-3);
    expect(first!.seconds!.value).toBeLessThan(1.5e-3);
  });
});
