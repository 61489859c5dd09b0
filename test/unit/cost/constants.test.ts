import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { constantsFor } from '../../../server/engine/cost/constants';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { profileById } from '../../../server/engine/kernels/profile';
import { chain, dense } from './layers';

const chip = (id: string): Chip => chipById(id) as Chip;

describe('constants', () => {
  it('are calibrated only for the chip, group and precision that were measured', () => {
    expect(constantsFor(chip('nvidia-h100-sxm'), 'gemm', 'bf16').interval(1e-4).basis).toBe('calibrated');
    // Same units, same chip, another format: the shares carry over, the certainty does not.
    expect(constantsFor(chip('nvidia-h100-sxm'), 'gemm', 'fp16').interval(1e-4).basis).toBe('class');
    expect(constantsFor(chip('nvidia-h100-sxm'), 'convolution', 'bf16').interval(1e-4).basis).toBe('class');
    expect(constantsFor(chip('nvidia-b200'), 'gemm', 'bf16').interval(1e-4).basis).toBe('class');
    expect(constantsFor(chip('graphcore-ipu-gc200'), 'gemm', 'fp16').interval(1e-4).basis).toBe('peak');
  });

  it('come from the sibling of the same silicon where the chip itself was not measured', () => {
    const sxm = constantsFor(chip('nvidia-a100-sxm-80gb'), 'elementwise', 'fp32');
    expect(sxm.source).toContain('NeuSight');
    expect(sxm.interval(1e-3).basis).toBe('class');
  });

  it('name their source, stay physical, and have intervals around the estimate', () => {
    for (const id of [
      'nvidia-h100-sxm',
      'nvidia-a100-sxm-80gb',
      'nvidia-l40s',
      'nvidia-t4',
      'nvidia-b200',
      'hailo-8',
    ]) {
      for (const group of [
        'gemm',
        'attention-prefill',
        'attention-decode',
        'elementwise',
        'softmax',
        'pooling',
      ]) {
        for (const precision of ['fp32', 'bf16', 'fp8', 'int8']) {
          const constants = constantsFor(chip(id), group, precision);
          expect(constants.source.length, id).toBeGreaterThan(20);
          expect(constants.value['compute'] ?? 0.5, id).toBeLessThanOrEqual(1.05);
          expect(constants.value['bandwidth'] ?? 0.5, id).toBeLessThanOrEqual(1);
          for (const seconds of [1e-6, 3e-5, 5e-4, 1]) {
            const { low, high } = constants.interval(seconds);
            expect(low, `${id} ${group} ${precision}`).toBeLessThanOrEqual(1);
            expect(high, `${id} ${group} ${precision}`).toBeGreaterThanOrEqual(1);
          }
        }
      }
    }
  });

  it('are calibrated for heads of the measured size only', () => {
    const attention = (headSize: number) => {
      const layer = { ...dense(64, 2048, 2048, 'bfloat16'), operatorClass: 'attention' as const };
      const matrixShape = {
        kind: 'attention' as const,
        batch: 8,
        heads: 32,
        kvHeads: 8,
        queryLength: 512,
        keyLength: 512,
        headSize,
        valueHeadSize: headSize,
        causal: true,
      };
      const { inference, plan } = chain(
        [64, 2048],
        [{ ...layer, weightElements: 0, matrixShape }],
        'bfloat16',
      );
      return estimateChip(
        {
          inference,
          plan,
          workload: {
            bindings: {},
            phase: 'prefill',
            precision: 'as-stored',
            runtime: null,
          },
        },
        chip('nvidia-h100-sxm'),
        profileById('none')!,
      ).kernels[0]!.seconds?.basis;
    };
    expect(attention(128)).toBe('calibrated');
    expect(attention(64)).toBe('class');
  });

  it("prefer a chip file's own calibration", () => {
    const own: Chip = {
      ...chip('nvidia-b200'),
      id: 'own-b200',
      calibration: [
        {
          operatorClass: 'gemm',
          precision: 'bf16',
          constants: { compute: 0.42 },
          rows: 50,
          residuals: [{ below: null, rows: 50, low: 0.9, median: 1, high: 1.2 }],
          source: 'my measurements',
        },
      ],
    };
    const constants = constantsFor(own, 'gemm', 'bf16');
    expect(constants.value['compute']).toBe(0.42);
    expect(constants.interval(1e-3)).toEqual({ low: 0.9, high: 1.2, basis: 'calibrated' });
    // What the calibration does not name comes from the class.
    expect(constants.value['bandwidth']).toBe(
      constantsFor(chip('nvidia-b200'), 'gemm', 'bf16').value['bandwidth'],
    );
  });
});
