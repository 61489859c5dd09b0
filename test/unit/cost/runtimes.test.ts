import { describe, expect, it } from 'vitest';
import { problemMessage } from '../../../l10n/problems';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById, chips } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { resolveUserChip } from '../../../server/engine/chips/userChips';
import { drives, runtimeFor, runtimesOf } from '../../../server/engine/cost/runtimes';
import { profileById, runtimeProfiles } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';
import { readFixture } from '../inference/fixtures';

const cpus = [
  'amd-epyc-7742',
  'amd-epyc-9654',
  'amd-ryzen-9-7950x',
  'arm-neoverse-v2',
  'generic-x86-avx2-desktop',
  'intel-atom-x7425e',
  'intel-core-i7-1185g7',
  'intel-core-i7-12700h',
  'intel-core-i9-13900k',
  'intel-haswell-e5-2699v3',
  'intel-xeon-6154',
  'intel-xeon-8380',
  'intel-xeon-8480',
  'intel-xeon-8490h',
  'intel-xeon-e5-2670',
  'ibm-power9',
];
/** Processors of boards, phones and vehicles. */
const smallCpus = [
  'apple-m4-cpu',
  'broadcom-bcm2711',
  'broadcom-bcm2712',
  'huawei-kirin-970-cpu',
  'nvidia-jetson-orin-cpu',
  'nvidia-jetson-orin-nano-cpu',
  'qualcomm-qcs6490-cpu',
  'qualcomm-snapdragon-8-elite-cpu',
  'qualcomm-snapdragon-8gen2-cpu',
  'qualcomm-snapdragon-8gen3-cpu',
  'qualcomm-snapdragon-x-elite-cpu',
  'rockchip-rk3588-cpu',
];
const nvidiaGpus = [
  'nvidia-a10',
  'nvidia-a100-pcie-40gb',
  'nvidia-a100-pcie-80gb',
  'nvidia-a100-sxm-40gb',
  'nvidia-a100-sxm-80gb',
  'nvidia-a2',
  'nvidia-a30',
  'nvidia-b200',
  'nvidia-b300',
  'nvidia-drive-px2',
  'nvidia-gb300',
  'nvidia-gh200',
  'nvidia-h100-nvl',
  'nvidia-h100-pcie',
  'nvidia-h100-sxm',
  'nvidia-h200-nvl',
  'nvidia-h200-sxm',
  'nvidia-jetson-agx-orin-32gb',
  'nvidia-jetson-agx-orin-64gb',
  'nvidia-jetson-agx-xavier',
  'nvidia-jetson-orin-nano',
  'nvidia-jetson-orin-nx-16gb',
  'nvidia-jetson-xavier-nx',
  'nvidia-k80',
  'nvidia-l4',
  'nvidia-l40',
  'nvidia-l40s',
  'nvidia-rtx-3090',
  'nvidia-rtx-4000-ada',
  'nvidia-rtx-4080',
  'nvidia-rtx-4090',
  'nvidia-rtx-5090',
  'nvidia-rtx-6000-ada',
  'nvidia-t4',
  'nvidia-v100-sxm2-16gb',
  'nvidia-v100-sxm2-32gb',
];
const amdGpus = ['amd-mi250x', 'amd-mi300x', 'amd-mi325x', 'amd-mi355x'];
const appleNpus = [
  'apple-a11-neural-engine',
  'apple-a13-neural-engine',
  'apple-a17-pro-neural-engine',
  'apple-m2-ane',
  'apple-m4-ane',
];
const qualcommNpus = [
  'qualcomm-qcs6490-hexagon',
  'qualcomm-sa8775p-hexagon',
  'qualcomm-snapdragon-8-elite-hexagon',
  'qualcomm-snapdragon-8gen2-hexagon',
  'qualcomm-snapdragon-8gen3-hexagon',
  'qualcomm-snapdragon-x-elite-hexagon',
  'qualcomm-zeroth',
];
const appleGpus = ['m1-max', 'm2-ultra', 'm3-max', 'm4', 'm4-max'].map((of) => `apple-${of}-gpu`);
const adrenos = ['740', '750', 'x1-85'].map((of) => `qualcomm-adreno-${of}`);
const intelGpus = ['intel-arc-a770m', 'intel-arc-b580', 'intel-flex-170', 'intel-max-1550'];
/** Graphics of processors. */
const intelGraphics = ['i7-1185g7', 'i7-12700h', 'i9-13900k'].map((of) => `intel-core-${of}-igpu`);
const microcontrollers = [
  'arm-cortex-m33',
  'arm-cortex-m7',
  'st-stm32h7a3',
  'st-stm32l4r5',
  'st-stm32n6-cpu',
];
const cloudTpus = ['1', '2', '3', '4', '5e', '5p', '6e', '7'].map((version) => `google-tpu-v${version}`);
/** Processors, and GPUs for which PyTorch is built: CUDA, ROCm, Metal, XPU. */
const torchGpus = [
  ...[...nvidiaGpus, ...amdGpus, ...appleGpus],
  ...[...intelGpus, ...intelGraphics, 'intel-atom-x7425e-igpu'],
];
const torchChips = [...cpus, ...smallCpus, ...torchGpus];
const everyChip = chips.map(({ id }) => id);

