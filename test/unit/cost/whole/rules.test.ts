import { describe, expect, it } from 'vitest';
import {
  familyOf,
  interpretAll,
  isExcluded,
  reasons,
  rules,
  type Asked,
  type Excluded,
  type Names,
  type Reason,
} from '../../../accuracy/whole/interpret';
import { parseFigures, type Figure } from '../../../accuracy/whole/published';
import { profileById } from '../../../../server/engine/kernels/profile';
import { precisionPolicies } from '../../../../server/engine/workload';

const names: Names = {
  chips: { 'NVIDIA T4': 'nvidia-t4', 'Edge CPU': { chip: 'broadcom-bcm2712', host: 'nvidia-t4' } },
  models: [
    {
      id: 'net-224',
      name: 'net',
      size: [224, 224],
      published: ['net'],
      sources: ['Made up'],
      shapes: ['x224x224'],
    },
    {
      id: 'net-288',
      name: 'net',
      size: [288, 288],
      published: ['net'],
      sources: ['Made up'],
      shapes: ['x288x288'],
    },
    { id: 'bert', published: ['bert', 'bert-99', 'bert-99.9'], sources: ['Made up', 'MLPerf'] },
    { id: 'secret', noGraph: 'not-public', published: ['secret'], sources: ['Made up'] },
  ],
};

const plain = {
  chip: 'NVIDIA T4',
  chip_count: '1',
  model: 'net',
  metric: 'latency',
  value: '5',
  unit: 'ms',
  input_shape: '1x3x224x224',
  batch: '1',
  precision: 'int8',
  software: 'TensorRT 8.6',
  other: '{}',
  source: 'Made up',
  notes: '',
};

const figure = (change: Partial<Record<keyof typeof plain, string>>): Figure => {
  const cells = { ...plain, ...change };
  const quoted = Object.values(cells).map((text) => `"${text.replaceAll('"', '""')}"`);
  return parseFigures(`${Object.keys(cells).join(',')}\n${quoted.join(',')}\n`)[0]!;
};
const read = (change: Parameters<typeof figure>[0]): Asked | Excluded =>
  interpretAll([figure(change)], names)[0]!;
const asked = (change: Parameters<typeof figure>[0]): Asked => {
  const result = read(change);
  if (isExcluded(result)) throw new Error(`${result.reason}: ${result.detail}`);
  return result;
};

describe('reading figures', () => {
  it('takes latencies in seconds, throughputs as seconds per sample and chip', () => {
    expect(asked({}).measured).toBe(0.005);
    const offline = { metric: 'throughput_offline', unit: 'samples/s', value: '8000', chip_count: '8' };
    // 1,000 samples per second and chip
    expect(asked({ ...offline, batch: 'submitter-chosen' }).measured).toBe(0.001);
    const energy = { metric: 'energy_per_inference', unit: 'uJ/inference', value: '250' };
    expect(asked(energy)).toMatchObject({ quantity: 'energy', measured: 0.00025 });
  });

  it('leaves a latency that of one chip, however many the system holds', () => {
    expect(asked({ chip_count: '8' }).measured).toBe(0.005);
  });

  it('finds the graph by model, source and shape', () => {
    expect(asked({}).graph.id).toBe('net-224');
    expect(asked({ input_shape: '1x3x288x288' }).graph.id).toBe('net-288');
    expect(read({ source: 'Another' })).toMatchObject({ reason: 'no-graph' });
  });

  it('gives lengths to models without an image alone', () => {
    expect(asked({}).bindings).toEqual({ batch: 1 });
    expect(asked({ model: 'bert', input_shape: '1x384' }).bindings).toEqual({ batch: 1, sequence: 384 });
    expect(asked({ model: 'bert', input_shape: '8x128', batch: '8' }).bindings).toEqual({
      batch: 8,
      sequence: 128,
    });
    const other = '{"seq_len":124}';
    expect(asked({ model: 'bert', input_shape: '', other }).bindings['sequence']).toBe(124);
  });

  it('takes the mean length of offline BERT and the longest of one stream', () => {
    const bert = { model: 'bert-99', source: 'MLPerf Inference v3.0', input_shape: 'max seq 384' };
    const offline = { metric: 'throughput_offline', unit: 'samples/s', batch: 'submitter-chosen' };
    expect(asked({ ...bert, ...offline }).bindings['sequence']).toBe(177);
    expect(asked(bert).bindings['sequence']).toBe(384);
  });

  it('takes a decode step in the middle of what is generated', () => {
    const decode = {
      model: 'bert',
      metric: 'decode_throughput',
      unit: 'tokens/s',
      other: '{"gen_len":1024}',
    };
    expect(asked(decode)).toMatchObject({ phase: 'decode', bindings: { batch: 1, sequence: 1, past: 512 } });
  });

  it('knows host, cores and what a clock saw', () => {
    const cpu = { chip: 'Edge CPU', software: 'ncnn (Tencent), CPU', other: '{"threads":4}' };
    expect(asked(cpu)).toMatchObject({ chip: 'broadcom-bcm2712', host: 'nvidia-t4', cores: 4 });
    expect(asked({}).includes).toEqual(['transfers', 'start']);
    expect(asked({ software: 'TensorRT 8.x, no H2D/D2H' }).includes).toEqual([]);
  });
});

