import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { mainOf, nearOf } from '../../../server/engine/cost/levels';
import { machineFor } from '../../../server/engine/cost/machine';
import { resolveFormat } from '../../../server/engine/cost/precision';
import { profileById } from '../../../server/engine/kernels/profile';
import type { PrecisionPolicy } from '../../../server/engine/workload';
import { chain, dense, type Layer } from './layers';

/** ReLU on [batch, elements]. */
function relu(batch: number, elements: number): Layer {
  const operations = { matrix: 0, vector: batch * elements, special: 0 };
  return {
    operator: 'Relu',
    operatorClass: 'elementwise',
    operations,
    weightElements: 0,
    outputShape: [batch, elements],
  };
}

/** Bytes of outside memory that the second of two equal layers moves. */
function secondMoves(id: string, batch: number, elements: number, precision: PrecisionPolicy): number {
  const chip = chipById(id)!;
  const { inference, plan } = chain([batch, elements], [relu(batch, elements), relu(batch, elements)]);
  const workload = { bindings: {}, phase: 'inference', precision, runtime: null } as const;
  const { kernels } = estimateChip({ inference, plan, workload }, chip, profileById('none')!);
  return kernels[1]!.bytes[mainOf(machineFor(chip, 'int8'))!.name]!;
}

describe('memory on the chip', () => {
  it('is assumed, and said to be, where an accelerator states none', () => {
    // Goya: 100e12 INT8 operations per second × 2.8e-7 bytes.
    const machine = machineFor(chipById('intel-habana-goya')!, 'int8');
    expect(nearOf(machine)?.capacityBytes).toBeCloseTo(28e6, -3);
    expect(machine.standins.map(({ fact }) => fact)).toContain('on-chip memory');
    // A GPU without a stated cache keeps none.
    expect(nearOf(machineFor(chipById('apple-m3-max-gpu')!, 'fp16'))).toBeNull();
  });

  it('is compared with values at the format that the chip holds them in', () => {
    // 40 million floats of one sample are 160 MB stored; 20 million are 20 MB in INT8, less than 0.75 × 33.6 MB.
    // Of the 40 MB in and as many out a quarter leaves the chip: bands hand the rest on (docs/laws/npu.md).
    expect(secondMoves('rebellions-atom', 1, 40e6, 'int8')).toBe(0.25 * 80e6);
    expect(secondMoves('rebellions-atom', 1, 20e6, 'int8')).toBe(0);
    // At 16 bits the same 20 million take 40 MB, in and out.
    expect(secondMoves('rebellions-atom', 1, 20e6, 'fp16')).toBe(0.25 * 80e6);
  });

  it('takes the samples of a batch in turn where the compiler places data', () => {
    // 64 samples of 1 MB: one at a time stays on an NPU; XLA runs the whole batch, 192 MB of it leave a TPU.
    expect(secondMoves('rebellions-atom', 64, 1e6, 'int8')).toBe(0);
    expect(secondMoves('google-tpu-v5e', 192, 1e6, 'int8')).toBe(384e6);
  });
});

describe('rates that a file leaves out', () => {
  it('are half of the INT8 rate for 16-bit formats that the chip is said to have', () => {
    const rate = resolveFormat(chipById('qualcomm-snapdragon-x-elite-hexagon')!, 'fp16');
    expect(rate).toMatchObject({ format: 'fp16', origin: 'estimated', figure: { value: 22.5e12 } });
    // Not for a format that the chip lacks.
    expect(resolveFormat(chipById('google-coral-edge-tpu')!, 'fp16')?.format).toBe('int8');
  });
});

describe('the start of a run', () => {
  it('is what the runtime says, apart from the kernels', () => {
    const { inference, plan } = chain([1, 64], [dense(1, 64, 64)]);
    const workload = { bindings: {}, phase: 'inference', precision: 'int8', runtime: null } as const;
    const chip = chipById('qualcomm-snapdragon-8gen3-hexagon')!;
    const of = (runtime: string) =>
      estimateChip({ inference, plan, workload }, chip, profileById(runtime)!).total.startSeconds;
    expect(of('qnn')).toBe(3e-4);
    expect(of('none')).toBeNull();
  });
});

