import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { mainMemory, type Chip } from '../../../server/engine/chips/chip';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { machineFor } from '../../../server/engine/cost/machine';
import { wholeTotal } from '../../../server/engine/cost/totals';
import { profileById } from '../../../server/engine/kernels/profile';
import type { Workload } from '../../../server/engine/workload';
import { chain, dense, type Layer } from './layers';

/*
 * Jouppi et al., In-Datacenter Performance Analysis of a Tensor Processing Unit (ISCA 2017): Table 1 (weights, layers,
 * operations per byte of weights), Table 3 (measured TOPS), Table 4 (inferences per second of MLP0). Layer shapes are not
 * published; these have the published number of weights and the published share of useful multiply-accumulates.
 */
const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };
const none = profileById('none')!;

function conv(batch: number, side: number, channels: number): Layer {
  const positions = batch * side * side;
  return {
    operator: 'Conv',
    operatorClass: 'convolution',
    operations: { matrix: 2 * positions * channels * channels * 9, vector: 0, special: 0 },
    matrixShape: {
      kind: 'convolution',
      batch,
      groups: 1,
      inputChannels: channels,
      outputChannels: channels,
      inputSpatial: [side, side],
      outputSpatial: [side, side],
      kernel: [3, 3],
      strides: [1, 1],
      transposed: false,
    },
    weightElements: channels * channels * 9,
    outputShape: [batch, channels, side, side],
    dtype: 'int8',
  };
}

const repeated = (times: number, layer: Layer): Layer[] => Array.from({ length: times }, () => layer);

const applications = {
  MLP0: { batch: 200, intensity: 200, measured: 12.3, layers: repeated(5, dense(200, 2015, 2048, 'int8')) },
  MLP1: { batch: 168, intensity: 168, measured: 9.7, layers: repeated(4, dense(168, 1024, 1135, 'int8')) },
  LSTM0: { batch: 64, intensity: 64, measured: 3.7, layers: repeated(24, dense(64, 1024, 2048, 'int8')) },
  LSTM1: { batch: 96, intensity: 96, measured: 2.8, layers: repeated(94, dense(96, 600, 600, 'int8')) },
  // A 19 x 19 board: 8 x 361 positions are the published 2,888 operations per byte.
  CNN0: { batch: 8, intensity: 2888, measured: 86.0, layers: repeated(16, conv(8, 19, 256)) },
} as const;

function run(chipId: string, layers: readonly Layer[], inputType: 'int8' | 'float') {
  const first = layers[0]!;
  const shape = first.matrixShape;
  const input = shape?.kind === 'gemm' ? [shape.m, shape.k] : first.outputShape;
  const { inference, plan } = chain(input, layers, inputType);
  const cost = estimateChip({ inference, plan, workload }, chipById(chipId) as Chip, none);
  const operations = layers.reduce((sum, layer) => sum + layer.operations.matrix, 0);
  const { value, low, high } = wholeTotal(cost.total.latencySeconds)!;
  return {
    cost,
    tops: operations / value / 1e12,
    low: operations / high / 1e12,
    high: operations / low / 1e12,
    seconds: value,
  };
}

describe('TPU v1 against its paper', () => {
  it.each([
    ['MLP0', 200, 13.6],
    ['MLP1', 168, 11.424],
    ['LSTM0', 64, 4.352],
    ['LSTM1', 96, 6.528],
    ['CNN0', 2888, 92],
    ['CNN1', 1750, 92],
  ])('%s has its roofline', (_, intensity, teraOperations) => {
    const machine = machineFor(chipById('google-tpu-v1')!, 'int8');
    const bandwidth = mainMemory(machine.chip)!.bandwidthBytesPerSecond!.value;
    const roofline = Math.min(machine.peak!, 2 * intensity * bandwidth) / 1e12;
    expect(Math.abs(roofline / teraOperations - 1)).toBeLessThan(0.01);
  });

  it.each(['MLP0', 'MLP1', 'LSTM0', 'CNN0'] as const)('%s runs within 20 % of what was measured', (name) => {
    const { layers, measured } = applications[name];
    const { tops } = run('google-tpu-v1', layers, 'int8');
    expect(Math.max(tops / measured, measured / tops) - 1).toBeLessThan(0.2);
  });

  it('LSTM1 has its measurement in its range: 600 x 600 matrices fill 0.61 of nine tiles', () => {
    // The rest of the way to the measured 2.8 is gate arithmetic between the products, which the made-up chain leaves out.
    const { low, high, tops } = run('google-tpu-v1', applications.LSTM1.layers, 'int8');
    expect(tops).toBeLessThan(6.528 * 0.61);
    expect(low).toBeLessThan(2.8);
    expect(high).toBeGreaterThan(2.8);
  });

  it('MLP0 runs within 2x of the published rates on the processor, the GPU and the TPU of its day', () => {
    // Inferences per second at batch 16, 16 and 200.
    const published = [
      ['intel-haswell-e5-2699v3', 16, 5482, 'float'],
      ['nvidia-k80', 16, 13461, 'float'],
      ['google-tpu-v1', 200, 225000, 'int8'],
    ] as const;
    for (const [chip, batch, rate, type] of published) {
      const { seconds } = run(chip, repeated(5, dense(batch, 2015, 2048, type)), type);
      const ours = batch / seconds;
      expect(Math.max(ours / rate, rate / ours), `${chip}: ${ours}`).toBeLessThan(2);
    }
  });

  it('is bound by memory on fully connected layers and by compute on CNN0', () => {
    const bounds = (name: keyof typeof applications) =>
      new Set(run('google-tpu-v1', applications[name].layers, 'int8').cost.kernels.map(({ bound }) => bound));
    expect(bounds('MLP0')).toEqual(new Set(['memory']));
    expect(bounds('CNN0')).toEqual(new Set(['compute']));
  });
});
