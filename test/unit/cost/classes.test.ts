import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { cpuUtilisation } from '../../../server/engine/cost/classes/cpu/law';
import { spikingVerdict } from '../../../server/engine/cost/classes/neuromorphic/spiking';
import { joulesPerByte, joulesPerOperation, kernelEnergy } from '../../../server/engine/cost/energy';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { estimate } from '../../../server/engine/cost/interval';
import { machineFor } from '../../../server/engine/cost/machine';
import { powerShare, processNanometres } from '../../../server/engine/cost/power';
import { profileById } from '../../../server/engine/kernels/profile';
import type { Workload } from '../../../server/engine/workload';
import { chain, dense, type Layer } from './layers';

const chip = (id: string): Chip => chipById(id) as Chip;
const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };

describe('processors', () => {
  it('use all lanes and cores only when blocks divide evenly', () => {
    // 96 x 128: four panels of 24 rows by 128 columns on 4 cores, 6 x 32 blocks without padding.
    expect(cpuUtilisation({ batch: 1, m: 96, n: 128, k: 64, weights: true }, 4)).toBe(1);
    // Five panels on 4 cores take two rounds: 5/8.
    expect(cpuUtilisation({ batch: 1, m: 120, n: 128, k: 64, weights: true }, 4)).toBeCloseTo(5 / 8, 12);
    // 16 of 32 columns.
    expect(cpuUtilisation({ batch: 4, m: 96, n: 16, k: 64, weights: true }, 4)).toBeCloseTo(0.5, 12);
  });
});

describe('on-chip memory', () => {
  const layers = [dense(1, 1000, 1000, 'int8'), dense(1, 1000, 1000, 'int8')];

  it('holds what fits: the Edge TPU streams the rest over its link', () => {
    const small = chain([1, 1000], layers, 'int8');
    const none = profileById('none')!;
    const coral = chip('google-coral-edge-tpu');
    const fits = estimateChip({ inference: small.inference, plan: small.plan, workload }, coral, none);
    expect(fits.kernels[0]!.bytes['host link']).toBeUndefined();
    // 16 MB of weights, 8 MiB of memory: 7.6 MB come over 500 MB/s in each run.
    const big = chain([1, 4000], [dense(1, 4000, 4000, 'int8')], 'int8');
    const streams = estimateChip({ inference: big.inference, plan: big.plan, workload }, coral, none);
    expect(streams.kernels[0]!.bytes['host link']).toBeCloseTo(16e6 - 8388608, -2);
    expect(streams.total.latencySeconds!.value).toBeGreaterThan((16e6 - 8388608) / 500e6);
    expect(streams.problems.map(({ code }) => code)).toContain('cost.weights-streamed');
    expect([fits.streamedBytes, streams.streamedBytes]).toEqual([0, 16e6 - 8388608]);
  });

  it('decides whether a microcontroller runs a model at all', () => {
    const none = profileById('none')!;
    const big = chain([1, 4000], [dense(1, 4000, 4000, 'int8')], 'int8');
    const refused = estimateChip(
      { inference: big.inference, plan: big.plan, workload },
      chip('arm-cortex-m7'),
      none,
    );
    expect(refused.total.latencySeconds).toBeNull();
    expect(refused.kernels[0]!.unit).toBeNull();
    expect(refused.problems.map(({ code }) => code)).toContain('cost.does-not-fit');
    const small = chain([1, 100], [dense(1, 100, 100, 'int8')], 'int8');
    const runs = estimateChip(
      { inference: small.inference, plan: small.plan, workload },
      chip('arm-cortex-m7'),
      none,
    );
    // 20,000 operations at half of 864e6 per second, and 10 kB of flash: tens of microseconds.
    expect(runs.total.latencySeconds!.value).toBeGreaterThan(20000 / 864e6);
    expect(runs.total.latencySeconds!.value).toBeLessThan(1e-3);
  });

  it('keeps an activation on the chip between neighbours and sends it out when it is too large', () => {
    const none = profileById('none')!;
    const h100 = chip('nvidia-h100-sxm');
    const near = chain([256, 512], [dense(256, 512, 512), dense(256, 512, 512)]);
    const second = estimateChip({ inference: near.inference, plan: near.plan, workload }, h100, none)
      .kernels[1]!;
    // 0.5 MB between the two stay in L2; the weights (1 MB) too, since the whole model fits.
    expect(second.bytes['HBM3']).toBeLessThan(second.bytes['L2']!);
    const far = chain([200000, 512], [dense(200000, 512, 512), dense(200000, 512, 512)]);
    const large = estimateChip({ inference: far.inference, plan: far.plan, workload }, h100, none)
      .kernels[1]!;
    expect(large.bytes['HBM3']).toBe(large.bytes['L2']);
  });
});

