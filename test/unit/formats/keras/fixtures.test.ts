import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readKeras } from '../../../../server/engine/formats/keras/read';
import { boundless } from '../../../../server/engine/formats/room';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { elementCount } from '../../../../server/engine/graph/dataTypes';
import type { Model } from '../../../../server/engine/graph/model';
import { infer } from '../../../../server/engine/inference/infer';
import type { Inference } from '../../../../server/engine/inference/types';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { matrixOf, Saved, withoutRule, workload } from '../saved';
import { zip } from '../zip/zip';

type Sizes = readonly (number | null)[];

interface Counts {
  readonly parameters: number;
  readonly operations: number | null;
  /** Shapes of the results of each call of a layer, by its path. */
  readonly shapes: Readonly<Record<string, readonly (readonly Sizes[])[]>>;
}

/** Written by Keras 3.15 (test/conformance/keras/make.py), with what it and TensorFlow's profiler count of the same models. */
const saved = new Saved<Counts>('test/fixtures/keras', '.keras', readKeras);
const { names, counts } = saved;

/** Numbers in weights, as `count_params` counts them: of 4 bits two share a byte of each row. Constants of calls are none. */
function weightsOf({ graph }: Model): number {
  return graph.initializers.reduce((sum, { dims, dtype, name }) => {
    if (/\/arg\d$/.test(name)) return sum;
    const [rows = 1, ...columns] = dims;
    return sum + (dtype === 'int4' ? rows * Math.ceil(elementCount(columns) / 2) : elementCount(dims));
  }, 0);
}

/**
 * Products that a causal mask hides, which an attention of one operator leaves out and TensorFlow's graph has: batch 2 · 4 heads ·
 * 190 of 20 · 20 pairs · 2 products of 12 · 2 operations.
 */
const hidden: ReadonlyMap<string, number> = new Map([['transformer', 2 * 4 * 190 * 2 * 12 * 2]]);

/** With a batch of 2, as the profiler's. */
const analysed = (one: Model): Promise<Inference> =>
  infer(one, { ...workload, bindings: { batch: 2, sequence: 7, height: 32, width: 32 } });

/** Whether sizes are those that are told: what Keras leaves open is the batch, or not looked at. */
function isAlike(shape: readonly unknown[] | undefined, told: Sizes): boolean {
  return shape?.length === told.length && told.every((dim, axis) => dim === null || dim === shape[axis]);
}

function shapesByName({ values }: Inference): ReadonlyMap<string, readonly unknown[] | undefined> {
  return new Map(
    values.map(({ name, type }) => [name, type?.kind === 'tensor' ? type.shape : undefined] as const),
  );
}

describe('what Keras saves', () => {
  it('is of 19 models', () => expect(names).toHaveLength(19));

  it.each(names)('%s has the weights that Keras counts', async (name) => {
    expect(weightsOf(await saved.model(name))).toBe(counts[name]!.parameters);
  });

  it.each(names)('%s has the shapes that Keras gives every layer', async (name) => {
    const found = shapesByName(await analysed(await saved.model(name)));
    const wrong: unknown[] = [];
    let compared = 0;
    for (const [path, calls] of Object.entries(counts[name]!.shapes)) {
      for (const [call, results] of calls.entries())
        for (const [i, told] of results.entries()) {
          const stem = results.length === 1 ? path : `${path}.${i}`;
          const value = call === 0 ? stem : `${stem}_${call + 1}`;
          if (!found.has(value)) continue;
          compared++;
          if (!isAlike(found.get(value), told)) wrong.push([value, found.get(value), told]);
        }
    }
    expect(wrong).toEqual([]);
    // A model within a model gives what its last layer gives, under that layer's name.
    const paths = Object.keys(counts[name]!.shapes);
    const models = paths.filter((path) => paths.some((other) => other.startsWith(`${path}/`)));
    expect(compared).toBeGreaterThanOrEqual(paths.length - models.length);
  });

  it.each(names)('%s has the products that TensorFlow counts, and no layer without a rule', async (name) => {
    const inference = await analysed(await saved.model(name));
    expect(withoutRule(inference)).toEqual([]);
    const { operations } = counts[name]!;
    if (operations !== null) expect(matrixOf(inference)).toBe(operations - (hidden.get(name) ?? 0));
  });
});

interface Single {
  readonly title: string;
  readonly config: unknown;
  readonly parameters: number;
  readonly results: readonly Sizes[];
  readonly operations: number | null;
}
const singles = JSON.parse(
  gunzipSync(readFileSync('test/fixtures/keras/layers.json.gz')).toString(),
) as readonly Single[];

describe('a model of one layer', () => {
  it.each(singles.map((one) => [one.title, one] as const))('%s is as Keras has it', async (_, one) => {
    const bytes = zip({ 'config.json': JSON.stringify(one.config) });
    const { value, problems } = await readKeras(memorySource(bytes), uninterrupted, boundless);
    expect(problems).toEqual([]);
    const inference = await analysed(value!);
    expect(withoutRule(inference)).toEqual([]);
    const found = shapesByName(inference);
    const shapes = value!.graph.outputs.map(({ name }) => found.get(name));
    expect(shapes.length).toBe(one.results.length);
    for (const [i, told] of one.results.entries())
      expect(isAlike(shapes[i], told), `${JSON.stringify(shapes[i])} ${JSON.stringify(told)}`).toBe(true);
    expect(weightsOf(value!)).toBe(one.parameters);
    if (one.operations !== null) expect(matrixOf(inference)).toBe(one.operations);
  });
});
