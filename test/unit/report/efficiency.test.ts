import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { wholeTotal } from '../../../server/engine/cost/totals';
import { efficiencyOf } from '../../../server/engine/report/efficiency';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { readFixture } from '../inference/fixtures';

const chip = (id: string): Chip => chipById(id) as Chip;

async function on(of: Chip, batch: number) {
  const workload: Workload = {
    bindings: { batch },
    phase: 'inference',
    precision: 'as-stored',
    runtime: null,
  };
  const prepared = await prepare(await readFixture('tiny-mlp'), workload, uninterrupted);
  return { analysis: await costsOn(prepared, of, uninterrupted), inference: prepared.inference };
}

describe('efficiency', () => {
  it('is energy by request, work by watt and work by area', async () => {
    const h100: Chip = {
      ...chip('nvidia-h100-sxm'),
      dieAreaSquareMillimetres: { value: 800, sources: [0], basis: 'read' },
    };
    const { analysis, inference } = await on(h100, 8);
    const { joules, latencySeconds, operations } = analysis.cost.total;
    const found = efficiencyOf(analysis, inference, 500);
    expect(found.samplesPerRun).toBe(8);
    expect(found.watts).toBeCloseTo(joules!.value! / latencySeconds!.value!, 9);
    expect(found.watts!).toBeLessThanOrEqual(700);
    expect(found.samplesPerJoule).toBeCloseTo(8 / joules!.value!, 9);
    expect(found.operationsPerJoule).toBeCloseTo(operations.value! / joules!.value!, 3);
    expect(found.operationsPerSecondPerSquareMillimetre).toBeCloseTo(
      operations.value! / latencySeconds!.value! / 800,
      3,
    );
    // 1,000 requests are 125 runs of 8; 3,600 J are one Wh; 500 g/kWh are 0.5 g/Wh.
    const hours = found.wattHoursPerThousandRequests!;
    expect(hours.value).toBeCloseTo((joules!.value! * 125) / 3600, 12);
    expect(hours.low).toBeCloseTo((joules!.low! * 125) / 3600, 12);
    expect(found.gramsCo2PerThousandRequests!.value).toBeCloseTo(hours.value / 2, 12);
  });

  it('is unknown where a fact is missing', async () => {
    const { analysis, inference } = await on(chip('nvidia-l4'), 1);
    const found = efficiencyOf(analysis, inference, null);
    expect(found.wattHoursPerThousandRequests).not.toBeNull();
    expect(found.gramsCo2PerThousandRequests).toBeNull();
    expect(found.operationsPerSecondPerSquareMillimetre).toBeNull();
    const unrated = await on(chip('google-tpu-v5e'), 1);
    expect(efficiencyOf(unrated.analysis, unrated.inference, 500)).toEqual({
      samplesPerRun: 1,
      watts: null,
      operationsPerJoule: null,
      samplesPerJoule: null,
      operationsPerSecondPerSquareMillimetre: null,
      wattHoursPerThousandRequests: null,
      gramsCo2PerThousandRequests: null,
    });
  });

  it('says for how many requests a charge is enough', async () => {
    const { analysis, inference } = await on(chip('nvidia-l4'), 4);
    const { value, low, high } = wholeTotal(analysis.cost.total.joules)!;
    // 15 Wh are 54,000 J; a run answers four requests.
    const found = efficiencyOf(analysis, inference, null, 15).requestsPerCharge!;
    expect(found.value).toBeCloseTo((54_000 / value) * 4, 3);
    expect(found.low).toBeCloseTo((54_000 / high) * 4, 3);
    expect(found.high).toBeCloseTo((54_000 / low) * 4, 3);
    expect('requestsPerCharge' in efficiencyOf(analysis, inference, null)).toBe(false);
    const unrated = await on(chip('google-tpu-v5e'), 1);
    expect(efficiencyOf(unrated.analysis, unrated.inference, null, 15).requestsPerCharge).toBeNull();
  });

  it('has no figure per request for an empty batch, and no throughput', async () => {
    const { analysis, inference } = await on(chip('nvidia-t4'), 0);
    const found = efficiencyOf(analysis, inference, 500);
    expect(found.samplesPerRun).toBe(0);
    expect(found.wattHoursPerThousandRequests).toBeNull();
    expect(analysis.cost.total.throughput).toBeNull();
  });

  it('shares the energy of a run out to its nodes without loss', async () => {
    const { analysis } = await on(chip('nvidia-t4'), 4);
    const sum = analysis.cost.nodes.reduce((all, node) => all + node.joules!.value, 0);
    expect(sum).toBeCloseTo(analysis.cost.total.joules!.value!, 15);
  });

  it('never exceeds rated power × time, and counts one device of several', async () => {
    for (const id of ['nvidia-t4', 'amd-mi250x', 'google-tpu-v3', 'tenstorrent-wormhole-n300', 'hailo-8']) {
      const of = chip(id);
      const rated = of.power.tdpWatts!.value / of.devices;
      const { analysis } = await on(of, 4);
      for (const { joules, seconds } of analysis.cost.kernels) {
        expect(joules!.value).toBeLessThanOrEqual(rated * seconds!.value * (1 + 1e-12));
        expect(joules!.low).toBeLessThanOrEqual(joules!.value);
      }
    }
  });
});
