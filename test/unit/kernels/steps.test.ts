import { describe, expect, it, vi } from 'vitest';
import { prepare } from '../../../server/engine/analyse';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import type { Inference } from '../../../server/engine/inference/types';
import { sumByRole } from '../../../server/engine/kernels/operands';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById, type RuntimeProfile } from '../../../server/engine/kernels/profile';
import { WorkGraph } from '../../../server/engine/kernels/workGraph';
import { CancelledError, uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { fixtureNames, readFixture } from '../inference/fixtures';

const workload: Workload = {
  ...{ bindings: { batch: 1 }, phase: 'inference', precision: 'as-stored', runtime: null },
};
const none = profileById('none')!;
const xla = profileById('xla')!;

/** A runtime that folds, removes and hides nothing: each view and constant is a kernel of its own. */
const plain: RuntimeProfile = {
  ...none,
  folding: { constants: false, except: [], shapes: [] },
  passes: [],
  silentViews: false,
};

async function inferenceOf(text: string): Promise<Inference> {
  const { value } = await parseOnnxText(text, uninterrupted);
  return (await prepare(value!, workload, uninterrupted)).inference;
}

function chainOf(length: number): Promise<Inference> {
  const lines = Array.from({ length }, (_, i) => `v${i + 1} = Relu (v${i})`);
  return inferenceOf(
    `<ir_version: 9, opset_import: ["" : 17]> g (float[1, 8] v0) => (float[1, 8] v${length}) {\n${lines.join('\n')}\n}`,
  );
}

describe('planning comes to an end', () => {
  it.each(fixtureNames)('where nothing is folded or hidden: %s', async (name) => {
    const { inference } = await prepare(await readFixture(name), workload, uninterrupted);
    const { kernels } = await planKernels(inference, plain, uninterrupted);
    const calls = new Set(inference.scopes.flatMap(({ arguments: given, holder }) => (given ? holder : [])));
    expect(kernels.flatMap(({ nodes }) => nodes)).toHaveLength(
      inference.nodes.filter(({ index }) => !calls.has(index)).length,
    );
  });

  it('of a kernel that stands for a stored constant: its bytes are read, nothing is written', async () => {
    const inference = await inferenceOf(
      '<ir_version: 9, opset_import: ["" : 17]> g (float[4] x) => (float[4] y) {\n' +
        'c = Constant <value = float[4] {1, 2, 3, 4}> ()\ny = Add (x, c)\n}',
    );
    const { kernels } = await planKernels(inference, plain, uninterrupted);
    expect(kernels.map(({ nodes }) => nodes)).toEqual([[0], [1]]);
    // By hand: four floats are 16 bytes; Add reads x and the constant and writes y.
    expect(sumByRole(kernels[1]!)).toEqual({ weights: 16, inputs: 16, outputs: 16 });
  });
});

describe('a kernel without bounds', () => {
  it.each(['after', 'before'])('takes a chain of 24,000 nodes %s it at once', async (side) => {
    const inference = await chainOf(24_000);
    const elementwise = ['elementwise'] as const;
    const growth =
      side === 'after' ? { epilogue: elementwise, prologue: [] } : { epilogue: [], prologue: elementwise };
    const profile: RuntimeProfile = {
      ...plain,
      passes: [{ pass: 'grow', members: elementwise, maximum: null, ...growth }],
    };
    const fuse = vi.spyOn(WorkGraph.prototype, 'fuse');
    const { kernels } = await planKernels(inference, profile, uninterrupted);
    const joins = fuse.mock.calls.length;
    fuse.mockRestore();
    expect(kernels.map(({ nodes }) => nodes.length)).toEqual([24_000]);
    // Each join copies all that is in the kernel: one by one that is 2 + 3 + … + 24,000, 288 million.
    expect(joins).toBe(1);
  });

  it('gives way while it grows, and is given up', async () => {
    const inference = await chainOf(2_000);
    let turns = 0;
    const planned = planKernels(inference, xla, {
      tick: () => (++turns < 1_000 ? undefined : Promise.reject(new CancelledError())),
    });
    await expect(planned).rejects.toBeInstanceOf(CancelledError);
    expect(turns).toBe(1_000);
  });
});
