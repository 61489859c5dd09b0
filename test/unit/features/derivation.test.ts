import { describe, expect, it } from 'vitest';
import { derivationOf, type Derivation } from '../../../server/engine/report/derivation/derivation';
import { runThrough } from '../../../server/engine/scheduler';
import { derivation } from '../../../server/features/derivation';
import type { Analysis } from '../../../server/workspace/analysis';
import { readFixture } from '../inference/fixtures';
import { analysed, float, modelOf, node, weight } from './analysed';

const product = modelOf({
  inputs: [float('x', 4096, 1024)],
  outputs: [float('z', 4096, 1024)],
  initializers: [weight('w', 1024, 1024)],
  nodes: [node('MatMul', ['x', 'w'], ['y']), node('Relu', ['y'], ['z'])],
});
const elementwise = modelOf({
  inputs: [float('x', 8192, 4096)],
  outputs: [float('y', 8192, 4096)],
  nodes: [node('Relu', ['x'], ['y'], { name: 'act|1' })],
});

const derived = ({ prepared, chips: [first] }: Analysis, index: number): Derivation =>
  runThrough(derivationOf({ ...prepared, plan: first!.plan, cost: first!.cost }, index))!;
const page = (analysis: Analysis, at: number | null, chip: string | null = null): string =>
  runThrough(derivation(analysis, { node: at, chip }, 'en')).text!;

