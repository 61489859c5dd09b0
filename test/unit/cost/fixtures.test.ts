import { describe, expect, it } from 'vitest';
import { chips } from '../../../server/engine/chips/catalogue';
import { modelFor } from '../../../server/engine/cost/classes';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { infer } from '../../../server/engine/inference/infer';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import type { KernelPlan } from '../../../server/engine/kernels/types';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { abovePeaks } from './peaks';
import { expectedRuns, fixtureNames, readFixture } from '../inference/fixtures';
import { sixteenChips } from '../chips/sixteen';

describe.each(fixtureNames)('%s', (name) => {
  it('has a time on every chip that has a rate, sums agree, ranges hold their estimates', async () => {
    const model = await readFixture(name);
    const run = expectedRuns(name)[0]!;
    const workload: Workload = {
      bindings: run.bindings,
      phase: 'inference',
      precision: 'as-stored',
      runtime: null,
    };
    // Dimensions that depend on data (boxes that survive suppression) are bound to 10.
    const open = (await infer(model, workload)).symbols.filter(({ value }) => value === null);
    const bound = { ...run.bindings, ...Object.fromEntries(open.map((symbol) => [symbol.name, 10])) };
    const inference = await infer(model, { ...workload, bindings: bound });
    const plans = new Map<string, KernelPlan>();
    for (const chip of chips) {
      const profile = profileById(chip.defaultRuntime);
      expect(profile, `${chip.id} names the runtime ${chip.defaultRuntime}`).toBeDefined();
      const plan = plans.get(chip.defaultRuntime) ?? (await planKernels(inference, profile!, uninterrupted));
      plans.set(chip.defaultRuntime, plan);
      const cost = estimateChip({ inference, plan, workload }, chip, profile!);
      const total = cost.total.latencySeconds;
      // Of a chip without rates only what its host runs has a time: a lower bound.
      const latency = total?.isLowerBound === true ? null : total;
      const rates = {
        ...chip.peakOpsPerSecond,
        ...chip.estimatedPeakOpsPerSecond,
        ...chip.otherPeakOpsPerSecond,
      };
      const mapped = modelFor(chip) !== null && Object.keys(rates).length > 0 && chip.memory.length > 0;
      if (sixteenChips.includes(chip.id)) expect(latency, chip.id).not.toBeNull();
      const fits = !cost.problems.some(({ code }) => code === 'cost.does-not-fit');
      expect(latency !== null, chip.id).toBe(mapped && fits);
      // Everything else can stream what does not fit.
      if (!fits) expect(chip.class, chip.id).toBe('mcu');
      if (!latency) {
        expect(cost.problems.length, `${chip.id} says why`).toBeGreaterThan(0);
        continue;
      }
      expect(latency.value, chip.id).toBeGreaterThan(0);
      const byNode = cost.nodes.reduce((sum, { seconds }) => sum + (seconds?.value ?? 0), 0);
      const byKernel = cost.kernels.reduce(
        (sum, { kernel, seconds }) => sum + (seconds?.value ?? 0) * (plan.kernels[kernel]?.repeat ?? 1),
        0,
      );
      expect(Math.abs(byNode / latency.value - 1), `${chip.id} nodes`).toBeLessThan(1e-9);
      expect(Math.abs(byKernel / latency.value - 1), `${chip.id} kernels`).toBeLessThan(1e-9);
      for (const part of [latency, ...cost.kernels.map(({ seconds }) => seconds!)]) {
        expect(part.low <= part.value && part.value <= part.high, chip.id).toBe(true);
      }
      const above = cost.kernels.flatMap((part) =>
        abovePeaks(part, plan.kernels[part.kernel]?.operations ?? null, chip).map(
          (what) => `${chip.id} kernel ${part.kernel}: ${what}`,
        ),
      );
      expect(above).toEqual([]);
      const watts = chip.power.tdpWatts?.value;
      const energy = cost.total.joules;
      const joules = energy?.isLowerBound === true ? null : energy;
      const onlyHere = cost.kernels.every(({ unit, bound }) => unit === 0 && bound !== 'link');
      if (watts && joules && onlyHere) {
        expect(joules.value, `${chip.id} energy`).toBeLessThanOrEqual(watts * latency.value * (1 + 1e-9));
        expect(joules.low).toBeLessThanOrEqual(joules.value);
      }
      if (!watts) expect(joules, chip.id).toBeNull();
    }
  });
});
