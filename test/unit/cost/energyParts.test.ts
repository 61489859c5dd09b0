import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { readFixture } from '../inference/fixtures';

const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };
/** With transfers to a host, streamed weights, measured power, and none of these. */
const chips = ['google-coral-edge-tpu', 'hailo-8', 'google-tpu-v1', 'nvidia-l4', 'generic-x86-avx2-desktop'];

describe.each(chips)('joules of a run on %s', (id) => {
  it.each(['tiny-conv', 'detector', 'mobilenetv2'])(
    'are those of their parts and of its nodes: %s',
    async (name) => {
      const prepared = await prepare(await readFixture(name), workload, uninterrupted);
      const { cost } = await costsOn(prepared, chipById(id)!, uninterrupted);
      const { joules, joulesParts } = cost.total;
      if (!joules || joules.isLowerBound) return;
      const { compute, memory, link, idle } = joulesParts!;
      expect((compute + memory + link + idle) / joules.value).toBeCloseTo(1, 9);
      const nodes = cost.nodes.reduce((sum, node) => sum + (node.joules?.value ?? 0), 0);
      expect(nodes / joules.value).toBeCloseTo(1, 9);
      for (const kernel of cost.kernels) expect(kernel.joulesParts === null).toBe(kernel.joules === null);
    },
  );
});
