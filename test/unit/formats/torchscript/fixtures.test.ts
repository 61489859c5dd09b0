import { describe, expect, it } from 'vitest';
import { readTorchScript } from '../../../../server/engine/formats/torchscript/read';
import { infer } from '../../../../server/engine/inference/infer';
import type { Inference } from '../../../../server/engine/inference/types';
import { matrixOf, parametersOf, Saved, withoutRule, workload } from '../saved';

interface Counts {
  readonly parameters: number;
  readonly operations: number;
  readonly result: readonly number[];
  readonly example: readonly number[];
}
/** Written by PyTorch 2.13 (test/conformance/torchscript/make.py), with what torch counts of the same models. */
const saved = new Saved<Counts>('test/fixtures/torchscript', '.pt', readTorchScript);
const { names, counts } = saved;

/** With the sizes of the example: what the first axes are called, and those that a layer told nothing of. */
async function analysed(name: string): Promise<Inference> {
  const [batch = 1, sequence = 1, ...rest] = counts[name]!.example;
  const model = await saved.model(name);
  const [input] = model.graph.inputs;
  const others = rest.map((size, i) => [`${input!.name}.dim${i + 2}`, size] as const);
  return infer(model, {
    ...workload,
    bindings: { batch, sequence, ...Object.fromEntries(others) },
  });
}

describe('what torch.jit saves', () => {
  it('is of 11 traces and 5 scripts', () => expect(names).toHaveLength(16));

  it.each(names)('%s has the operations that torch counts, and no operator without a rule', async (name) => {
    const inference = await analysed(name);
    expect(withoutRule(inference)).toEqual([]);
    expect(matrixOf(inference) / counts[name]!.operations).toBeCloseTo(1, 2);
  });

  it.each(names)('%s has the parameters of the module', async (name) => {
    expect(parametersOf(await saved.model(name))).toBe(counts[name]!.parameters);
  });

  it.each(names)('%s has a result of the shape that torch gives', async (name) => {
    const { scopes, values } = await analysed(name);
    const type = values[scopes[0]!.outputs[0]!]!.type;
    expect(type).toMatchObject({ shape: counts[name]!.result });
  });
});
