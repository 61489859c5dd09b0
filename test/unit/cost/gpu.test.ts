import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { gpuRates } from '../../../server/engine/cost/classes/gpu/law';
import { predict } from '../../../server/engine/cost/classes/gpu/fit';
import { parseRows } from '../../../server/engine/cost/calibrate/rows';
import { constantsFor } from '../../../server/engine/cost/constants';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { machineFor } from '../../../server/engine/cost/machine';
import { profileById } from '../../../server/engine/kernels/profile';
import type { MatrixShape } from '../../../server/engine/operators/rule';
import type { PrecisionPolicy } from '../../../server/engine/workload';
import { chain, dense, type Layer } from './layers';

const chip = (id: string) => chipById(id)!;

function costs(
  id: string,
  input: readonly number[],
  layers: readonly Layer[],
  precision: PrecisionPolicy,
  runtime = 'none',
) {
  const { inference, plan } = chain(input, layers);
  const workload = { bindings: {}, phase: 'inference', precision, runtime: null } as const;
  return estimateChip({ inference, plan, workload }, chip(id), profileById(runtime)!).kernels;
}

function attention(heads: number, query: number, keys: number): Layer {
  const matrixShape: MatrixShape = {
    kind: 'attention',
    batch: 1,
    heads,
    kvHeads: heads,
    queryLength: query,
    keyLength: keys,
    headSize: 64,
    valueHeadSize: 64,
    causal: false,
  };
  const pairs = heads * query * keys;
  return {
    operator: 'Attention',
    operatorClass: 'attention',
    operations: { matrix: 4 * 64 * pairs, vector: 3 * pairs, special: pairs },
    matrixShape,
    weightElements: 2 * heads * keys * 64,
    outputShape: [1, query, heads * 64],
  };
}

describe('the power of matrix units', () => {
  it('limits a card with much arithmetic and little power, and none that can pay for its peak', () => {
    const share = (id: string, format: string) =>
      gpuRates(machineFor(chip(id), format), { matrixJoules: 2.3e-12 })!.sustained;
    // 70 W over 65e12 operations of 2.3 pJ at the 12 nm and 1024 per clock that they refer to.
    expect(share('nvidia-t4', 'fp16')).toBeCloseTo(70 / (65e12 * 2.3e-12), 2);
    // Integers of eight bits cost half of that.
    expect(share('nvidia-t4', 'int8')).toBeCloseTo(70 / (130e12 * 2.3e-12 * 0.5), 2);
    expect(share('nvidia-v100-sxm2-32gb', 'fp16')).toBe(1);
  });

  it('is known of a measured chip in the width that was measured, and follows from its rated power in others', () => {
    const of = (format: string) => constantsFor(chip('nvidia-h100-sxm'), 'gemm', format).value;
    expect(of('bf16')['sustained']).toBeLessThan(1);
    expect(of('fp16')['sustained']).toBe(of('bf16')['sustained']);
    expect(of('int8')['sustained']).toBeUndefined();
    expect(of('int8')['matrixJoules']).toBeGreaterThan(0);
  });
});

describe('what a measurement keeps in the cache', () => {
  it('depends on how many sets of operands it takes turns with', () => {
    const l40s = chip('nvidia-l40s');
    const c = constantsFor(l40s, 'gemm', 'bf16').value;
    const row = parseRows('chip,dtype,m,n,k,seconds\nnvidia-l40s,bf16,16,4096,2560,1', 'made up')[0]!;
    // 21 MB of weights: one set stays in 0.75 of 100.7 MB, six do not.
    const bytes = 2 * (16 * 2560 + 2560 * 4096 + 16 * 4096);
    const warm = predict({ ...row, copies: 1 }, c, l40s);
    const cold = predict({ ...row, copies: 6 }, c, l40s);
    expect(cold).toBeGreaterThan(bytes / 864e9);
    expect(warm).toBeLessThan(bytes / 864e9);
  });
});

