import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readPt2 } from '../../../../server/engine/formats/pytorch/read';
import { boundless } from '../../../../server/engine/formats/room';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import type { Model } from '../../../../server/engine/graph/model';
import { infer } from '../../../../server/engine/inference/infer';
import type { Inference } from '../../../../server/engine/inference/types';
import { uninterrupted } from '../../../../server/engine/scheduler';

/** Written by PyTorch 2.13 (test/conformance/pt2/make.py), with what torch counts of the same models. */
const folder = 'test/fixtures/pt2';
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.pt2.gz'))
  .map((file) => file.slice(0, -'.pt2.gz'.length));

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
  const bytes = new Uint8Array(gunzipSync(readFileSync(`${folder}/${name}.pt2.gz`)));
  const { value, problems } = await readPt2(memorySource(bytes), uninterrupted, boundless);
  expect(problems).toEqual([]);
  return value!;
}

/** The batch of the example was 2. */
async function analysed(model: Model): Promise<Inference> {
  const workload = { phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const { symbols } = await infer(model, { ...workload, bindings: {} });
  return infer(model, { ...workload, bindings: Object.fromEntries(symbols.map(({ name }) => [name, 2])) });
}

describe('what torch.export writes', () => {
  it('is of 11 architectures', () => expect(names).toHaveLength(11));

  it.each(names)('%s has the operations that torch counts, and no operator without a rule', async (name) => {
    const { nodes } = await analysed(await modelOf(name));
    expect(
      nodes.filter(({ rule, work }) => rule !== 'exact' || !work).map(({ node }) => node.operator),
    ).toEqual([]);
    const matrix = nodes.reduce((sum, { work }) => sum + work!.operations.matrix, 0);
    expect(matrix / counts[name]!.operations).toBeCloseTo(1, 2);
  });

  it.each(names)('%s has the parameters of the module', async (name) => {
    const { graph } = await modelOf(name);
    const parameters = graph.initializers.filter(({ metadata = [] }) =>
      metadata.some(([, kind]) => kind === 'PARAMETER'),
    );
    const count = parameters.reduce((sum, { dims }) => sum + dims.reduce((a, b) => a * b, 1), 0);
    expect(count).toBe(counts[name]!.parameters);
    expect(parameters.every(({ data }) => data.place === 'embedded' && data.length > 0)).toBe(true);
  });

  it.each(names)('%s has the shapes that torch propagates', async (name) => {
    const { nodes, values } = await analysed(await modelOf(name));
    let compared = 0;
    for (const output of nodes.flatMap(({ outputs }) => outputs)) {
      const value = output === null ? undefined : values[output];
      const wanted = counts[name]!.shapes[value?.name ?? ''];
      if (!value || !wanted) continue;
      compared++;
      expect(value.type, value.name).toMatchObject({ shape: wanted });
    }
    expect(compared).toBeGreaterThan(0.9 * nodes.length - 5);
  });
});
