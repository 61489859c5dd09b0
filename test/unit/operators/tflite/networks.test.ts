import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readTflite } from '../../../../server/engine/formats/tflite/read';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { infer } from '../../../../server/engine/inference/infer';
import { uninterrupted } from '../../../../server/engine/scheduler';

/**
 * Written by TensorFlow 2.21's converter (test/conformance/tflite/models.py): multiply-accumulates counted from Keras's layers,
 * and the shape of every tensor by the interpreter.
 */
const expected = JSON.parse(readFileSync('test/fixtures/tflite/networks.json', 'utf8')) as Record<
  string,
  { macs: number; shapes: number[][] }
>;

/** Millions of multiply-accumulates as published, to the digits given there. */
const published: Readonly<Record<string, number>> = {
  // Howard et al. 2017, MobileNets, table 8 (569); Sandler et al. 2018, MobileNetV2, table 4 (300).
  mobilenet_v1: 569,
  mobilenet_v2: 300,
  // Banbury et al. 2021, MLPerf Tiny Benchmark: ResNet-8 12.5, DS-CNN 2.7, visual wake words 7.5.
  resnet8: 12.5,
  ds_cnn: 2.7,
  mobilenet_v1_96_025: 7.5,
};

describe('networks of TensorFlow', () => {
  it.each(Object.keys(expected))('%s has the work and the shapes of the original', async (name) => {
    const stored = gunzipSync(readFileSync(`test/fixtures/tflite/${name}.tflite.gz`));
    const { value, problems } = await readTflite(memorySource(new Uint8Array(stored)), uninterrupted);
    expect(problems).toEqual([]);
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    for (const ignoreDeclared of [false, true]) {
      const result = await infer(value!, workload, { ignoreDeclared });
      expect(result.problems).toEqual([]);
      expect(result.nodes.every(({ rule }) => rule === 'exact')).toBe(true);
      const matrix = result.nodes.reduce(
        (sum, { work, repeat }) => sum + work!.operations.matrix * repeat!,
        0,
      );
      expect(matrix).toBe(2 * expected[name]!.macs);
      const shapes = result.values
        .filter(({ scope }) => scope === 0)
        .map(({ type }) => (type?.kind === 'tensor' ? JSON.stringify(type.shape) : '?'));
      expect(shapes.toSorted()).toEqual(
        expected[name]!.shapes.map((shape) => JSON.stringify(shape)).toSorted(),
      );
    }
    const millions = published[name];
    if (millions !== undefined) expect(expected[name]!.macs / 1e6 / millions).toBeCloseTo(1, 1);
  });
});