describe('how a time comes about', () => {
  it('is operations by the peak and the share that the law expects, for a product on a TPU', async () => {
    const { analysis } = await analysed(product, { chips: ['google-tpu-v4'] });
    const { law, cost, dispatch } = derived(analysis, 0);
    // 2 × 4096 × 1024 × 1024 operations at 275 TOP/s (Google Cloud documentation, TPU v4).
    const operations = 8_589_934_592;
    expect(law!.compute[0]).toMatchObject({ name: 'matrix', amount: operations, peak: 275e12 });
    expect(law!.compute[0]!.seconds).toBeCloseTo(31.236126e-6, 11);
    expect(law!.compute[0]!.origin!.sources[0]!.title).toBe('Google Cloud documentation, TPU v4');
    // Rows and columns are multiples of the array of 128 × 128, which holds 0.95 of its peak.
    expect(law!.constants).toContainEqual(['compute', 0.95]);
    expect(cost.parts!.compute).toBeCloseTo(31.236126e-6 / 0.95, 11);
    // 1024 × 1024 weights of 2 bytes at 1.2 TB/s; what lies in the memory on the chip goes through that alone.
    expect(law!.memory[0]).toMatchObject({ name: 'HBM2', amount: 2_097_152, peak: 1.2e12 });
    expect(cost.parts!.memory).toBeCloseTo(2_097_152 / 1.2e12 / 0.85, 11);
    // The runtime starts an operation in 2 µs (profiles/xla.json).
    expect(dispatch).toMatchObject({ seconds: 2e-6, isQueued: false, basis: 'assumption' });
    expect(cost.seconds!.value).toBeCloseTo(31.236126e-6 / 0.95 + 2e-6, 11);
    expect(law!.kernels).toEqual([]);
  });

  it('is bytes by the bandwidth for an activation on a card, with what was measured there', async () => {
    const { analysis } = await analysed(elementwise, { chips: ['nvidia-t4'] });
    const { law, cost, dispatch } = derived(analysis, 0);
    // 8192 × 4096 floats are read and as many written, at 320 GB/s, of which 0.739 were measured.
    const bytes = 2 * 8192 * 4096 * 4;
    expect(law!.memory[0]).toMatchObject({ name: 'GDDR6', amount: bytes, peak: 320e9 });
    expect(law!.memory[0]!.seconds).toBeCloseTo(838.8608e-6, 11);
    expect(law!.constants).toContainEqual(['bandwidth', 0.739]);
    expect(cost.parts!.memory).toBeCloseTo(838.8608e-6 / 0.739, 9);
    expect(cost.bound).toBe('memory');
    // 5,400 clocks at 1.59 GHz are longer than the half microsecond of a node of a CUDA graph.
    expect(law!.fixedSeconds).toBeCloseTo(5400 / 1.59e9, 11);
    expect(dispatch.seconds).toBe(5e-7);
    expect(cost.parts!.overhead).toBe(law!.fixedSeconds);
    // The row of docs/accuracy.md.
    expect(law!.kernels).toEqual([
      {
        ...{ group: 'elementwise', precision: 'fp32', chip: 'nvidia-t4', isLeftOut: false },
        ...{ rows: 655, median: 0.014, p90: 0.043, inside: 0.908 },
      },
    ]);
  });

  it('is read as a page, with sources by number', async () => {
    const { analysis } = await analysed(product, { chips: ['google-tpu-v4'] });
    const said = page(analysis, 0);
    expect(said).toContain('# 34.9 µs: MatMul y on TPU v4\n');
    expect(said).toContain('| Kernel of | MatMul y, Relu z |');
    expect(said).toContain('| matrix | 8.59 GOP | 275 TOP/s | 31.2 µs | read \\[1\\] \\[2\\] \\[3\\] |');
    expect(said).toContain('31.2 µs ÷ 32.9 µs = 95% of the peak.');
    expect(said).toContain('1.75 µs ÷ 2.06 µs = 85% of the peak.');
    expect(said).toContain('| The kernel | 34.9 µs | work + start |');
    expect(said).toContain('| compute | 0.95 |');
    expect(said).toContain('What each does: server/engine/cost/classes/tpu in the repository.');
    expect(said).toContain('Start of a kernel, assumed: A compiled program runs without the host');
    expect(said).toContain('The range is 0.6 to 1.9 times the value, basis: class.');
    expect(said).toContain('| \\[1\\] | Google Cloud documentation, TPU v4 |');
    // What the product hides is nothing of its own.
    expect(page(analysis, 1)).toContain('| This node | 0 s | 0% of the kernel');
    expect(runThrough(derivation(analysis, { node: 0, chip: null }, 'ko')).text).toMatch(/최대 속도의 95%/);
  });

  it('is the sum over the nodes for a run', async () => {
    const { analysis } = await analysed(product, { chips: ['google-tpu-v4', 'nvidia-t4'] });
    const said = page(analysis, null, 'google-tpu-v4');
    expect(said).toContain('# 34.9 µs: a run on TPU v4\n');
    expect(said).toContain('| Sum | 2 | 34.9 µs | 100% |');
    expect(said).toContain('| MatMul y | 34.9 µs | 100% | compute |');
    expect(page(analysis, null, 'nvidia-t4')).toContain('a run on Tesla T4');
  });

  it('lets names of the file be names', async () => {
    const { analysis } = await analysed(elementwise, { chips: ['nvidia-t4'] });
    expect(page(analysis, 0)).toContain('| Kernel of | Relu act\\|1 |');
  });

  it.each(['nvidia-h100-sxm', 'intel-xeon-8480', 'google-tpu-v4', 'qualcomm-snapdragon-8gen3-hexagon'])(
    'holds for every node of a network on %s: none takes less than its peaks allow',
    async (chip) => {
      const { analysis } = await analysed(await readFixture('mobilenetv2'), { chips: [chip] });
      let count = 0;
      for (const { index } of analysis.inference.nodes) {
        const { prepared, chips } = analysis;
        const found = runThrough(
          derivationOf({ ...prepared, plan: chips[0]!.plan, cost: chips[0]!.cost }, index),
        );
        if (!found?.cost.seconds) continue;
        count++;
        const { law, dispatch, cost } = found;
        const times = (list: readonly { readonly seconds: number | null }[]) =>
          list.map(({ seconds }) => seconds!);
        const compute = times(law!.compute).reduce((a, b) => (law!.isSerial ? a + b : Math.max(a, b)), 0);
        const { parts, seconds } = cost;
        expect(compute).toBeLessThanOrEqual(parts!.compute * (1 + 1e-9));
        expect(Math.max(0, ...times(law!.memory))).toBeLessThanOrEqual(parts!.memory * (1 + 1e-9));
        const work = seconds!.value - parts!.overhead;
        expect(work).toBeGreaterThanOrEqual(Math.max(parts!.compute, parts!.memory) * (1 - 1e-9));
        const start = Math.max(dispatch.seconds - (dispatch.isQueued ? work : 0), law!.fixedSeconds);
        expect(parts!.overhead).toBeCloseTo(start, 12);
      }
      expect(count).toBe(99);
    },
  );

  it('does not tell the parts of a training step, and has nothing of what nobody runs', async () => {
    const { analysis } = await analysed(product, { chips: ['nvidia-t4'], phase: 'training' });
    expect(derived(analysis, 0).law).toBeNull();
    expect(page(analysis, 0)).toContain('its parts are not told apart here.');
    for (const asked of [
      { node: 99, chip: null },
      { node: 0, chip: 'no-such-chip' },
    ])
      expect(runThrough(derivation(analysis, asked, 'en')).text).toBeNull();
  });
});
