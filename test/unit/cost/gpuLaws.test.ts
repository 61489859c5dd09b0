import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { PrecisionPolicy } from '../../../server/engine/workload';
import { infos, modelOf, node, tryModel } from '../inference/build';
import { chain, dense, type Layer } from './layers';

/** Seconds of arithmetic of one layer by itself. */
function compute(
  input: readonly number[],
  layer: Layer,
  precision: PrecisionPolicy,
  id = 'nvidia-v100-sxm2-32gb',
) {
  const { inference, plan } = chain(input, [layer]);
  const workload = { bindings: {}, phase: 'inference', precision, runtime: null } as const;
  const cost = estimateChip({ inference, plan, workload }, chipById(id)!, profileById('none')!);
  return cost.kernels[0]!.parts!.compute;
}

describe('tensor cores', () => {
  const product = (m: number, k: number, n: number, precision: PrecisionPolicy): number =>
    compute([m, k], dense(m, k, n), precision);

  it('run at half speed where rows are not aligned to sixteen bytes', () => {
    // Eight halves are sixteen bytes. 4,100 and 4,104 columns take as many tiles.
    const aligned = product(4096, 4096, 4104, 'fp16');
    expect(product(4096, 4096, 4100, 'fp16') / aligned).toBeCloseTo(2, 1);
    expect(product(4096, 4100, 4104, 'fp16') / product(4096, 4104, 4104, 'fp16')).toBeCloseTo(2, 1);
    // How many rows there are does not matter.
    expect(product(4095, 4096, 4104, 'fp16') / aligned).toBeCloseTo(1, 1);
  });

  it('are not what computes in FP32, which needs no alignment', () => {
    expect(product(4096, 4096, 4100, 'fp32') / product(4096, 4096, 4104, 'fp32')).toBeCloseTo(1, 1);
  });
});

describe('recurrent layers', () => {
  const lstm = (steps: number, directions: 1 | 2): number => {
    const [batch, size, hidden] = [8, 256, 256];
    const units = steps * directions * batch * hidden;
    const layer: Layer = {
      operator: 'LSTM',
      operatorClass: 'recurrent',
      operations: { matrix: 8 * units * (size + hidden), vector: 17 * units, special: 5 * units },
      matrixShape: {
        ...{ kind: 'recurrent', steps, batch, directions, gates: 4, inputSize: size, hiddenSize: hidden },
      },
      weightElements: directions * 4 * hidden * (size + hidden),
      outputShape: [steps, directions, batch, hidden],
    };
    return compute([steps, batch, size], layer, 'fp32');
  };

  it('take their steps one after the other, and those of the other direction after that', () => {
    expect(lstm(100, 1) / lstm(50, 1)).toBeCloseTo(2, 6);
    expect(lstm(50, 2) / lstm(50, 1)).toBeCloseTo(2, 6);
  });
});

describe('the share of a node in its kernel', () => {
  it('is what it adds: the anchor moves all bytes, and the overhead is its own too', async () => {
    const { inference } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[1024, 1024]' }),
        nodes: [node('Neg', 'x', 'a'), node('Abs', 'a', 'y')],
        outputs: infos({ y: '' }),
      }),
    );
    const profile = profileById('tensorrt')!;
    const plan = await planKernels(inference, profile, uninterrupted);
    expect(plan.kernels.map(({ nodes }) => nodes)).toEqual([[0, 1]]);
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    const { nodes, kernels } = estimateChip({ inference, plan, workload }, chipById('nvidia-t4')!, profile);
    const [anchor, other] = nodes.map(({ seconds }) => seconds!.value);
    const { parts, seconds } = kernels[0]!;
    // Neg alone would move the 8 MiB too, 26 µs at 320 GB/s; Abs adds a million operations to it, 0.13 µs at 8.1 TOP/s.
    expect(parts!.overhead).toBeGreaterThan(0);
    const work = seconds!.value - parts!.overhead;
    expect(other! / work).toBeCloseTo(2 ** 20 / 8.1e12 / (2 ** 23 / 320e9 + 2 ** 20 / 8.1e12), 3);
    expect(anchor! + other!).toBeCloseTo(seconds!.value, 12);
  });
});