describe('placement', () => {
  it('sends what the runtime cannot run to the host, with one transfer per crossing', () => {
    const layers = [
      dense(8, 256, 256),
      { ...dense(8, 256, 256), operator: 'NonMaxSuppression' },
      dense(8, 256, 256),
    ];
    const { inference, plan } = chain([8, 256], layers);
    const profile = profileById('tflite-edgetpu')!;
    const cost = estimateChip({ inference, plan, workload }, chip('google-coral-edge-tpu'), profile);
    expect(cost.units.map(({ id }) => id)).toEqual(['chip', 'host']);
    expect(cost.kernels.map(({ unit }) => unit)).toEqual([0, 1, 0, 0, 0]);
    // Two crossings of 8 x 256 floats each, over 500 MB/s.
    const links = cost.kernels.slice(3);
    expect(links.map(({ bound, bytes }) => [bound, bytes['host link']])).toEqual([
      ['link', 8192],
      ['link', 8192],
    ]);
    expect(links[0]!.seconds!.value).toBeCloseTo(8e-6 + 8192 / (500e6 * 0.85), 12);
    const sum = cost.nodes.reduce((total, { seconds }) => total + (seconds?.value ?? 0), 0);
    expect(sum).toBeCloseTo(cost.total.latencySeconds!.value!, 12);
  });

  it('streams no weights to a chip that none of them run on', () => {
    const layer = { ...dense(1, 4000, 4000, 'int8'), operator: 'NonMaxSuppression' };
    const { inference, plan } = chain([1, 4000], [layer], 'int8');
    const profile = profileById('tflite-edgetpu')!;
    const cost = estimateChip({ inference, plan, workload }, chip('google-coral-edge-tpu'), profile);
    expect(cost.kernels[0]!.unit).toBe(1);
    expect(cost.streamedBytes).toBe(0);
    expect(cost.problems.map(({ code }) => code)).not.toContain('cost.weights-streamed');
  });

  it('gives no time for a quantum chip and says why', () => {
    const { inference, plan } = chain([8, 256], [dense(8, 256, 256)]);
    const cost = estimateChip({ inference, plan, workload }, chip('ibm-heron'), profileById('none')!);
    expect(cost.total.latencySeconds).toBeNull();
    expect(cost.kernels[0]!.unit).toBeNull();
    expect(cost.problems.map(({ code }) => code)).toEqual(['cost.no-mapping-quantum']);
  });
});

describe('a training step', () => {
  it('is forward, two gradients per product and an update of every parameter', () => {
    const none = profileById('none')!;
    const { inference, plan } = chain([4096, 4096], [dense(4096, 4096, 4096)]);
    const h100 = chip('nvidia-h100-sxm');
    const once = estimateChip({ inference, plan, workload }, h100, none);
    const step = estimateChip({ inference, plan, workload: { ...workload, phase: 'training' } }, h100, none);
    const forward = once.kernels[0]!.seconds!.value - once.kernels[0]!.parts!.overhead;
    const trained = step.kernels[0]!.seconds!.value - step.kernels[0]!.parts!.overhead;
    const update = trained - 3 * forward;
    // 16.8 M parameters of 28 bytes at about 3 TB/s.
    expect(update).toBeGreaterThan((4096 * 4096 * 28) / 3.352e12);
    expect(update).toBeLessThan((4096 * 4096 * 28) / (0.5 * 3.352e12));
    expect(step.total.operations.value).toBe(3 * 2 * 4096 ** 3 + 12 * 4096 ** 2);
  });

  it('has no cost on chips made for inference', () => {
    const { inference, plan } = chain([8, 256], [dense(8, 256, 256)]);
    const cost = estimateChip(
      {
        inference,
        plan,
        workload: {
          ...workload,
          phase: 'training',
        },
      },
      chip('hailo-8'),
      profileById('none')!,
    );
    expect(cost.total.latencySeconds).toBeNull();
    expect(cost.problems.map(({ code }) => code)).toContain('cost.no-training');
  });
});

