import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { estimateChip } from '../../../server/engine/cost/estimate';
import type { Unit } from '../../../server/engine/cost/units';
import { profileById } from '../../../server/engine/kernels/profile';
import { memoryOfUnits } from '../../../server/engine/memory/units';
import { runThrough } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { chain, dense } from './layers';

const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };
const unit = (id: string, chip: string, runtime: string): Unit => {
  return { id, chip: chipById(chip)!, profile: profileById(runtime)! };
};
const gpu = unit('gpu', 'nvidia-l4', 'tensorrt');
const cpu = unit('cpu', 'intel-xeon-8480', 'onnxruntime-cpu');
const layers = [dense(8, 256, 512), dense(8, 512, 1024), dense(8, 1024, 128)];
const { inference, plan } = chain([8, 256], layers);
const model = { inference, plan, workload };

describe('kernels on the units of an assignment', () => {
  const assignment = { units: { list: [gpu, cpu], links: [] }, unitOf: Uint8Array.from([0, 1, 0]) };
  const cost = estimateChip(model, gpu.chip, gpu.profile!, { assignment });

  it('cost what each costs on its chip with its runtime, and the transfers between', () => {
    const onGpu = estimateChip(model, gpu.chip, gpu.profile!);
    const onCpu = estimateChip(model, cpu.chip, cpu.profile!);
    const kernels = cost.kernels.slice(0, 3).map(({ seconds, unit: at }) => [at, seconds!.value]);
    const expected = [onGpu.kernels[0]!, onCpu.kernels[1]!, onGpu.kernels[2]!].map(
      (one) => one.seconds!.value,
    );
    expect(kernels).toEqual([
      [0, expected[0]],
      [1, expected[1]],
      [0, expected[2]],
    ]);
    // 8 x 512 and 8 x 1024 floats over PCI Express 4.0 x16, 31 GB/s, at 0.85 of it, 8 us before each.
    const links = [8 * 512 * 4, 8 * 1024 * 4].map((bytes) => 8e-6 + bytes / (31e9 * 0.85));
    expect(cost.kernels.slice(3).map(({ seconds }) => seconds!.value)).toEqual(links);
    const sum = [...expected, ...links].reduce((all, one) => all + one, 0);
    expect(cost.total.latencySeconds!.value).toBeCloseTo(sum, 12);
    // The node that waits has the transfer.
    expect(cost.nodes[1]!.seconds!.value).toBeCloseTo(expected[1]! + links[0]!, 12);
    expect(cost.units).toEqual([gpu, cpu]);
  });

  it('say of each unit what its file lacks, and not that the host runs anything', () => {
    const codes = cost.problems.map(({ code }) => code);
    expect(codes).not.toContain('cost.host-fallback');
    const told = new Set(cost.problems.map(({ args }) => ('chip' in args ? args.chip : '')));
    const alone = new Set(
      [gpu, cpu].flatMap(({ chip, profile }) =>
        estimateChip(model, chip, profile!).problems.map(({ args }) => ('chip' in args ? args.chip : '')),
      ),
    );
    expect([...told].sort()).toEqual([...alone].sort());
  });

  it('take memory where they run: weights that they read, and values from the first to the last that touches them', () => {
    const [onGpu, onCpu] = runThrough(memoryOfUnits(model, assignment));
    // Weights of the first and the third layer; input, and what the first writes; then what the third reads and writes.
    const [x, h1, h2, y] = [8 * 256, 8 * 512, 8 * 1024, 8 * 128].map((elements) => elements * 4) as [
      number,
      number,
      number,
      number,
    ];
    expect(onGpu!.timeline.weights).toEqual({ known: (256 * 512 + 1024 * 128) * 4, isWhole: true });
    expect(onGpu!.timeline.points.map((point) => point.activationBytes)).toEqual([x + h1, x, x + h2 + y]);
    expect(onCpu!.timeline.weights).toEqual({ known: 512 * 1024 * 4, isWhole: true });
    expect(onCpu!.timeline.points.map((point) => point.activationBytes)).toEqual([0, h1 + h2, 0]);
    const allOn = (unit: number) =>
      runThrough(memoryOfUnits(model, { ...assignment, unitOf: new Uint8Array(3).fill(unit) }));
    // What the first runs alone is the memory of the chip, what another runs alone is that one's.
    expect(allOn(0)).toEqual([]);
    const [all, ...others] = allOn(1);
    expect([all!.indices, others]).toEqual([[1], []]);
    expect(all!.timeline.weights.known).toBe((256 * 512 + 512 * 1024 + 1024 * 128) * 4);
  });
});
