import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { externalConstants, readConstants } from '../../../../server/engine/formats/externalConstants';
import { readOnnx } from '../../../../server/engine/formats/onnx/read';
import { readOpenvino } from '../../../../server/engine/formats/openvino/read';
import { boundless } from '../../../../server/engine/formats/room';
import { alone } from '../../../../server/engine/formats/beside';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import type { Model } from '../../../../server/engine/graph/model';
import { infer } from '../../../../server/engine/inference/infer';
import type { Inference } from '../../../../server/engine/inference/types';
import { runThrough, uninterrupted } from '../../../../server/engine/scheduler';

/** Written by OpenVINO 2026.4.1 from the ONNX fixtures (test/conformance/openvino/make.py). */
const folder = 'test/fixtures/openvino';
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.xml.gz'))
  .map((file) => file.slice(0, -'.xml.gz'.length));

const json = <T>(file: string): T =>
  JSON.parse(gunzipSync(readFileSync(`${folder}/${file}.json.gz`)).toString()) as T;
const constants = json<Record<string, Record<string, string>>>('constants');
const shapes = json<Record<string, Record<string, readonly (readonly number[] | null)[]>>>('shapes');

async function irOf(name: string): Promise<Model> {
  const bytes = new Uint8Array(gunzipSync(readFileSync(`${folder}/${name}.xml.gz`)));
  const { value, problems } = await readOpenvino(
    memorySource(bytes),
    uninterrupted,
    boundless,
    alone(`${name}.xml`),
  );
  expect(problems).toEqual([]);
  // The small integers that the .bin holds; what is not kept here is never asked for.
  for (const tensors of runThrough(externalConstants(value!, { files: 1, onlyCounting: true })).values()) {
    for (const tensor of tensors) {
      const { offset = 0 } = tensor.data as { offset?: number };
      const content = constants[name]![String(offset)];
      expect(content, `${tensor.name} at ${offset}`).toBeDefined();
      const data = { place: 'external', location: 'x', offset: 0 } as const;
      const alike = { ...tensor, data };
      await readConstants([alike], memorySource(new Uint8Array(Buffer.from(content!, 'base64'))));
      (tensor as { elements?: unknown }).elements = alike.elements;
    }
  }
  return value!;
}

async function onnxOf(name: string): Promise<Model> {
  const path = `test/fixtures/models/${name}.onnx`;
  const bytes = existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
  return (await readOnnx(memorySource(new Uint8Array(bytes)), uninterrupted)).value!;
}

/** Analyses a model with every open size at 2, and as many detections. */
async function analysed(model: Model): Promise<Inference> {
  const workload = { phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const { symbols } = await infer(model, { ...workload, bindings: {} });
  const bindings = Object.fromEntries(symbols.map(({ name }) => [name, 2]));
  return infer(model, { ...workload, bindings: { ...bindings, detections: 2 } });
}

/** Sums over all nodes, each of which must have its work. */
function operationsOf({ nodes }: Inference): { matrix: number; others: number } {
  const works = nodes.map(({ work }) => work!.operations);
  return {
    matrix: works.reduce((sum, { matrix }) => sum + matrix, 0),
    others: works.reduce((sum, { vector, special }) => sum + vector + special, 0),
  };
}

describe('what OpenVINO makes of an ONNX model', () => {
  it.each(names)('%s has the shapes that OpenVINO propagates', async (name) => {
    const { nodes, values, problems } = await analysed(await irOf(name));
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const wrong: unknown[] = [];
    let compared = 0;
    for (const { node, outputs } of nodes) {
      const expected = shapes[name]![node.name];
      outputs.forEach((output, i) => {
        const type = output === null ? undefined : values[output]?.type;
        const shape = type?.kind === 'tensor' ? type.shape : undefined;
        const wanted = expected?.[i];
        if (!wanted) return;
        compared++;
        if (JSON.stringify(shape) !== JSON.stringify(wanted))
          wrong.push([node.operator, node.name, shape, wanted]);
      });
    }
    expect(wrong).toEqual([]);
    // What OpenVINO cannot tell either stands behind data: detections, their boxes and classes.
    expect(compared).toBeGreaterThan(nodes.length * 0.85);
  });

  it.each(names)('%s has the operations of the ONNX model', async (name) => {
    const [ir, onnx] = [
      operationsOf(await analysed(await irOf(name))),
      operationsOf(await analysed(await onnxOf(name))),
    ];
    expect(ir.matrix).toBe(onnx.matrix);
    // OpenVINO writes activations and normalisations with other layers: powers as products, one Gelu for five nodes.
    expect(ir.others / onnx.others).toBeGreaterThan(0.8);
    expect(ir.others / onnx.others).toBeLessThan(1.25);
  });
});
