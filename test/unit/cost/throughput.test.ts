import { expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { readFixture } from '../inference/fixtures';

const workload: Workload = {
  bindings: { batch: 1 },
  phase: 'inference',
  precision: 'as-stored',
  runtime: null,
};

// What is in flight passes through in one latency: no pipeline gives out more than that.
it.each(['tiny-mlp', 'tiny-conv', 'mobilenetv2'])(
  'of pipelined chips stays below stages ÷ latency: %s',
  async (fixture) => {
    const prepared = await prepare(await readFixture(fixture), workload, uninterrupted);
    for (const id of ['hailo-8', 'graphcore-ipu-gc200']) {
      const { cost } = await costsOn(prepared, chipById(id)!, uninterrupted);
      const { throughput, latencySeconds } = cost.total;
      expect(throughput!.concurrency).toBeGreaterThan(1);
      const most = throughput!.concurrency / latencySeconds!.value;
      expect(throughput!.samplesPerSecond).toBeLessThanOrEqual(most * (1 + 1e-9));
      expect(throughput!.samplesPerSecond * latencySeconds!.value).toBeGreaterThanOrEqual(1);
    }
  },
);
