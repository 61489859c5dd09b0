import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readCoreml } from '../../../../server/engine/formats/coreml/read';
import { alone } from '../../../../server/engine/formats/beside';
import { boundless } from '../../../../server/engine/formats/room';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import type { Model } from '../../../../server/engine/graph/model';
import { infer } from '../../../../server/engine/inference/infer';
import type { Inference } from '../../../../server/engine/inference/types';
import { prepare } from '../../../../server/engine/analyse';
import { uninterrupted } from '../../../../server/engine/scheduler';

/** Written by coremltools 9.0 (test/conformance/coreml/make.py), with what torch counts of the same models. */
const folder = 'test/fixtures/coreml';
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.mlmodel.gz'))
  .map((file) => file.slice(0, -'.mlmodel.gz'.length));

interface Counts {
  readonly parameters: number;
  readonly operations: number;
  readonly shapes: Readonly<Record<string, readonly number[] | undefined>>;
}
const counts = JSON.parse(gunzipSync(readFileSync(`${folder}/counts.json.gz`)).toString()) as Record<
  string,
  Counts
>;

async function modelOf(name: string): Promise<Model> {
  const bytes = new Uint8Array(gunzipSync(readFileSync(`${folder}/${name}.mlmodel.gz`)));
  const { value, problems } = await readCoreml(memorySource(bytes), uninterrupted, boundless, alone(name));
  expect(problems).toEqual([]);
  return value!;
}

/** Open sizes are 2, as the examples had. */
async function analysed(model: Model): Promise<Inference> {
  const workload = { phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const { symbols } = await infer(model, { ...workload, bindings: {} });
  return infer(model, { ...workload, bindings: Object.fromEntries(symbols.map(({ name }) => [name, 2])) });
}

/** Operations of which only the file knows what comes out. */
const stated = new Set(['constexpr_lut_to_dense', 'conv_transpose']);

/** The model as if it stated no types of values but those. */
function bare(model: Model): Model {
  const { nodes, valueInfo } = model.graph;
  const kept = new Set(
    nodes.filter(({ operator }) => stated.has(operator)).flatMap(({ outputs }) => outputs),
  );
  return { ...model, graph: { ...model.graph, valueInfo: valueInfo.filter(({ name }) => kept.has(name)) } };
}

describe('what coremltools writes', () => {
  it.each(names)('%s has the operations that torch counts, and no operation without a rule', async (name) => {
    const { nodes } = await analysed(await modelOf(name));
    expect(
      nodes.filter(({ rule, work }) => rule !== 'exact' || !work).map(({ node }) => node.operator),
    ).toEqual([]);
    const matrix = nodes.reduce((sum, { work, repeat }) => sum + repeat! * work!.operations.matrix, 0);
    expect(matrix).toBe(counts[name]!.operations);
  });

  /**
   * Less where a batch normalisation of n channels, 4n numbers of which 2n are parameters, became the bias of a convolution:
   * cnn 2 · 8 (its convolution has one), resnet twice 2 · (2 · 8 − 8); and the 2 · 8 of a group normalisation that is written out.
   */
  it.each([
    ...['mlp', 'mobilenet', 'lstm', 'encoder', 'open-batch'].map((name) => [name, 0] as const),
    ...['palettized4', 'palettized6-old', 'linear8-old', 'linear4-blocks'].map((name) => [name, 0] as const),
    ['cnn', 16],
    ['resnet', 32],
    ['unet', 16],
  ] as const)('%s has the parameters of the module, less %d', async (name, less) => {
    const { numbers } = await prepare(
      await modelOf(name),
      { phase: 'inference', precision: 'as-stored', runtime: null, bindings: {} },
      uninterrupted,
    );
    expect(numbers.parameters).toBe(counts[name]!.parameters - less);
  });

  it.each(names)('%s has the shapes that the program states, where they are left out too', async (name) => {
    const model = await modelOf(name);
    const wanted = counts[name]!.shapes;
    for (const one of [model, bare(model)]) {
      const { nodes, values, problems } = await analysed(one);
      expect(problems).toEqual([]);
      const differing: unknown[] = [];
      for (const node of nodes)
        for (const output of node.outputs) {
          const value = output === null ? undefined : values[output];
          const shape = wanted[value?.name ?? ''];
          const own = value?.type?.kind === 'tensor' ? value.type.shape : undefined;
          if (shape && JSON.stringify(own) !== JSON.stringify(shape))
            differing.push([node.node.operator, value!.name, JSON.stringify(own), JSON.stringify(shape)]);
        }
      expect(differing).toEqual([]);
    }
  });
});
