import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById, chips } from '../../../server/engine/chips/catalogue';
import type { ChipClass } from '../../../server/engine/chips/chip';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { profileById, runtimeProfiles } from '../../../server/engine/kernels/profile';
import { operatorSupport } from '../../../server/engine/kernels/support/support';
import { ruleOf } from '../../../server/engine/operators/table';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { readFixture } from '../inference/fixtures';

/** Runtimes that make sense for a class when nobody chose one. */
const sensible: Readonly<Record<ChipClass, readonly string[]>> = {
  cpu: ['onnxruntime-cpu'],
  // Those of phones run through LiteRT's delegate.
  gpu: ['tensorrt', 'openvino', 'coreml', 'tflite', 'compiler'],
  tpu: ['xla', 'tflite-edgetpu'],
  npu: ['qnn', 'coreml', 'openvino', 'tflite', 'tensorrt-dla', 'compiler'],
  asic: ['compiler'],
  ipu: ['compiler'],
  lpu: ['compiler'],
  wafer: ['compiler'],
  fpga: ['compiler'],
  mcu: ['tflite'],
  pim: ['compiler'],
  neuromorphic: ['compiler', 'none'],
  quantum: ['none'],
};

describe('default runtimes', () => {
  it.each(chips.map((chip) => [chip.id, chip] as const))('%s', (_id, chip) => {
    expect(profileById(chip.defaultRuntime)).toBeDefined();
    expect(sensible[chip.class]).toContain(chip.defaultRuntime);
    // Only what runs no network at all has no runtime.
    if (chip.onnxTarget) expect(chip.defaultRuntime).not.toBe('none');
  });
});

describe('runtimes', () => {
  it('name only operators that exist', () => {
    for (const { id, supports } of runtimeProfiles) {
      const names = [...(supports?.operators ?? []), ...(supports?.except ?? [])];
      const unknown = names.filter((name) => !known(name));
      expect({ id, unknown }).toEqual({ id, unknown: [] });
    }
  });

  it('run what they list and not what they except', () => {
    const qnn = operatorSupport(profileById('qnn')!);
    const named = (operator: string) => ({ domain: '', operator });
    expect(['Conv', 'Erf', 'Loop'].map((one) => qnn(named(one)))).toEqual([true, false, false]);
    const tensorrt = operatorSupport(profileById('tensorrt')!);
    expect(['Conv', 'QLinearConv'].map((one) => tensorrt(named(one)))).toEqual([true, false]);
    expect(operatorSupport(profileById('onnxruntime-cpu')!)(named('Unique'))).toBe(true);
  });

  it('leave classical models and texts to the host', async () => {
    const text = `<ir_version: 8, opset_import: ["" : 20, "ai.onnx.ml" : 1]>
g (float[1, 4] x, string[1] s) => (float[1, 1] y, float[1, 4] z, string[1] t)
{
  y = ai.onnx.ml.LinearRegressor <coefficients = [1.0, 2.0, 3.0, 4.0]> (x)
  z = Relu (x)
  t = StringConcat (s, s)
}`;
    const { value } = await parseOnnxText(text, uninterrupted);
    const unitsOf = async (chip: string, runtime: string) => {
      const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime };
      const prepared = await prepare(value!, workload, uninterrupted);
      const { cost, problems } = await costsOn(prepared, chipById(chip)!, uninterrupted);
      const said = problems.find(({ code }) => code === 'cost.host-fallback');
      return [cost.kernels.map(({ unit }) => unit), said?.args];
    };
    // LinearRegressor and StringConcat are the first and the third kernel.
    for (const runtime of ['tensorrt', 'onnxruntime-cuda']) {
      const [where, said] = await unitsOf('nvidia-t4', runtime);
      expect(where).toEqual([1, 0, 1]);
      expect(said).toMatchObject({ operators: 'LinearRegressor, StringConcat', kernels: 2 });
    }
    const [where, said] = await unitsOf('amd-epyc-9654', 'onnxruntime-cpu');
    expect([where, said]).toEqual([[0, 0, 0], undefined]);
  });

  it('take a decomposed operator for what it stands for, and keep sides apart', async () => {
    const workload: Workload = {
      bindings: { batch: 1, sequence: 16 },
      phase: 'inference',
      precision: 'as-stored',
      runtime: null,
    };
    const prepared = await prepare(await readFixture('bert-base'), workload, uninterrupted);
    const { nodes } = prepared.inference;
    // QNN has no Erf, but the Gelu that the model spells with it: nothing of BERT runs on the host.
    const qnn = await costsOn(prepared, chipById('qualcomm-snapdragon-8gen3-hexagon')!, uninterrupted);
    expect(nodes.some(({ node }) => node.operator === 'Erf')).toBe(true);
    expect(qnn.cost.kernels.every(({ unit }) => unit === 0)).toBe(true);
    // Core ML has no Gather: the embeddings run on the host, no matrix product does.
    const ane = await costsOn(prepared, chipById('apple-m4-ane')!, uninterrupted);
    const away = ane.plan.kernels.filter((one) => ane.cost.kernels[one.index]!.unit === 1);
    expect(away.length).toBeGreaterThan(0);
    expect(away.flatMap((one) => one.nodes.map((node) => nodes[node]!.node.operator))).toContain('Gather');
    expect(away.filter(({ operations }) => (operations?.matrix ?? 0) > 0)).toEqual([]);
    expect(ane.cost.kernels.some(({ bound }) => bound === 'link')).toBe(true);
    expect(ane.cost.problems.find(({ code }) => code === 'cost.host-fallback')?.args).toMatchObject({
      operators: expect.stringContaining('Gather') as unknown,
      runtime: 'Core ML',
    });
  });
});

function known(name: string): boolean {
  return ['', 'com.microsoft'].some((domain) => ruleOf(domain, name) !== undefined);
}
