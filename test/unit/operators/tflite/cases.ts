import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { readTflite } from '../../../../server/engine/formats/tflite/read';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { infer } from '../../../../server/engine/inference/infer';
import type { Inference } from '../../../../server/engine/inference/types';
import { uninterrupted } from '../../../../server/engine/scheduler';
import type { Workload } from '../../../../server/engine/workload';

/** Files of one operator each with the shape of every tensor as LiteRT's interpreter gives it (test/conformance/tflite/cases.py). */
export const cases = JSON.parse(
  gunzipSync(readFileSync('test/fixtures/tflite/operators.json.gz')).toString(),
) as Record<string, { file: string; shapes: Record<string, number[]> }>;

const workload: Workload = {
  bindings: {},
  phase: 'inference',
  precision: 'as-stored',
  runtime: null,
};

export async function inferred(name: string, ignoreDeclared = false): Promise<Inference> {
  const bytes = new Uint8Array(Buffer.from(cases[name]!.file, 'base64'));
  const { value, problems } = await readTflite(memorySource(bytes), uninterrupted);
  expect(problems).toEqual([]);
  return infer(value!, workload, { ignoreDeclared });
}
