import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { boundless } from '../../../../server/engine/formats/room';
import { readTorchScript } from '../../../../server/engine/formats/torchscript/read';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { elementCount } from '../../../../server/engine/graph/dataTypes';
import type { Model } from '../../../../server/engine/graph/model';
import { infer } from '../../../../server/engine/inference/infer';
import type { Inference } from '../../../../server/engine/inference/types';
import { uninterrupted } from '../../../../server/engine/scheduler';

/** Written by PyTorch 2.13 (test/conformance/torchscript/make.py), with what torch counts of the same models. */
const folder = 'test/fixtures/torchscript';
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.pt.gz'))
  .map((file) => file.slice(0, -'.pt.gz'.length));

interface Counts {
  readonly parameters: number;
  readonly operations: number;
  readonly result: readonly number[];
  readonly example: readonly number[];
}
const counts = JSON.parse(gunzipSync(readFileSync(`${folder}/counts.json.gz`)).toString()) as Record<
  string,
  Counts
>;

async function modelOf(name: string): Promise<Model> {
  const bytes = new Uint8Array(gunzipSync(readFileSync(`${folder}/${name}.pt.gz`)));
  const { value, problems } = await readTorchScript(memorySource(bytes), uninterrupted, boundless);
  expect(problems).toEqual([]);
  return value!;
}

/** With the sizes of the example: what the first axes are called, and those that a layer told nothing of. */
async function analysed(name: string): Promise<Inference> {
  const [batch = 1, sequence = 1, ...rest] = counts[name]!.example;
  const model = await modelOf(name);
  const [input] = model.graph.inputs;
  const others = rest.map((size, i) => [`${input!.name}.dim${i + 2}`, size] as const);
  return infer(model, {
    phase: 'inference',
    precision: 'as-stored',
    runtime: null,
    bindings: { batch, sequence, ...Object.fromEntries(others) },
  });
}

describe('what torch.jit saves', () => {
  it('is of 11 traces and 5 scripts', () => expect(names).toHaveLength(16));

  it.each(names)('%s has the operations that torch counts, and no operator without a rule', async (name) => {
    const { nodes } = await analysed(name);
    expect(
      nodes
        .filter(({ rule, work }) => rule !== 'exact' || !work)
        .map(({ node }) => `${node.name} ${node.operator}`),
    ).toEqual([]);
    const matrix = nodes.reduce((sum, { work }) => sum + work!.operations.matrix, 0);
    expect(matrix / counts[name]!.operations).toBeCloseTo(1, 2);
  });

  it.each(names)('%s has the parameters of the module', async (name) => {
    const { graph } = await modelOf(name);
    const parameters = graph.initializers.filter(({ metadata = [] }) =>
      metadata.some(([, kind]) => kind === 'PARAMETER'),
    );
    expect(parameters.reduce((sum, { dims }) => sum + elementCount(dims), 0)).toBe(counts[name]!.parameters);
    expect(parameters.every(({ data }) => data.place === 'embedded' && data.length > 0)).toBe(true);
  });

  it.each(names)('%s has a result of the shape that torch gives', async (name) => {
    const { scopes, values } = await analysed(name);
    const type = values[scopes[0]!.outputs[0]!]!.type;
    expect(type).toMatchObject({ shape: counts[name]!.result });
  });
});
