import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../../server/engine/analyse';
import type { Graph, Model, Node } from '../../../../server/engine/graph/model';
import { suggest } from '../../../../server/engine/mapping/suggest/suggest';
import type { Suggestion } from '../../../../server/engine/mapping/suggest/types';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { readFixture } from '../../inference/fixtures';
import { factOf, modelOf, ofCode, situationOf, suggested } from './situations';

const chip = 'nvidia-h100-sxm';
const runtime = 'onnxruntime-cuda';

/** A softmax whose NaNs are made zeros, as PyTorch exports it. */
const guarded = `g (float[64,1024,1024] x) => (float[64,1024,1024] y) <float zero = {0}> {
  p = Softmax <axis = -1> (x)
  isnan = IsNaN (p)
  kept = Where (isnan, zero, p)
  y = Sin (kept)
}`;

/** Axes are moved and moved back. */
const moved = (back: string): string => `g (float[64,1024,512] x) => (float[64,1024,512] y) {
  a = Sin (x)
  b = Transpose <perm = [0, 2, 1]> (a)
  c = Transpose <perm = [${back}]> (b)
  y = Cos (c)
}`;

/** The model with nodes taken out of its file, and the names of what they wrote replaced. */
function edited(model: Model, found: Suggestion): Model {
  const gone = new Set(found.nodes.map((index) => model.graph.nodes[index]!));
  const names = new Map<string, string>();
  for (const { operator, inputs, outputs } of gone) {
    const before = model.graph.nodes.find((node) => node.outputs.includes(inputs[0]!));
    if (operator === 'Where') names.set(outputs[0]!, inputs[2]!);
    else if (operator === 'Transpose' && before && gone.has(before))
      names.set(outputs[0]!, before.inputs[0]!);
  }
  const nodes = model.graph.nodes
    .filter((node) => !gone.has(node))
    .map((node): Node => ({ ...node, inputs: node.inputs.map((name) => names.get(name) ?? name) }));
  const graph: Graph = { ...model.graph, nodes };
  return { ...model, graph };
}

/** Seconds that the edited file really takes less. */
async function reallyGained(model: Model, found: Suggestion): Promise<number> {
  const { prepared, analysis } = await situationOf(model, chip, { runtime });
  const after = await prepare(edited(model, found), prepared.workload, uninterrupted);
  const costs = await costsOn(after, analysis.chip, uninterrupted);
  return analysis.cost.total.latencySeconds!.value! - costs.cost.total.latencySeconds!.value!;
}

describe('nan-guard', () => {
  it('the test and the choice go', async () => {
    const found = ofCode(await suggested(guarded, chip, { runtime }), 'nan-guard');
    expect(found.change).toEqual({ kind: 'graph', value: 'remove' });
    expect(found.nodes).toEqual([1, 2]);
    expect(factOf(found, 'count')).toBe(1);
    // IsNaN reads 4 bytes and writes 1, Where reads 1 and 4 and writes 4, of 13 + 8 + 8 bytes for each of 67 million numbers:
    // at 3.35 TB/s that is 67.1e6 × 14 / 3.35e12 = 280 µs at the least.
    expect(found.gain.seconds!.value).toBeGreaterThan(280e-6);
    expect(found.gain.seconds!.value).toBeLessThan(2 * 280e-6);
  });

  it('a file without them gains what was promised', async () => {
    const model = await modelOf(guarded);
    const found = ofCode(await suggested(guarded, chip, { runtime }), 'nan-guard');
    expect(await reallyGained(model, found)).toBeCloseTo(found.gain.seconds!.value, 12);
  });

  it('so does a fixture: both nodes of each of 12 layers', async () => {
    const model = await readFixture('vit-b16');
    const off = new Set(['unfused-attention', 'other-runtime'] as const);
    const found = ofCode(await suggest(await situationOf(model, chip, { runtime }), off), 'nan-guard');
    expect(found.nodes).toHaveLength(24);
    expect(await reallyGained(model, found)).toBeCloseTo(found.gain.seconds!.value, 12);
  });

  it('another value that is chosen is none', async () => {
    const other = guarded.replace('Where (isnan, zero, p)', 'Where (isnan, zero, x)');
    expect((await suggested(other, chip, { runtime })).map(({ code }) => code)).not.toContain('nan-guard');
  });
});

describe('transpose-pair', () => {
  it('two moves of axes that undo each other go', async () => {
    const model = await modelOf(moved('0, 2, 1'));
    const found = ofCode(await suggested(moved('0, 2, 1'), chip, { runtime }), 'transpose-pair');
    expect(found.nodes).toEqual([1, 2]);
    // 33.5 million numbers read and written twice, 4 bytes each: 537 MB at 3.35 TB/s take 160 µs at the least.
    expect(found.gain.seconds!.value).toBeGreaterThan(160e-6);
    expect(await reallyGained(model, found)).toBeCloseTo(found.gain.seconds!.value, 12);
  });

  it('others stay', async () => {
    const codes = (await suggested(moved('2, 1, 0'), chip, { runtime })).map(({ code }) => code);
    expect(codes).not.toContain('transpose-pair');
  });
});

describe('foldable', () => {
  /** The batch is read from the input, and counts for the shape of the output. */
  const shaped = `g (float[batch,64] x) => (float[batch,8,8] y)
<int64[1] tail = {8}, int64[1] zero = {0}, int64[1] one = {1}> {
  s = Shape (x)
  b = Slice (s, zero, one, zero)
  shape = Concat <axis = 0> (b, tail, tail)
  y = Reshape (x, shape)
}`;

  it('with fixed sizes shapes are constants', async () => {
    const found = ofCode(await suggested(shaped, chip, { runtime }), 'foldable');
    expect(found.change).toEqual({ kind: 'graph', value: 'fix' });
    // Slice and Concat: Shape and Reshape start no kernel.
    expect(found.nodes).toEqual([1, 2]);
    // The model with the number in the file, on the same runtime.
    const fixed = await situationOf(await modelOf(shaped.replaceAll('batch', '1')), chip, { runtime });
    expect(found.seconds.after).toBeCloseTo(fixed.analysis.cost.total.latencySeconds!.value!, 12);
  });

  it('not where they have numbers already, or the runtime is built for them', async () => {
    const codes = async (text: string, runtime: string): Promise<string[]> =>
      (await suggested(text, chip, { runtime })).map(({ code }) => code);
    expect(await codes(shaped.replaceAll('batch', '1'), runtime)).not.toContain('foldable');
    expect(await codes(shaped, 'tensorrt')).not.toContain('foldable');
  });
});

describe('pruned-2-4', () => {
  const product = `g (float16[4096,4096] x) => (float16[4096,4096] y)
<float16[4096,4096] w = ["location": "w.bin"]> { y = MatMul (x, w) }`;

  it('units that skip zeros are twice as fast at the most', async () => {
    const found = ofCode(await suggested(product, 'nvidia-a100-sxm-80gb'), 'pruned-2-4');
    expect(factOf(found, 'speedup')).toBe(2);
    const share = found.gain.seconds!.value / found.seconds.before!;
    // Half at the most; the power limit and what the units wait for stay.
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.5);
  });

  it('not on a chip that does not know the pattern', async () => {
    expect((await suggested(product, 'nvidia-t4')).map(({ code }) => code)).not.toContain('pruned-2-4');
  });
});
