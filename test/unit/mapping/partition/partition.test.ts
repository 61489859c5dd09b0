import { describe, expect, it } from 'vitest';
import type { Prepared } from '../../../../server/engine/analyse';
import { prepare } from '../../../../server/engine/analyse';
import { chipById } from '../../../../server/engine/chips/catalogue';
import { runtimeFor } from '../../../../server/engine/cost/runtimes';
import { parseOnnxText } from '../../../../server/engine/formats/onnxText/parse';
import { partition } from '../../../../server/engine/mapping/partition/partition';
import { unitOf } from '../../../../server/engine/cost/units';
import { inSystem } from '../../../../server/engine/mapping/pinned/units';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { systems } from '../../../../server/engine/systems/load';
import type { Workload } from '../../../../server/engine/workload';

const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };

async function prepared(body: string): Promise<Prepared> {
  const text = `<ir_version: 10, opset_import: ["": 21]>
g (float[64,1024] x) => (float[64,1024] y) <float[1024,1024] w = ["location": "w.bin"]> {
${body}
}`;
  const { value } = await parseOnnxText(text, uninterrupted);
  return prepare(value!, workload, uninterrupted);
}

const laptop = (...ids: string[]) => {
  const system = systems.find(({ id }) => id === 'snapdragon-laptop')!;
  const list = ids.map((id) => {
    const chip = chipById(system.devices.find((device) => device.id === id)!.chip)!;
    return unitOf(id, chip, runtimeFor(chip, null, 'onnx').profile);
  });
  return inSystem(list, system);
};

/** A guard in the middle that QNN cannot run, and a product on each side. */
const guarded = `  [a] a = MatMul (x, w)
  [n] n = IsInf (a)
  [z] z = Where (n, x, a)
  [b] y = MatMul (z, w)`;

describe('a model on the units of a system', () => {
  it('as the runtime puts it, all on the processor, and the best, which is none of them worse', async () => {
    const found = await partition(await prepared(guarded), laptop('npu', 'cpu'), 'latency', uninterrupted);
    expect(found.placements.map(({ kind, units }) => [kind, units.list[0]!.id])).toEqual([
      ['runtime', 'npu'],
      ['runtime', 'cpu'],
      ['best', expect.any(String)],
    ]);
    const [runtime, cpu, best] = found.placements;
    expect([...runtime!.unitOfNode]).toEqual([0, 1, 0, 0]);
    expect([...cpu!.unitOfNode]).toEqual([0, 0, 0, 0]);
    expect(best!.figure).toBeLessThanOrEqual(Math.min(runtime!.figure!, cpu!.figure!));
    expect(found.isExact).toBe(true);
  });

  it('figures are those of the estimate: kernels, transfers with a start each, inputs and outputs', async () => {
    const { placements } = await partition(
      await prepared(guarded),
      laptop('npu', 'cpu'),
      'latency',
      uninterrupted,
    );
    const { cost, plan } = placements[0]!.analysis;
    // a (64 x 1024 floats) goes to the processor, the guard's bytes come back: 8 us and half of 136 GB/s, then 4.3 us to start
    // ONNX Runtime and 300 us to start QNN.
    const rate = 136e9 / 2;
    const there = 8e-6 + (64 * 1024 * 4) / rate + 4.3e-6;
    const back = 8e-6 + (64 * 1024) / rate + 300e-6;
    const links = cost.kernels.slice(plan.kernels.length).map(({ seconds }) => seconds!.value);
    expect(links[0]).toBeCloseTo(there, 12);
    expect(links[1]).toBeCloseTo(back, 12);
    const kernels = cost.kernels
      .slice(0, plan.kernels.length)
      .reduce((sum, one) => sum + one.seconds!.value, 0);
    expect(cost.total.latencySeconds!.value).toBeCloseTo(kernels + there + back, 12);
    // x in and y out at one byte an element, as the NPU holds them, in one copy; 300 us before.
    const io = 8e-6 + (2 * 64 * 1024) / rate;
    expect(placements[0]!.figure).toBeCloseTo(kernels + there + back + io + 300e-6, 9);
  });

  it('says what an operator costs that the runtime does not run there', async () => {
    const { blame } = await partition(
      await prepared(guarded),
      laptop('npu', 'cpu'),
      'latency',
      uninterrupted,
    );
    expect(blame.map(({ operators, nodes, crossings }) => [operators, nodes, crossings])).toEqual([
      [['IsInf'], [1], 2],
    ]);
    // Two transfers and the two starts, less what the guard itself would take there.
    expect(blame[0]!.saved).toBeGreaterThan(300e-6);
    expect(blame[0]!.saved).toBeLessThan(330e-6);
  });

  it('of which the runtime runs all has nothing to blame, and the same for the best', async () => {
    const model = await prepared('  a = MatMul (x, w)\n  y = MatMul (a, w)');
    const { blame, placements } = await partition(
      model,
      laptop('npu', 'gpu', 'cpu'),
      'latency',
      uninterrupted,
    );
    expect(blame).toEqual([]);
    expect(placements.map(({ verdict }) => verdict)[0]).toBeNull();
    const least = Math.min(...placements.slice(0, 3).map(({ figure }) => figure!));
    expect(placements[3]!.figure).toBeLessThanOrEqual(least);
  });

  it('by energy that nobody knows has no best', async () => {
    const { placements } = await partition(
      await prepared(guarded),
      laptop('npu', 'cpu'),
      'energy',
      uninterrupted,
    );
    expect(placements[0]!.figure).toBeNull();
  });
});
