import { describe, expect, it } from 'vitest';
import { readMlir } from '../../../../server/engine/formats/mlir/read';
import type { Model } from '../../../../server/engine/graph/model';
import { infer } from '../../../../server/engine/inference/infer';
import type { Inference } from '../../../../server/engine/inference/types';
import { matrixOf, Saved, withoutRule, workload } from '../saved';

interface Counts {
  /** Operations of products and convolutions. */
  readonly matrix: number;
  readonly results: readonly (readonly number[])[];
  readonly sizes?: Readonly<Record<string, number>>;
}
/** Written by JAX 0.10.2 (test/conformance/stablehlo/make.py), with what is counted in the jaxprs of the same functions. */
const saved = new Saved<Counts>('test/fixtures/stablehlo', '.mlir', readMlir);
const { names, counts } = saved;

async function analysed(name: string): Promise<Inference> {
  return infer(await saved.model(name), { ...workload, bindings: counts[name]!.sizes ?? {} });
}

describe('what JAX lowers functions to', () => {
  it('is of 16 functions', () => expect(names).toHaveLength(16));

  it.each(names)('%s has no operator without a rule', async (name) => {
    expect(withoutRule(await analysed(name))).toEqual([]);
  });

  // A loop that the data ends is taken to run once, and so it is counted there.
  it.each(names.filter((name) => name !== 'newton'))('%s has the operations of the jaxpr', async (name) => {
    expect(matrixOf(await analysed(name))).toBe(counts[name]!.matrix);
  });

  it.each(names)('%s has results of the shapes that JAX tells', async (name) => {
    const { scopes, values } = await analysed(name);
    const shapes = scopes[0]!.outputs.map((id) => {
      const type = values[id!]!.type;
      return type?.kind === 'tensor' ? type.shape : undefined;
    });
    expect(shapes).toEqual(counts[name]!.results);
  });

  it('counts weights among the constants, and reads none', async () => {
    const { graph } = await saved.model('weights');
    const large = graph.initializers.filter(({ dims }) => dims.length === 2);
    // Two layers of 64 × 32 and 32 × 16.
    expect(large.map(({ dims }) => dims)).toEqual([
      [64, 32],
      [32, 16],
    ]);
    expect(large[0]!.elements).toBeUndefined();
  });

  it('is the same in the generic form', async () => {
    const [plain, generic] = [await saved.model('mlp'), await saved.model('generic')];
    const shown = ({ graph }: Model) =>
      graph.nodes.map(({ operator, attributes }) => ({ operator, attributes }));
    expect(shown(generic)).toEqual(shown(plain));
  });
});
