import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readerOf } from '../../../../server/engine/formats';
import { readOnnx } from '../../../../server/engine/formats/onnx/read';
import { isOrt, readOrt } from '../../../../server/engine/formats/ort/read';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import type { Model } from '../../../../server/engine/graph/model';
import { infer } from '../../../../server/engine/inference/infer';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { flatBuffer, i32, table, tables, u64 } from '../flatbuffer';

/** Written by ONNX Runtime 1.32.0 from the ONNX file of the same name (test/conformance/ort/make.py). */
const pairs = [
  ['tiny-mlp', 'test/fixtures/models/tiny-mlp.onnx'],
  ['branches', 'test/fixtures/ort/branches.onnx'],
] as const;

const ortBytes = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/ort/${name}.ort`));

async function modelOf(name: string): Promise<Model> {
  const { value, problems } = await readOrt(memorySource(ortBytes(name)), uninterrupted);
  expect(problems).toEqual([]);
  return value!;
}

/** What is known of each value and node; attributes, branches among them, stand in another order in the two files. */
async function analysed(model: Model): Promise<unknown> {
  const bindings = { n: 2, batch: 2 };
  const { nodes, values, problems } = await infer(model, {
    bindings,
    phase: 'inference',
    precision: 'as-stored',
    runtime: null,
  });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return {
    nodes: nodes
      .map(({ node, work }) => ({ operator: node.operator, outputs: node.outputs, work }))
      .toSorted((a, b) => String(a.outputs).localeCompare(String(b.outputs))),
    values: new Map(values.map(({ name, type }) => [name, type])),
  };
}

describe('a file of ONNX Runtime', () => {
  it.each(pairs)('%s comes to what its ONNX file comes to', async (name, onnx) => {
    const { value } = await readOnnx(memorySource(new Uint8Array(readFileSync(onnx))), uninterrupted);
    const model = await modelOf(name);
    expect(await analysed(model)).toEqual(await analysed(value!));
    expect(
      model.graph.initializers.map((tensor) => [tensor.name, tensor.dims, tensor.elements]).toSorted(),
    ).toEqual(
      value!.graph.initializers.map((tensor) => [tensor.name, tensor.dims, tensor.elements]).toSorted(),
    );
  });

  it('has its operator sets, metadata and version', async () => {
    const { operatorSets, origin } = await modelOf('branches');
    expect(operatorSets).toContainEqual({ domain: '', version: 17 });
    expect(origin.format).toBe('ort');
    expect(origin.facts.metadata).toContainEqual(['author', 'test']);
  });

  it('is known by its first bytes', () => {
    expect(isOrt(ortBytes('branches'))).toBe(true);
    expect(readerOf(ortBytes('branches'), 'm.onnx').id).toBe('ort');
  });

  it('gives what there is of it, wherever it breaks off', async () => {
    const whole = ortBytes('branches');
    let told = 0;
    for (let length = 8; length < whole.length; length += 7) {
      const { value, problems } = await readOrt(memorySource(whole.subarray(0, length)), uninterrupted);
      if (problems.length > 0) told++;
      if (problems.length > 0) expect(value === null || value.isPartial === true).toBe(true);
    }
    expect(told).toBeGreaterThan(whole.length / 7 / 2);
  });

  it('may nest bodies as deep as it likes', async () => {
    let graph = table({});
    for (let i = 0; i < 200; i++)
      graph = table({ 2: tables(table({ 5: 'If', 10: tables(table({ 0: 'b', 2: i32(5), 7: graph })) })) });
    const bytes = flatBuffer('ORTM', table({ 1: table({ 0: u64(8), 7: graph }) }));
    const { problems } = await readOrt(memorySource(bytes), uninterrupted);
    expect(problems.map(({ code }) => code)).toContain('format.too-deep');
  });
});