describe('attention', () => {
  it('without a cache to write is one launch of the three that were measured', () => {
    const h100 = chip('nvidia-h100-sxm');
    const fixed = constantsFor(h100, 'attention-prefill', 'fp16').value['fixed']!;
    const kernel = costs('nvidia-h100-sxm', [1, 128, 768], [attention(12, 128, 128)], 'fp16')[0]!;
    expect(kernel.parts!.overhead).toBeCloseTo(fixed / 3 / 1.98e9, 12);
  });

  it('in FP32 is no slower than its two products with a softmax between them', () => {
    const scores = 6 * 128 * 1500;
    const products = [
      { ...dense(6 * 128, 64, 1500), weightElements: 6 * 64 * 1500, outputShape: [6, 128, 1500] },
      { ...dense(6 * 128, 1500, 64), weightElements: 6 * 64 * 1500, outputShape: [6, 128, 64] },
    ].map((layer, i) => ({
      ...layer,
      matrixShape: {
        kind: 'gemm' as const,
        batch: 6,
        m: 128,
        n: i === 0 ? 1500 : 64,
        k: i === 0 ? 64 : 1500,
        weights: 'none' as const,
      },
    }));
    const softmax: Layer = {
      operator: 'Softmax',
      operatorClass: 'softmax',
      operations: { matrix: 0, vector: 4 * scores, special: scores },
      weightElements: 0,
      outputShape: [6, 128, 1500],
    };
    for (const id of ['nvidia-a100-sxm-80gb', 'nvidia-l4', 'nvidia-t4', 'amd-mi300x']) {
      const fused = costs(id, [1, 128, 384], [attention(6, 128, 1500)], 'fp32')[0]!;
      const apart = costs(id, [6, 128, 64], [products[0]!, softmax, products[1]!], 'fp32');
      const sum = apart.reduce((total, { seconds }) => total + seconds!.value, 0);
      expect(fused.seconds!.value, id).toBeLessThan(1.1 * sum);
    }
  });
});

describe('vector lanes', () => {
  it('take no tile of a matrix unit for a narrow format: 16 bits are no slower than 32', () => {
    const layers = [dense(196, 2304, 256)];
    const wide = costs('apple-m3-max-gpu', [196, 2304], layers, 'fp32')[0]!;
    const narrow = costs('apple-m3-max-gpu', [196, 2304], layers, 'fp16')[0]!;
    expect(narrow.seconds!.value).toBeLessThanOrEqual(wide.seconds!.value);
  });
});

describe('a runtime with kernels of its own', () => {
  const igpu = 'intel-core-i7-12700h-igpu';
  const seconds = (runtime: string, input: readonly number[], layer: Layer) =>
    costs(igpu, input, [layer], 'fp32', runtime)[0]!.seconds!.value;

  it('takes at least its number of cycles for a kernel', () => {
    // docs/laws/gpu.md: 40,000 cycles at 1.4 GHz, for a product that has nothing to do.
    expect(seconds('openvino', [1, 8], dense(1, 8, 8, 'float'))).toBeCloseTo(28.6e-6, 6);
    // 75,000 of them.
    expect(seconds('ncnn', [1, 8], dense(1, 8, 8, 'float'))).toBeCloseTo(53.6e-6, 6);
  });

  it('has its share of the peak in products, and in the two of attention', () => {
    const product = dense(4096, 4096, 4096);
    // 2 · 4096³ operations at 2.1504e12 a second: 63.9 ms at the peak, of which a third is reached, less what edges of tiles lose.
    const ideal = (2 * 4096 ** 3) / 2.1504e12;
    const share = ideal / seconds('openvino', [4096, 4096], product);
    expect(share).toBeLessThan(0.36);
    expect(share).toBeGreaterThan(0.36 * 0.85);
    const ofAttention = (runtime: string) => seconds(runtime, [1, 1024, 768], attention(12, 1024, 1024));
    expect(ofAttention('openvino')).toBeGreaterThan(1.5 * ofAttention('none'));
  });
});
