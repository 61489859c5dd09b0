import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { infer } from '../../../server/engine/inference/infer';
import type { Model } from '../../../server/engine/graph/model';
import { uninterrupted } from '../../../server/engine/scheduler';
import { expectedRuns, readFixture } from '../inference/fixtures';
import { printType } from './check';

/** Fixtures as ONNX Runtime's optimisers and quantisers rewrote them: test/conformance/contrib/optimised.py. */
const folder = new URL('../../conformance/contrib/models/', import.meta.url);
const names = readdirSync(folder).sort();

async function readOptimised(name: string): Promise<Model> {
  const bytes = gunzipSync(readFileSync(new URL(name, folder)));
  return (await readOnnx(memorySource(bytes), uninterrupted)).value!;
}

async function summary(model: Model, bindings: Readonly<Record<string, number>>) {
  const workload = { bindings, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const inference = await infer(model, workload, { ignoreDeclared: true });
  return {
    matrix: inference.nodes.reduce((sum, { work }) => sum + (work?.operations.matrix ?? NaN), 0),
    outputs: inference.scopes[0]!.outputs.map((id) =>
      printType(id === null ? undefined : inference.values[id]!.type),
    ),
    rules: new Set(inference.nodes.map(({ rule }) => rule)),
    problems: inference.problems.filter(({ severity }) => severity === 'error').map(({ code }) => code),
  };
}

describe.each(names)('%s', (name) => {
  const original = name.split('.')[0]!;
  it.each(expectedRuns(original).map((run) => [run.label, run] as const))(
    'does the products of its original (%s)',
    async (_, run) => {
      const expected = await summary(await readFixture(original), run.bindings);
      const found = await summary(await readOptimised(name), run.bindings);
      expect(found.problems).toEqual([]);
      expect([...found.rules]).not.toContain('unknown');
      expect(found.outputs).toEqual(expected.outputs);
      expect(found.matrix).toBe(expected.matrix);
      // The expected figure is counted apart, by torch.utils.flop_counter.
      expect(Math.abs(found.matrix / run.matrixFlops - 1)).toBeLessThan(0.02);
    },
  );
});