describe('spiking chips', () => {
  it('are counted in neurons, synapses and synaptic operations', () => {
    const { inference, plan } = chain([1, 1000], [dense(1, 1000, 2000), dense(1, 2000, 100)]);
    const verdict = spikingVerdict(plan, chip('intel-loihi1'))!;
    expect(verdict.neurons).toBe(2100);
    expect(verdict.synapses).toBe(2_200_000);
    expect(verdict.synapticOperations.value).toBeCloseTo(2_200_000 * 0.1 * 16, 3);
    // 23.6 pJ each.
    expect(verdict.joules?.value).toBeCloseTo(2_200_000 * 1.6 * 23.6e-12, 12);
    // At most all of its 1.5 W over 16 steps of 1 ms.
    expect(verdict.joules?.high).toBeCloseTo(1.5 * 16e-3, 12);
    expect(verdict.fits).toBe(true);
    const tiny = spikingVerdict(plan, chip('brainscales-2'))!;
    // 131,072 synapses per chip.
    expect(tiny.chipsNeeded).toBe(17);
    const cost = estimateChip({ inference, plan, workload }, chip('intel-loihi1'), profileById('none')!);
    expect(cost.total.latencySeconds).toBeNull();
    expect(cost.total.joules?.value).toBeCloseTo(verdict.joules!.value, 15);
  });
});

describe('energy', () => {
  it('takes one multiply and one add for two operations, by process and format', () => {
    // 7 nm column: bf16 multiply 0.21 pJ, add 0.11 pJ. 45 nm: FP32 3.7 and 0.9 pJ.
    expect(joulesPerOperation(chip('nvidia-h100-sxm'), 'bf16')).toBeCloseTo(0.16e-12, 16);
    expect(joulesPerOperation(chip('nvidia-k80'), 'fp32')).toBeCloseTo(2.3e-12, 16);
    // HBM3: 5 pJ per bit.
    expect(joulesPerByte(chip('nvidia-h100-sxm'))).toBeCloseTo(40e-12, 15);
  });

  it('counts operations, main memory, on-chip memory and idle power from the bottom up', () => {
    const time = estimate(1, 1, 1, 'class');
    const work = { matrix: 1e12, vector: 0, special: 0 };
    const at = (bytes: { main: number; near: number }) =>
      kernelEnergy(
        chip('nvidia-h100-sxm'),
        'bf16',
        time,
        { operations: work, bytes: { link: 0, ...bytes } },
        { compute: 1, memory: 1 },
      )!.joules.low;
    // 1e12 x 0.16 pJ + 1e9 x 40 pJ; 1e10 bytes of SRAM at 14 pJ per 64 bits; 0.26 of 700 W idle.
    expect(at({ main: 1e9, near: 0 })).toBeCloseTo(0.16 + 0.04 + 182, 9);
    expect(at({ main: 1e9, near: 1e10 })).toBeCloseTo(0.16 + 0.04 + 0.0175 + 182, 9);
  });

  it('never exceeds rated power × time and is unknown without a rated power', () => {
    const time = estimate(1e-3, 0.9e-3, 1.2e-3, 'class');
    const work = { matrix: 1e12, vector: 0, special: 0 };
    const bytes = { main: 1e9, near: 1e9 };
    const none = { main: 0, near: 0, link: 0 };
    const { joules } = kernelEnergy(
      chip('nvidia-h100-sxm'),
      'bf16',
      time,
      { operations: work, bytes: { link: 0, ...bytes } },
      {
        compute: 1,
        memory: 1,
      },
    )!;
    expect(joules.value).toBeCloseTo(0.7, 9);
    expect(joules.high).toBeCloseTo(700 * 1.2e-3, 9);
    expect(joules.low).toBeLessThan(joules.value);
    expect(
      kernelEnergy(
        chip('google-tpu-v5e'),
        'bf16',
        time,
        { operations: work, bytes: { link: 0, ...bytes } },
        { compute: 1, memory: 1 },
      ),
    ).toBeNull();
    // TPU v1 was measured: 40 W busy.
    expect(
      kernelEnergy(
        chip('google-tpu-v1'),
        'int8',
        time,
        { operations: work, bytes: none },
        { compute: 1, memory: 0 },
      )!.joules.value,
    ).toBeCloseTo(0.04, 9);
  });
});

describe('power caps', () => {
  it('hold back the FP32 lanes of cards with little power, not their matrix units', () => {
    const joules = 15e-12;
    const l4 = powerShare(machineFor(chip('nvidia-l4'), 'fp32'), joules);
    // 72 W / (30.29e12 x 15e-12 x (4 / 12)^0.54) = 0.287.
    expect(l4).toBeCloseTo(72 / (30.29e12 * joules * (4 / 12) ** 0.54), 3);
    expect(l4).toBeGreaterThan(0.25);
    expect(l4).toBeLessThan(0.31);
    expect(powerShare(machineFor(chip('nvidia-l4'), 'int8'), joules)).toBe(1);
    expect(powerShare(machineFor(chip('nvidia-h100-sxm'), 'fp32'), joules)).toBe(1);
  });

  it('read feature sizes as foundries write them', () => {
    expect(processNanometres(chip('nvidia-h100-sxm'))).toBe(4);
    expect(processNanometres(chip('nvidia-a100-sxm-80gb'))).toBe(7);
    expect(processNanometres(chip('nvidia-t4'))).toBe(12);
    expect(processNanometres(chip('nvidia-k80'))).toBe(28);
  });
});

