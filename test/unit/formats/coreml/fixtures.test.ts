import { describe, expect, it } from 'vitest';
import { readCoreml } from '../../../../server/engine/formats/coreml/read';
import { alone } from '../../../../server/engine/formats/beside';
import type { Model } from '../../../../server/engine/graph/model';
import { prepare } from '../../../../server/engine/analyse';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { matrixOf, Saved, withoutRule, withTwos, workload } from '../saved';

interface Counts {
  readonly parameters: number;
  readonly operations: number;
  readonly shapes: Readonly<Record<string, readonly number[] | undefined>>;
}
/** Written by coremltools 9.0 (test/conformance/coreml/make.py), with what torch counts of the same models. */
const saved = new Saved<Counts>('test/fixtures/coreml', '.mlmodel', (source, scheduler, room) =>
  readCoreml(source, scheduler, room, alone('m')),
);
const { names, counts } = saved;

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

// Open sizes are 2, as the examples had.
describe('what coremltools writes', () => {
  it.each(names)('%s has the operations that torch counts, and no operation without a rule', async (name) => {
    const inference = await withTwos(await saved.model(name));
    expect(withoutRule(inference)).toEqual([]);
    expect(matrixOf(inference)).toBe(counts[name]!.operations);
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
    const { numbers } = await prepare(await saved.model(name), { ...workload, bindings: {} }, uninterrupted);
    expect(numbers.parameters).toBe(counts[name]!.parameters - less);
  });

  it.each(names)('%s has the shapes that the program states, where they are left out too', async (name) => {
    const model = await saved.model(name);
    const wanted = counts[name]!.shapes;
    for (const one of [model, bare(model)]) {
      const { nodes, values, problems } = await withTwos(one);
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
