import { expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { profileById } from '../../../server/engine/kernels/profile';
import type { Workload } from '../../../server/engine/workload';
import { chain, dense } from './layers';

const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };

/** Seconds of computing 96 rows on the deep-learning unit of a VCK190, as so many samples. */
function computing(samples: number): number {
  const model = chain([samples, 96 / samples, 1024], [dense(96, 1024, 1024, 'int8')], 'int8');
  const of = { inference: model.inference, plan: model.plan, workload };
  const { kernels } = estimateChip(of, chipById('xilinx-vck190-dpu-c32b6')!, profileById('compiler')!);
  return kernels[0]!.parts!.compute;
}

it('an overlay of six batch handlers works with as many of them as there are samples', () => {
  // 2 × 96 × 1024 × 1024 operations at a quarter of 61.44 TOP/s are 13.1 µs on all six.
  const all = (2 * 96 * 1024 * 1024) / (61.44e12 * 0.25);
  expect(computing(6)).toBeCloseTo(all, 12);
  expect(computing(1)).toBeCloseTo(6 * all, 12);
  expect(computing(2)).toBeCloseTo(3 * all, 12);
  // Eight are a round of six and one of two, with as much work as before: 12 places for 8.
  expect(computing(8)).toBeCloseTo(1.5 * all, 12);
});
