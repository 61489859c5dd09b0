import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readMlir } from '../../../../server/engine/formats/mlir/read';
import { boundless } from '../../../../server/engine/formats/room';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import type { Model } from '../../../../server/engine/graph/model';
import { infer } from '../../../../server/engine/inference/infer';
import type { Inference } from '../../../../server/engine/inference/types';
import { uninterrupted } from '../../../../server/engine/scheduler';

/** Written by JAX 0.10.2 (test/conformance/stablehlo/make.py), with what is counted in the jaxprs of the same functions. */
const folder = 'test/fixtures/stablehlo';
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.mlir.gz'))
  .map((file) => file.slice(0, -'.mlir.gz'.length));

interface Counts {
  /** Operations of products and convolutions. */
  readonly matrix: number;
  readonly results: readonly (readonly number[])[];
  readonly sizes?: Readonly<Record<string, number>>;
}
const counts = JSON.parse(gunzipSync(readFileSync(`${folder}/counts.json.gz`)).toString()) as Record<
  string,
  Counts
>;

async function modelOf(name: string): Promise<Model> {
  const bytes = new Uint8Array(gunzipSync(readFileSync(`${folder}/${name}.mlir.gz`)));
  const { value, problems } = await readMlir(memorySource(bytes), uninterrupted, boundless);
  expect(problems).toEqual([]);
  return value!;
}

async function analysed(name: string): Promise<Inference> {
  const bindings = counts[name]!.sizes ?? {};
  return infer(await modelOf(name), {
    phase: 'inference',
    precision: 'as-stored',
    runtime: null,
    bindings,
  });
}

/** Matrix operations of a run: of a loop's body as often as it runs. */
function matrixOf({ nodes }: Inference): number {
  return nodes.reduce((sum, { work, repeat }) => sum + (work?.operations.matrix ?? NaN) * (repeat ?? NaN), 0);
}

describe('what JAX lowers functions to', () => {
  it('is of 16 functions', () => expect(names).toHaveLength(16));

  it.each(names)('%s has no operator without a rule', async (name) => {
    const { nodes } = await analysed(name);
    expect(
      nodes
        .filter(({ rule, work }) => rule !== 'exact' || !work)
        .map(({ node }) => `${node.name} ${node.operator}`),
    ).toEqual([]);
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
    const { graph } = await modelOf('weights');
    const large = graph.initializers.filter(({ dims }) => dims.length === 2);
    // Two layers of 64 × 32 and 32 × 16.
    expect(large.map(({ dims }) => dims)).toEqual([
      [64, 32],
      [32, 16],
    ]);
    expect(large[0]!.elements).toBeUndefined();
  });

  it('is the same in the generic form', async () => {
    const [plain, generic] = [await modelOf('mlp'), await modelOf('generic')];
    const shown = ({ graph }: Model) =>
      graph.nodes.map(({ operator, attributes }) => ({ operator, attributes }));
    expect(shown(generic)).toEqual(shown(plain));
  });
});