/**
 * What the vendors' documentation says, chip by chip: onnxruntime.ai (execution providers), the support matrix of
 * TensorRT, the system requirements of OpenVINO (no AMD) and the handbook of Intel's FPGA AI Suite, openxla.org and
 * Google Cloud, ai.google.dev/edge/litert (delegates), coral.ai, llama.cpp's docs/build.md, Qualcomm AI Engine Direct, Apple's Core ML.
 */
const documented: Readonly<Record<string, readonly string[]>> = {
  'onnxruntime-cpu': [...cpus, ...smallCpus],
  'onnxruntime-cuda': nvidiaGpus,
  tensorrt: nvidiaGpus,
  'tensorrt-dla': ['nvidia-jetson-orin-dla'],
  'pytorch-eager': torchChips,
  'torch-compile': torchChips,
  openvino: [
    ...cpus.filter((id) => !/^(amd|ibm)-/.test(id)),
    'apple-m4-cpu',
    ...[...intelGpus, ...intelGraphics, 'intel-atom-x7425e-igpu'],
    ...['intel-lunar-lake-npu', 'intel-meteor-lake-npu', 'intel-movidius-myriad-x'],
    ...['intel-arria10', 'intel-stratix10-nx', 'intel-nervana-nnp-i'],
  ],
  xla: [...cpus, ...smallCpus, ...nvidiaGpus, ...amdGpus, ...cloudTpus, 'intel-max-1550'],
  tflite: [
    ...cpus,
    ...smallCpus,
    ...[...microcontrollers, 'arm-ethos-u55-256', 'arm-ethos-u85', ...adrenos],
    ...appleNpus,
    ...qualcommNpus,
    ...['samsung-exynos-2400-npu', 'samsung-exynos-9820-npu'],
    ...['huawei-kirin-970-npu', 'huawei-kirin-990-npu'],
  ],
  ncnn: [
    ...[...cpus, ...smallCpus, ...nvidiaGpus, ...appleGpus, ...adrenos, ...intelGraphics],
    ...['intel-arc-a770m', 'intel-arc-b580', 'intel-flex-170', 'intel-atom-x7425e-igpu'],
  ],
  'tflite-edgetpu': ['google-coral-edge-tpu'],
  'tflite-ethos-u': ['arm-ethos-u55-256'],
  'tflite-ethos-u85': ['arm-ethos-u85'],
  'tflite-gpu': [...adrenos],
  'vitis-ai': ['xilinx-vck190-dpu-c32b6'],
  qnn: qualcommNpus,
  coreml: [...appleNpus, ...appleGpus, 'apple-m4-cpu'],
  'llama.cpp-cpu': [...cpus, ...smallCpus],
  'llama.cpp-cuda': nvidiaGpus,
  'llama.cpp-metal': appleGpus,
  compiler: everyChip,
  none: everyChip,
};

/** How chip files name what a profile stands for, in their lists of providers and of software. */
const names: Readonly<Record<string, RegExp>> = {
  'onnxruntime-cpu': /^CPUExecutionProvider$/,
  'onnxruntime-cuda': /^CUDAExecutionProvider$/,
  tensorrt: /^TensorrtExecutionProvider$|^TensorRT/,
  openvino: /^OpenVINOExecutionProvider$|^OpenVINO(?! FPGA)/,
  xla: /^XLA$/,
  tflite: /^TensorFlow Lite Micro$/,
  'tflite-edgetpu': /^libedgetpu$/,
  qnn: /^QNNExecutionProvider$/,
  coreml: /^CoreMLExecutionProvider$|^Core ML$/,
};

describe('runtimes and chips', () => {
  it.each(runtimeProfiles.map((profile) => [profile.id, profile] as const))('%s', (id, profile) => {
    const driven = chips.filter((chip) => drives(profile, chip)).map((chip) => chip.id);
    expect(driven.toSorted()).toEqual([...documented[id]!].toSorted());
    expect(profile.drives.source).not.toBe('');
  });

  it('every chip is driven by its default and by all that its own file names', () => {
    for (const chip of chips) {
      const driven = runtimesOf(chip).map(({ id }) => id);
      expect(driven).toContain(chip.defaultRuntime);
      const own = [...chip.software.executionProviders, ...chip.software.stack];
      const named = Object.keys(names).filter((id) => own.some((name) => names[id]!.test(name)));
      // A DLA is driven by TensorRT too, whose compiler for it has a profile of its own.
      const isDriven = (id: string): boolean => driven.some((one) => one === id || one === `${id}-dla`);
      expect({ chip: chip.id, missing: named.filter((id) => !isDriven(id)) }).toEqual({
        chip: chip.id,
        missing: [],
      });
    }
  });

  it('tables name chips that exist', () => {
    for (const { drives: table } of runtimeProfiles)
      for (const { ids, except } of table.chips)
        for (const id of [...(ids ?? []), ...(except ?? [])]) expect(chipById(id)?.id).toBe(id);
  });
});

