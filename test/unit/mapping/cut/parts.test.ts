import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { costsOn, prepare, type ChipAnalysis, type Prepared } from '../../../../server/engine/analyse';
import { chipById } from '../../../../server/engine/chips/catalogue';
import { estimateChip } from '../../../../server/engine/cost/estimate';
import { FormatTable } from '../../../../server/engine/cost/kernelFormat';
import { Sizing } from '../../../../server/engine/cost/sizing';
import { readOnnx } from '../../../../server/engine/formats/onnx/read';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { chainOf, extentOf, type Chain } from '../../../../server/engine/mapping/cut/chain';
import { partOf, Parts } from '../../../../server/engine/mapping/cut/parts';
import { runThrough, uninterrupted } from '../../../../server/engine/scheduler';
import { workload } from './models';

let prepared: Prepared;
beforeAll(async () => {
  const bytes = gunzipSync(readFileSync('test/fixtures/models/resnet50.onnx.gz'));
  const { value } = await readOnnx(memorySource(bytes), uninterrupted);
  prepared = await prepare(value!, workload, uninterrupted);
});

interface On {
  readonly analysis: ChipAnalysis;
  readonly chain: Chain;
  readonly parts: Parts;
}
async function on(id: string): Promise<On> {
  const chip = chipById(id)!;
  const analysis = await costsOn(prepared, chip, uninterrupted);
  const chain = chainOf(prepared.inference, [analysis.plan]);
  const sizing = runThrough(Sizing.of(prepared.inference, new FormatTable(chip, 'as-stored')));
  const held = (value: number): number | null => sizing.held(value);
  return { analysis, chain, parts: new Parts({ prepared, analysis, options: {}, held }, chain) };
}

/** Kernels before a cut. */
const kernelsBefore = ({ analysis, chain }: On, cut: number): Set<number> =>
  new Set(
    analysis.plan.kernels.flatMap((kernel) => {
      const extent = extentOf(chain.steps, kernel);
      return extent && extent[1] < chain.cuts[cut]! ? [kernel.index] : [];
    }),
  );

describe('parts of a model that a chip holds', () => {
  it.each(['nvidia-l4', 'generic-x86-avx2-desktop', 'hailo-8'])(
    'add up to the whole of it: %s',
    async (id) => {
      const { analysis, chain, parts } = await on(id);
      const { latencySeconds, joules } = analysis.cost.total;
      const last = chain.cuts.length - 1;
      expect(last).toBeGreaterThan(20);
      for (const whole of [parts.before[last]!, parts.behind[0]!, parts.between(0, last)]) {
        expect(whole.seconds!.value).toBeCloseTo(latencySeconds!.value!, 12);
        expect(whole.seconds!.high).toBeCloseTo(latencySeconds!.high!, 9);
        expect(whole.joules!.value).toBeCloseTo(joules!.value!, 9);
      }
      for (let cut = 0; cut <= last; cut++) {
        const sum = parts.before[cut]!.seconds!.value + parts.behind[cut]!.seconds!.value;
        expect(sum).toBeCloseTo(latencySeconds!.value!, 12);
        expect(parts.secondsBetween(0, cut)).toBeCloseTo(parts.before[cut]!.seconds!.value, 12);
      }
      expect(parts.before[0]!.isEmpty && parts.behind[last]!.isEmpty).toBe(true);
      expect(parts.between(3, 3)).toMatchObject({ isEmpty: true, fits: true });
    },
  );

  it('cost what they would as models of their own, but for what stays in caches', async () => {
    const found = await on('nvidia-l4');
    const { analysis, chain, parts } = found;
    const middle = Math.floor(chain.cuts.length / 2);
    const plan = partOf(analysis.plan, kernelsBefore(found, middle));
    expect(plan.kernels.map(({ index }) => index)).toEqual(plan.kernels.map((_, i) => i));
    const { inference } = prepared;
    const own = estimateChip({ inference, plan, workload }, analysis.chip, analysis.profile);
    const ratio = parts.before[middle]!.seconds!.value / own.total.latencySeconds!.value!;
    expect(ratio).toBeGreaterThan(0.95);
    expect(ratio).toBeLessThan(1.05);
  });
});

describe('parts of a model that a chip does not hold', () => {
  it('stream no weights while they are small enough', async () => {
    // 25 MB of weights in 8 MB on the chip: as a whole 17 MB come over USB in every run.
    const found = await on('google-coral-edge-tpu');
    const { analysis, chain, parts } = found;
    expect(analysis.cost.streamedBytes).toBeGreaterThan(15e6);
    const weights = (cut: number): number => {
      const kept = kernelsBefore(found, cut);
      const ids = new Set(
        analysis.plan.kernels
          .filter(({ index }) => kept.has(index))
          .flatMap(({ operands }) => operands.filter(({ role }) => role === 'weight'))
          .map(({ value }) => value),
      );
      // A byte for each number.
      return [...ids].reduce((sum, id) => sum + prepared.inference.values[id]!.bytes! / 4, 0);
    };
    const held = chain.cuts.findLastIndex((_, cut) => weights(cut) < 7.5e6);
    const over = chain.cuts.findIndex((_, cut) => weights(cut) > 10e6);
    const slope = (from: number, to: number): number =>
      (parts.before[to]!.seconds!.value - parts.before[from]!.seconds!.value) / (weights(to) - weights(from));
    // What is added within the memory costs its work alone; beyond it each byte comes over USB, at most 500 MB/s.
    expect(slope(over, chain.cuts.length - 2)).toBeGreaterThan(1 / 500e6);
    expect(slope(1, held)).toBeLessThan(slope(over, chain.cuts.length - 2) / 2);
  });

  it('run on a microcontroller as long as they have room, and not beyond', async () => {
    const { analysis, parts } = await on('arm-cortex-m7');
    expect(analysis.fit.fits).toBe(false);
    expect(parts.holdsAll).toBe(false);
    expect(parts.before.at(-1)).toMatchObject({ fits: false, seconds: null });
    expect(parts.before[0]).toMatchObject({ fits: true, isEmpty: true });
  });
});
