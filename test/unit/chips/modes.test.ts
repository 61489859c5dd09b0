import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { type Chip, mainMemory } from '../../../server/engine/chips/chip';
import { chipOrMode, inMode, modesOf } from '../../../server/engine/chips/modes';
import { exact } from '../../../server/engine/cost/interval';
import { kernelEnergy } from '../../../server/engine/cost/energy';

const orin = chipById('nvidia-jetson-agx-orin-64gb')!;
const figure = (value: number) => ({ value, sources: [0], basis: 'stated' as const });

describe('a chip in a power mode', () => {
  it('has the rates of fewer units at a lower clock, and the budget of the mode', () => {
    const slow = inMode(orin, '30w')!;
    expect(slow.id).toBe('nvidia-jetson-agx-orin-64gb@30w');
    // Eight of 16 SMs at 612 of 1,300 MHz.
    const share = (8 / 16) * (612 / 1300);
    expect(slow.peakOpsPerSecond['int8']!.value).toBeCloseTo(85.5e12 * share, -6);
    expect(slow.vectorOpsPerSecond['fp32']!.value).toBeCloseTo(5.33e12 * share, -6);
    expect(slow.units!.count!.value).toBe(8);
    expect(slow.power.tdpWatts!.value).toBe(30);
    // The memory keeps its clock at 30 W, and has 2,133 of 3,200 MHz at 15 W.
    expect(mainMemory(slow)!.bandwidthBytesPerSecond!.value).toBe(204.8e9);
    expect(mainMemory(inMode(orin, '15w')!)!.bandwidthBytesPerSecond!.value / 204.8e9).toBeCloseTo(
      2133 / 3200,
      4,
    );
  });

  it('is one of those that the chip states, and found by its name', () => {
    expect(modesOf(orin)).toEqual(['15w', '30w', '50w']);
    expect(inMode(orin, '31w')).toBeUndefined();
    expect(modesOf(chipById('nvidia-l4')!)).toEqual([]);
    expect(chipOrMode(`${orin.id}@50w`, chipById)).toBe(inMode(orin, '50w'));
    expect(chipOrMode(`${orin.id}@`, chipById)).toBeUndefined();
    expect(chipOrMode('nobody@50w', chipById)).toBeUndefined();
    expect(chipOrMode('nvidia-l4', chipById)).toBe(chipById('nvidia-l4'));
  });

  it('is unknown where the mode refers to what the full state does not state', () => {
    expect(inMode({ ...orin, clockHz: undefined }, '30w')).toBeUndefined();
  });
});

describe('the power of a mode', () => {
  const chip: Chip = {
    ...orin,
    clockHz: figure(1e9),
    units: { kind: 'SM', count: figure(4), sources: [0] },
    power: { tdpWatts: figure(100), idleWatts: figure(20) },
    powerModes: [{ name: 'slow', watts: figure(35), units: figure(2), clockHz: figure(0.5e9) }],
  };
  const busy = { compute: 1, memory: 1 };
  const nothing = {
    operations: { matrix: 0, vector: 0, special: 0 },
    bytes: { main: 0, near: 0, link: 0 },
  };
  const joules = (of: Chip) => kernelEnergy(of, 'fp16', exact(1, 'class'), nothing, busy)!.joules;

  it('falls with units x clock x voltage squared above idling, within its budget', () => {
    expect(joules(chip).value).toBeCloseTo(100, 9);
    // 80 W above idling x 1/2 x 1/2 = 20 W with the voltage of the full state, 10 W with one between that and 1/2.
    expect(joules(inMode(chip, 'slow')!).value).toBeCloseTo(30, 9);
    // 40 W are more than the budget.
    expect(joules(inMode(chip, 'slow')!).high).toBeCloseTo(35, 9);
  });
});
