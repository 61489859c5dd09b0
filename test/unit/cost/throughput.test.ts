import { expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById, chips } from '../../../server/engine/chips/catalogue';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { readFixture } from '../inference/fixtures';

const workload: Workload = {
  bindings: { batch: 1 },
  phase: 'inference',
  precision: 'as-stored',
  runtime: null,
};

it('is that of one batch after the other where layers form no pipeline', async () => {
  const prepared = await prepare(await readFixture('mobilenetv2'), workload, uninterrupted);
  for (const id of ['graphcore-ipu-gc200', 'nvidia-h100-sxm', 'intel-xeon-8480', 'google-tpu-v5e']) {
    const { cost } = await costsOn(prepared, chipById(id)!, uninterrupted);
    const { throughput, latencySeconds, io } = cost.total;
    expect(throughput!.concurrency).toBe(1);
    const slowest = Math.max(latencySeconds!.value!, io.seconds ?? 0);
    expect(throughput!.samplesPerSecond).toBeCloseTo(1 / slowest, 6);
  }
});

it('of an empty batch is unknown, and nothing else becomes senseless, on any chip', async () => {
  const empty: Workload = { ...workload, bindings: { batch: 0 } };
  const prepared = await prepare(await readFixture('tiny-conv'), empty, uninterrupted);
  for (const chip of chips) {
    const { cost } = await costsOn(prepared, chip, uninterrupted);
    expect([chip.id, cost.total.throughput]).toEqual([chip.id, null]);
    const figures = [cost.total.latencySeconds, cost.total.joules, ...cost.kernels.map((one) => one.seconds)];
    for (const figure of figures)
      expect([chip.id, figure === null || Number.isFinite(figure.value)]).toEqual([chip.id, true]);
  }
});

// What is in flight passes through in one latency: no pipeline gives out more than that.
it.each(['tiny-mlp', 'tiny-conv', 'mobilenetv2'])(
  'of pipelined chips stays below stages ÷ latency: %s',
  async (fixture) => {
    const prepared = await prepare(await readFixture(fixture), workload, uninterrupted);
    for (const id of ['hailo-8', 'groq-lpu-v1', 'cerebras-wse2']) {
      const { cost } = await costsOn(prepared, chipById(id)!, uninterrupted);
      const { throughput, latencySeconds, io } = cost.total;
      const most = throughput!.concurrency / latencySeconds!.value!;
      expect(throughput!.samplesPerSecond).toBeLessThanOrEqual(most * (1 + 1e-9));
      expect(throughput!.samplesPerSecond).toBeLessThanOrEqual((1 / io.seconds!) * (1 + 1e-9));
      // Little's law: no fewer batches in flight than throughput × latency, and not one more than needed.
      const inFlight = throughput!.samplesPerSecond * latencySeconds!.value!;
      expect(throughput!.concurrency).toBeGreaterThanOrEqual(inFlight * (1 - 1e-6));
      expect(throughput!.concurrency).toBeLessThan(Math.max(1, inFlight) + 1);
    }
  },
);