describe('recurrent layers', () => {
  const layer = (steps: number): Layer => ({
    operator: 'LSTM',
    operatorClass: 'recurrent',
    operations: { matrix: steps * 2 * 4 * 64 * 128, vector: 0, special: 0 },
    matrixShape: {
      kind: 'recurrent',
      steps,
      batch: 1,
      inputSize: 64,
      hiddenSize: 64,
      gates: 4,
      directions: 1,
    },
    weightElements: 4 * 64 * 128,
    outputShape: [steps, 1, 1, 64],
    dtype: 'float16',
  });

  it.each(['cerebras-wse2', 'google-tpu-v5e', 'hailo-8', 'graphcore-ipu-gc200', 'intel-habana-gaudi2'])(
    'take one step after the other: %s',
    (id) => {
      const seconds = (steps: number) => {
        const { inference, plan } = chain([steps, 1, 64], [layer(steps)], 'float16');
        const cost = estimateChip({ inference, plan, workload }, chip(id), profileById('none')!);
        return cost.total.latencySeconds!.value!;
      };
      // However wide the chip is, a thousand steps wait for each other a thousand times.
      expect(seconds(1000)).toBeGreaterThan(1e-3);
      expect(seconds(1000)).toBeGreaterThan(9 * seconds(100));
    },
  );
});

describe('a chip whose capacity nobody publishes', () => {
  // Hailo-8 without what is known of dataflow chips.
  const silent: Chip = { ...chip('hailo-8'), id: 'silent', dataflow: false };

  it('is said to be taken as large enough', () => {
    const { inference, plan } = chain([1, 1000], [dense(1, 1000, 1000, 'int8')], 'int8');
    const codes = (own: Chip) =>
      estimateChip({ inference, plan, workload }, own, profileById('none')!).problems.map(({ code }) => code);
    expect(codes(silent)).toContain('cost.capacity-unknown');
    expect(codes(chip('graphcore-ipu-gc200'))).not.toContain('cost.capacity-unknown');
    expect(codes(chip('google-coral-edge-tpu'))).not.toContain('cost.capacity-unknown');
  });

  it('is taken to hold no more than chips of its speed do: the rest comes over the host link', () => {
    const cost = (size: number) => {
      const { inference, plan } = chain([1, size], [dense(1, size, size, 'int8')], 'int8');
      return estimateChip({ inference, plan, workload }, silent, profileById('none')!);
    };
    // 26 TOP/s × 900 MB ÷ 250 TFLOP/s is 93.6 MB: 9,000² bytes are below, 20,000² are 306 MB more than that.
    const within = cost(9000);
    const beyond = cost(20000);
    expect(within.kernels[0]!.bytes['host link'] ?? 0).toBe(0);
    expect(beyond.kernels[0]!.bytes['host link']).toBeCloseTo(20000 ** 2 - 93.6e6, -4);
    // At no more than 16 GB/s.
    expect(beyond.total.latencySeconds!.value).toBeGreaterThan((20000 ** 2 - 93.6e6) / 16e9);
    expect(beyond.problems.map(({ code }) => code)).toContain('cost.capacity-assumed');
    expect(beyond.problems.map(({ code }) => code)).not.toContain('cost.capacity-unknown');
    expect(within.problems.map(({ code }) => code)).not.toContain('cost.capacity-assumed');
  });
});

describe('chips that run no network', () => {
  it.each([
    ['ibm-heron', ['cost.no-mapping-quantum']],
    ['intel-loihi2', ['cost.no-mapping-neuromorphic', 'cost.spiking-chips']],
  ])('%s: say so and nothing else, and transfer nothing', (id, expected) => {
    const { inference, plan } = chain([1, 1000], [dense(1, 1000, 1000, 'int8')], 'int8');
    const { problems, total } = estimateChip({ inference, plan, workload }, chip(id), profileById('none')!);
    expect(problems.map(({ code }) => code)).toEqual(expected);
    expect(total.io.seconds).toBeNull();
    expect(total.latencySeconds).toBeNull();
  });
});