describe("chips of the user's own", () => {
  const own = (json: object): Chip => resolveUserChip({ id: 'mine', ...json }, 'mine.json').chip!;
  const whole = { name: 'Mine', class: 'gpu', place: ['cloud'], phase: ['inference'], memory: [] };
  const idsOf = (chip: Chip): string[] => runtimesOf(chip).map(({ id }) => id);

  it('are driven by what drives the chip they extend, listed by id too', () => {
    for (const id of ['nvidia-h100-sxm', 'google-coral-edge-tpu', 'intel-arria10', 'intel-max-1550'])
      expect(idsOf(own({ extends: id }))).toEqual(idsOf(chipById(id)!));
  });

  it('of a vendor that a table knows are driven by its runtimes, however the vendor is spelt', () => {
    const chip = own({ ...whole, vendor: 'Nvidia Corp.', peakOpsPerSecond: { fp16: 1e14 } });
    expect(idsOf(chip)).toEqual([
      'onnxruntime-cuda',
      'tensorrt',
      'pytorch-eager',
      'torch-compile',
      'xla',
      'ncnn',
      'llama.cpp-cuda',
      'compiler',
      'none',
    ]);
  });

  it('of an unknown vendor are driven by what any chip of the class runs, and by what they name', () => {
    const gpu = { ...whole, vendor: 'Nvidiana', peakOpsPerSecond: { fp16: 1e14 } };
    expect(idsOf(own(gpu))).toEqual(['compiler', 'none']);
    expect(idsOf(own({ ...gpu, defaultRuntime: 'tensorrt' }))).toEqual(['tensorrt', 'compiler', 'none']);
    expect(idsOf(own({ ...gpu, class: 'cpu' }))).toEqual([
      ...['onnxruntime-cpu', 'pytorch-eager', 'torch-compile', 'xla', 'tflite', 'ncnn', 'llama.cpp-cpu'],
      ...['compiler', 'none'],
    ]);
  });

  it('that name a runtime there is not are told so', () => {
    const { profile, problems } = runtimeFor(own({ extends: 'nvidia-t4', defaultRuntime: 'tensort' }), null);
    expect(profile.id).toBe('none');
    expect(problems.map(({ code }) => code)).toEqual(['runtime-default-unknown']);
  });
});

describe('the runtime of a format', () => {
  it("runs its models where it drives the chip and none was chosen, the chip's own elsewhere", () => {
    const of = (chip: string, wanted: string | null, format: string): string =>
      runtimeFor(chipById(chip)!, wanted, format).profile.id;
    expect(of('nvidia-t4', null, 'gguf')).toBe('llama.cpp-cuda');
    expect(of('intel-xeon-8480', null, 'gguf')).toBe('llama.cpp-cpu');
    expect(of('apple-m4-max-gpu', null, 'gguf')).toBe('llama.cpp-metal');
    expect(of('google-tpu-v4', null, 'gguf')).toBe('xla');
    expect(of('nvidia-t4', 'tensorrt', 'gguf')).toBe('tensorrt');
    expect(of('nvidia-t4', null, 'onnx')).toBe('tensorrt');
    expect(runtimeFor(chipById('nvidia-t4')!, null, 'gguf').problems).toEqual([]);
  });
});

describe('a runtime that cannot drive the chip', () => {
  const cases = [
    ['coreml', 'nvidia-h100-sxm', 'tensorrt'],
    ['tensorrt', 'intel-xeon-8480', 'onnxruntime-cpu'],
    ['qnn', 'apple-m4-ane', 'coreml'],
  ] as const;
  it.each(cases)('%s on %s: the default answers, and a warning says so', async (runtime, id, used) => {
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored' } as const;
    const model = await readFixture('tiny-mlp');
    const chip = chipById(id)!;
    const asked = await prepare(model, { ...workload, runtime }, uninterrupted);
    const { cost, problems } = await costsOn(asked, chip, uninterrupted);
    const plain = await costsOn(
      await prepare(model, { ...workload, runtime: null }, uninterrupted),
      chip,
      uninterrupted,
    );
    expect(cost.runtime).toBe(used);
    expect(cost.total).toEqual(plain.cost.total);
    expect(plain.problems.map(({ code }) => code)).not.toContain('runtime-not-of-chip');
    const warning = problems.find(({ code }) => code === 'runtime-not-of-chip')!;
    expect(warning.severity).toBe('warning');
    for (const language of ['en', 'ko'] as const) {
      const text = problemMessage(language, warning);
      for (const part of [profileById(runtime)!.name, chip.name, profileById(used)!.name])
        expect(text).toContain(part);
      expect(text).not.toMatch(/[{}]/);
    }
  });
});
