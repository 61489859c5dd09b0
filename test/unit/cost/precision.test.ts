import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { machineFor } from '../../../server/engine/cost/machine';
import { bitsOfFormat } from '../../../server/engine/cost/precision';
import { profileById } from '../../../server/engine/kernels/profile';
import { precisionPolicies, type PrecisionPolicy } from '../../../server/engine/workload';
import { chain, dense } from './layers';
import { argOf } from '../../../server/engine/problem';

/** What an FP32 model computes in by policy, in the order of `precisionPolicies`; `*` marks a substitution. */
const floatModel: Readonly<Record<string, string>> = {
  // as-stored fp32 tf32 bf16 fp16 fp8 int8 int4-weights fp4
  'nvidia-b200': 'fp32 fp32 tf32 bf16 fp16 fp8 int8 fp32 fp4',
  'nvidia-h100-sxm': 'fp32 fp32 tf32 bf16 fp16 fp8 int8 fp32 fp8*',
  'nvidia-a100-sxm-80gb': 'fp32 fp32 tf32 bf16 fp16 fp16* int8 fp32 fp16*',
  'nvidia-t4': 'fp32 fp32 fp32* fp32* fp16 fp16* int8 fp32 fp16*',
  'amd-mi300x': 'fp32 fp32 tf32 bf16 fp16 fp8 int8 fp32 fp8*',
  'intel-xeon-8480': 'fp32 fp32 fp32* bf16 fp32* bf16* int8 fp32 bf16*',
  'google-tpu-v5e': 'bf16* bf16* bf16* bf16 bf16* bf16* int8 bf16* bf16*',
  'google-coral-edge-tpu': 'int8* int8* int8* int8* int8* int8* int8 int8* int8*',
  'hailo-8': 'int8* int8* int8* int8* int8* int8* int8 int8* int8*',
  'apple-m4-ane': 'fp16* fp16* fp16* fp16* fp16 fp16* int8 fp16* fp16*',
  'intel-habana-gaudi2': 'bf16* bf16* bf16* bf16 bf16* fp8 bf16* bf16* fp8*',
  'graphcore-ipu-gc200': 'fp32 fp32 fp32* fp32* fp16 fp16* fp16* fp32 fp16*',
  'groq-lpu-v1': 'fp16* fp16* fp16* fp16* fp16 fp16* int8 fp16* fp16*',
  'cerebras-wse2': 'fp16* fp16* fp16* fp16* fp16 fp16* fp16* fp16* fp16*',
  'xilinx-versal-vck190': 'fp32 fp32 fp32* fp32* fp32* fp32* int8 fp32 fp32*',
  'samsung-hbm-pim': 'fp16* fp16* fp16* fp16* fp16 fp16* fp16* fp16* fp16*',
  'arm-cortex-m7': 'int8* int8* int8* int8* int8* int8* int8 int8* int8*',
};

const size = 64;

function on(id: string, policy: PrecisionPolicy, type: 'float' | 'int8' = 'float') {
  const { inference: flat, plan } = chain([size, size], [dense(size, size, size, type)], type);
  // Weights of a product are matrices.
  const values = flat.values.map((value) =>
    value.origin === 'initializer'
      ? { ...value, type: { kind: 'tensor', dtype: type, shape: [size, size] } as const }
      : value,
  );
  const inference = { ...flat, values };
  const workload = { bindings: {}, phase: 'inference', precision: policy, runtime: null } as const;
  return estimateChip({ inference, plan, workload }, chipById(id)!, profileById('none')!);
}

describe('each precision policy on each class of chips', () => {
  it.each(Object.entries(floatModel))('%s', (id, row) => {
    const found = precisionPolicies.map((policy) => {
      const { precision } = on(id, policy);
      return precision.compute + (precision.substituted ? '*' : '');
    });
    expect(found.join(' ')).toBe(row);
  });

  it.each(Object.keys(floatModel))('%s: says what it has instead, once, and keeps the operations', (id) => {
    for (const policy of precisionPolicies) {
      const { precision, problems, total } = on(id, policy);
      const notes = problems.filter(({ code }) => code === 'cost.precision-substituted');
      expect([policy, notes.length]).toEqual([policy, precision.substituted ? 1 : 0]);
      if (precision.substituted) expect(argOf(notes[0]!, 'used')).toBe(precision.compute);
      expect(total.operations.value).toBe(2 * size ** 3);
    }
  });

  it('takes the rate of the format', () => {
    const peak = (id: string, format: string) => machineFor(chipById(id)!, format).peak;
    // Dense rates of the datasheets.
    expect(peak('nvidia-h100-sxm', 'fp8')).toBe(1978.9e12);
    expect(peak('nvidia-h100-sxm', 'int8')).toBe(1978.9e12);
    expect(peak('nvidia-b200', 'fp4')).toBe(9000e12);
    expect(peak('nvidia-t4', 'int8')).toBe(130e12);
    expect(peak('google-tpu-v5e', 'int8')).toBe(394e12);
  });

  it('shrinks bytes to the format; 4-bit weights carry the scales of their groups and nothing else changes', () => {
    const bytes = (policy: PrecisionPolicy) => {
      const { kernels } = on('nvidia-b200', policy);
      return Math.max(...Object.values(kernels[0]!.bytes));
    };
    const matrix = size * size;
    expect(bytes('as-stored')).toBe(3 * matrix * 4);
    expect(bytes('fp16')).toBe(3 * matrix * 2);
    // One fp16 scale for 128 weights: 4 + 16 / 128 bits. Activations stay at 32.
    expect(bytes('int4-weights')).toBeCloseTo(matrix * (4.125 / 8) + 2 * matrix * 4, 6);
    // One 8-bit scale for 16 values: 4 + 8 / 16 bits; what leaves a narrow product has 16.
    expect(bytes('fp4')).toBeCloseTo(2 * matrix * (4.5 / 8) + matrix * 2, 6);
    expect(bytes('fp8')).toBeCloseTo(2 * matrix + matrix * 2, 6);
    expect(on('nvidia-b200', 'int4-weights').precision).toEqual({
      compute: 'fp32',
      weights: 'int4',
      activations: 'fp32',
      substituted: false,
    });
  });

  it('leaves a quantised model quantised under a float policy', () => {
    for (const policy of ['as-stored', 'fp16', 'bf16', 'fp8', 'fp4'] as const) {
      expect([policy, on('nvidia-h100-sxm', policy, 'int8').precision.compute]).toEqual([policy, 'int8']);
    }
    // No integer units: computed wider, and held in memory as it is.
    const { kernels, precision } = on('cerebras-wse2', 'as-stored', 'int8');
    expect(precision).toMatchObject({ compute: 'fp16', substituted: true });
    expect(Math.max(...Object.values(kernels[0]!.bytes))).toBe(3 * size * size * (bitsOfFormat('int8')! / 8));
  });
});