/** One figure for each reason that reading can give. */
const reached: Partial<Record<Reason, Parameters<typeof figure>[0]>> = {
  'software-renderer': { chip: 'llvmpipe (LLVM 15)' },
  'power-capped': { notes: 'per chip 3; MaxQ (power-capped) entry' },
  'wall-power': { metric: 'power_system_avg', unit: 'W' },
  'varying-inputs': { model: 'rnnt' },
  'generation-loop': { metric: 'output_throughput_max_load', unit: 'output tokens/s' },
  'several-models': { model: 'stable-diffusion-xl' },
  'split-between-processors': { other: '{"layers_npu":771,"layers_cpu":148}' },
  'reference-kernels': { chip: 'Intel Xeon Gold 6154 3.0 GHz (one core, TFLite)' },
  'not-the-named-software': { notes: 'not a TensorRT run (reference implementation)' },
  'unknown-precision': { precision: 'posit16' },
  'unknown-software': { software: 'SomeEngine 1.0' },
  'unknown-quantity': { unit: 'fortnights' },
  'unknown-batch': { batch: 'many' },
  'no-chip': { chip: 'A chip that nobody makes' },
  'no-graph': { model: 'secret' },
  'no-sequence': { model: 'bert', input_shape: '' },
};

describe('reasons', () => {
  it.each(Object.entries(reached))('%s is given', (reason, change) => {
    expect(read(change)).toMatchObject({ reason });
  });

  it('repeats is given to the second of two limits of accuracy, if the run is the same', () => {
    const pair = [figure({ model: 'bert-99' }), figure({ model: 'bert-99.9' })];
    expect(interpretAll(pair, names).map((one) => isExcluded(one) && one.reason)).toEqual([false, 'repeats']);
    const apart = [figure({ model: 'bert-99' }), figure({ model: 'bert-99.9', value: '6' })];
    expect(interpretAll(apart, names).some(isExcluded)).toBe(false);
    const twice = [figure({}), figure({})];
    expect(interpretAll(twice, names).some(isExcluded)).toBe(false);
  });

  it('are all reached by a figure, or by an estimate that is unknown', () => {
    expect([...Object.keys(reached), 'repeats', 'no-estimate'].sort()).toEqual(Object.keys(reasons).sort());
  });

  it('name the text that no rule knows', () => {
    expect(read({ precision: 'posit16' })).toMatchObject({ detail: 'posit16 · TensorRT 8.6' });
    expect(read({ software: 'SomeEngine 1.0' })).toMatchObject({ detail: 'SomeEngine 1.0 · NVIDIA T4' });
  });

  it('are not given by a value that is no number', () => {
    expect(read({ value: 'n/a' })).toMatchObject({ reason: 'unknown-quantity' });
    expect(read({ value: '0' })).toMatchObject({ reason: 'unknown-quantity' });
  });
});

describe('rules', () => {
  it('name runtimes and policies that there are', () => {
    for (const { is } of rules.runtime)
      if (is !== null && is !== undefined) expect(profileById(is)).toBeDefined();
    for (const { is } of rules.precision) expect(precisionPolicies).toContain(is);
  });

  it('take what NVIDIA does for entries of its software alone', () => {
    const practice = { precision: 'not in record; NVIDIA practice: int8' };
    expect(asked(practice).precision).toBe('int8');
    expect(read({ ...practice, software: 'vLLM 0.10.0' })).toMatchObject({ reason: 'unknown-precision' });
  });

  it('put figures into families by chip, software and network', () => {
    const family = (software: string, more: Readonly<Record<string, string>>) =>
      familyOf(figure({ software }), {
        quantity: 'latency',
        phase: 'inference',
        net: 'convolution',
        ...more,
      });
    expect(family('PyTorch 2.4.0 eager, CUDA 12.4', { class: 'gpu' })).toBe('gpu-eager');
    expect(family('TensorRT 8.6', { class: 'gpu' })).toBe('gpu-compiled');
    expect(family('ncnn Vulkan', { class: 'gpu' })).toBe('gpu-client');
    expect(family('', { class: 'mcu' })).toBe('mcu-engine-unknown');
    expect(family('X-CUBE-AI v8.1.0', { class: 'mcu' })).toBe('mcu-engine-named');
    expect(family('X', { class: 'npu' })).toBe('npu-cnn');
    expect(family('X', { class: 'npu', net: 'transformer' })).toBe('npu-transformer');
    expect(family('X', { class: 'fpga' })).toBe('other-accelerator');
    expect(family('X', { class: 'mcu', quantity: 'energy' })).toBe('energy');
  });
});