describe('transfers', () => {
  it('leave the cache of keys and values on the device', () => {
    const { inference, plan } = chain([1, 64], [dense(1, 64, 64)]);
    const workload = { bindings: {}, phase: 'decode', precision: 'as-stored', runtime: null } as const;
    const ioOf = (name: string, shape: readonly number[]) => {
      const [first, ...others] = inference.values;
      const input = { ...first!, name, type: { kind: 'tensor', dtype: 'float', shape } as const };
      const model = { ...inference, values: [input, ...others] };
      return estimateChip({ inference: model, plan, workload }, chipById('nvidia-t4')!, profileById('none')!)
        .total.io.bytes;
    };
    // 64 floats in and 64 out; of a cache with a name as exporters give it only the output is left.
    expect(ioOf('hidden', [1, 1, 8, 8])).toBe(512);
    expect(ioOf('past_key_values.0.key', [1, 1, 8, 8])).toBe(256);
    expect(ioOf('past_sequence_length', [64])).toBe(512);
  });

  it('are unknown of a model of which a part was not read: inputs and outputs may be missing too', () => {
    const { inference, plan } = chain([1, 64], [dense(1, 64, 64)]);
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    const ioOf = (isPartial: boolean) =>
      estimateChip(
        { inference: { ...inference, isPartial }, plan, workload },
        chipById('nvidia-t4')!,
        profileById('none')!,
      ).total.io;
    expect(ioOf(false).bytes).toBe(512);
    expect(ioOf(true)).toEqual({ bytes: null, seconds: null });
  });
});

describe('an NPU that reads system memory', () => {
  it('runs models larger than its own memory, one layer after the other', () => {
    const { inference, plan } = chain([1, 1000], [dense(1, 1000, 1000), dense(1, 1000, 1000)]);
    const workload = { bindings: {}, phase: 'inference', precision: 'int8', runtime: null } as const;
    const chip = chipById('arm-ethos-u55-256')!;
    const { kernels, total } = estimateChip({ inference, plan, workload }, chip, profileById('none')!);
    // 1 MB of weights per layer against 50 kB inside; no figure for the port is published, so its class's stands in.
    expect(kernels[1]!.bytes['System memory over AXI']).toBeCloseTo(1e6, -5);
    expect(total.latencySeconds?.value).toBeGreaterThan(2e6 / (0.0033 * 512e9));
    expect(total.throughput?.concurrency).toBe(1);
  });
});

describe('a depthwise convolution', () => {
  it('takes the faster of array and vector units', () => {
    const shape = {
      kind: 'convolution',
      batch: 1,
      groups: 256,
      inputChannels: 256,
      outputChannels: 256,
      kernel: [3, 3],
      inputSpatial: [28, 28],
      outputSpatial: [28, 28],
      strides: [1, 1],
      transposed: false,
    } as const;
    const operations = { matrix: 2 * 9 * 256 * 28 * 28, vector: 0, special: 0 };
    const layer: Layer = {
      operator: 'Conv',
      operatorClass: 'convolution',
      operations,
      matrixShape: shape,
      weightElements: 9 * 256,
      outputShape: [1, 256, 28, 28],
    };
    const { inference, plan } = chain([1, 256, 28, 28], [layer]);
    const workload = { bindings: {}, phase: 'inference', precision: 'int8', runtime: null } as const;
    const chip = chipById('groq-lpu-v1')!;
    const kernel = estimateChip({ inference, plan, workload }, chip, profileById('none')!).kernels[0]!;
    // 9 of 320 rows and 1 of 320 columns fill 0.00009 of the arrays; half of the vector rate is faster by far.
    const vector = machineFor(chip, 'int8').vector!;
    expect(kernel.parts!.compute).toBeCloseTo(operations.matrix / (0.5 * vector), 12);
  });
});
