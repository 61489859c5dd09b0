import { describe, expect, it } from 'vitest';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import type { Model } from '../../../server/engine/graph/model';
import { infer } from '../../../server/engine/inference/infer';
import type { Inference, InferredNode } from '../../../server/engine/inference/types';
import { uninterrupted } from '../../../server/engine/scheduler';

const head = '<ir_version: 9, opset_import: ["" : 18]>';

async function parsed(text: string): Promise<Model> {
  const { value, problems } = await parseOnnxText(`${head}\n${text}`, uninterrupted);
  expect(problems).toEqual([]);
  return value!;
}

async function inferred(text: string, bindings: Readonly<Record<string, number>> = {}): Promise<Inference> {
  const workload = { bindings, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  return infer(await parsed(text), workload, {}, uninterrupted);
}

function nodeOf(inference: Inference, output: string): InferredNode {
  return inference.nodes.find(({ node }) => node.outputs.includes(output))!;
}

/** Operations of all runs of a node. */
function allOperations({ work, repeat }: InferredNode): number {
  const { matrix, vector, special } = work!.operations;
  return (matrix + vector + special) * repeat!;
}

function shapeOf(inference: Inference, name: string): unknown {
  const type = inference.values.find((value) => value.name === name)?.type;
  return type?.kind === 'tensor' ? type.shape : undefined;
}

/** torch.nn.EmbeddingBag as TorchScript exports it, with bags of the given lengths. */
function embeddingBag(lengths: readonly number[], width = 16): string {
  let at = 0;
  const starts = lengths.map((length) => (at += length) - length);
  const ends = starts.map((start, i) => start + lengths[i]!);
  const count = lengths.length;
  return `bag (int64[${at}] idx) => (float[${count}, ${width}] y)
<
  float[500, ${width}] w = ["location": "w.bin"],
  int64[${count}] starts = {${starts.join()}}, int64[${count}] ends = {${ends.join()}},
  int64[1] zero = {0}, int64 n = {${count}}, bool go = {1}
>
{
  y = Loop <body = b (int64 i, bool c) => (bool c2, float[${width}] o) {
    s = Gather <axis = 0> (starts, i)
    e = Gather <axis = 0> (ends, i)
    s1 = Unsqueeze (s, zero)
    e1 = Unsqueeze (e, zero)
    part = Slice (idx, s1, e1, zero)
    rows = Gather <axis = 0> (w, part)
    o = ReduceSum <keepdims = 0> (rows, zero)
    c2 = Identity (c)
  }> (n, go)
}`;
}

describe('a loop whose runs take slices between constants', () => {
  it('knows their lengths', async () => {
    const inference = await inferred(embeddingBag([3, 3, 3, 3]));
    expect(inference.problems).toEqual([]);
    expect([shapeOf(inference, 'part'), shapeOf(inference, 'rows'), shapeOf(inference, 'y')]).toEqual([
      [3],
      [3, 16],
      [4, 16],
    ]);
    // Sums of 3 rows of 16 in each of 4 runs.
    expect(allOperations(nodeOf(inference, 'o'))).toBe(4 * 3 * 16);
  });

  it('sums the work of runs of different lengths', async () => {
    const inference = await inferred(embeddingBag([1, 2, 9, 0, 4]));
    const rows = nodeOf(inference, 'rows');
    // 16 rows in five runs: each run reads 16/5 rows of 16 floats, and indices of 8 bytes, on average.
    expect(rows.repeat).toBe(5);
    expect(rows.work!.bytes.weights * 5).toBeCloseTo(16 * 16 * 4);
    expect(rows.work!.touched.inputs.map((bytes) => Math.round(bytes * 5))).toEqual([16 * 16 * 4, 16 * 8]);
    expect(allOperations(nodeOf(inference, 'o'))).toBeCloseTo(16 * 16);
    // The shapes are those of the longest run.
    expect(shapeOf(inference, 'rows')).toEqual([9, 16]);
    expect(inference.symbols).toEqual([]);
    const [said] = inference.problems;
    expect([inference.problems.length, said!.code, said!.args]).toEqual([
      1,
      'inference.loop-runs-differ',
      { operator: 'Loop', count: 5 },
    ]);
  });

  it('has no sizes where there are too many runs to walk', async () => {
    const lengths = Array.from({ length: 1025 }, () => 2);
    const many = await inferred(embeddingBag(lengths));
    expect(nodeOf(many, 'o').work).toBeNull();
    expect(many.symbols.map(({ origin }) => origin)).toContain('unbound');
  });

  it('leaves a size that the user gave', async () => {
    const bound = await inferred(embeddingBag([1, 2, 9]), { 'part.dim0:1': 5 });
    expect(shapeOf(bound, 'rows')).toEqual([5, 16]);
    expect(allOperations(nodeOf(bound, 'o'))).toBe(3 * 5 * 16);
  });
});

describe('loops whose runs depend on each other', () => {
  it('follow numbers that they carry', async () => {
    // Slices [0, 1), [1, 3), [3, 7): each twice as long as the one before, 7 rows of 4 in all.
    const inference = await inferred(`carry (float[7, 4] x) => (int64[1] last)
< int64 n = {3}, bool go = {1}, int64[1] start = {0}, int64[1] length = {1}, int64[1] zero = {0} >
{
  last, longer = Loop <body = b (int64 i, bool c, int64[1] from, int64[1] long) => (bool c2, int64[1] to, int64[1] twice) {
    c2 = Identity (c)
    to = Add (from, long)
    twice = Add (long, long)
    part = Slice (x, from, to, zero)
    e = Exp (part)
  }> (n, go, start, length)
  all = Slice (x, start, last, zero)
}`);
    expect(allOperations(nodeOf(inference, 'e'))).toBeCloseTo(7 * 4);
    expect(shapeOf(inference, 'e')).toEqual([4, 4]);
    // What they carry in the end is known too.
    expect(shapeOf(inference, 'all')).toEqual([7, 4]);
  });

  it('end where their condition does', async () => {
    const inference = await inferred(`until (float[8, 4] x) => (float[seen, 4] y)
< int64 n = {100}, bool go = {1}, int64 three = {3}, int64[1] zero = {0}, int64[1] one = {1} >
{
  y = Loop <body = b (int64 i, bool c) => (bool c2, float[4] o) {
    c2 = Less (i, three)
    i1 = Unsqueeze (i, zero)
    next = Add (i1, one)
    part = Slice (x, zero, next, zero)
    o = ReduceSum <keepdims = 0> (part, zero)
  }> (n, go)
}`);
    // Runs 0, 1, 2 and 3, which is the one that ends it, with 1, 2, 3 and 4 rows of 4.
    expect(shapeOf(inference, 'y')).toEqual([4, 4]);
    expect(nodeOf(inference, 'o').repeat).toBe(4);
    expect(allOperations(nodeOf(inference, 'o'))).toBeCloseTo((1 + 2 + 3 + 4) * 4);
  });

  it('sum loops within them', async () => {
    // The inner one runs i times with slices of 0 to i - 1 rows: 0, 0 + 1, 0 + 1 + 2 rows of 4 for i = 1, 2, 3.
    const inference = await inferred(`nest (float[8, 4] x) => (float[8, 4] y)
< int64 n = {4}, bool go = {1}, int64[1] zero = {0} >
{
  y = Loop <body = outer (int64 i, bool c, float[8, 4] v) => (bool c2, float[8, 4] w) {
    c2 = Identity (c)
    w = Loop <body = inner (int64 j, bool d, float[8, 4] t) => (bool d2, float[8, 4] u) {
      d2 = Identity (d)
      j1 = Unsqueeze (j, zero)
      part = Slice (x, zero, j1, zero)
      e = Exp (part)
      u = Relu (t)
    }> (i, go, v)
  }> (n, go, x)
}`);
    expect(allOperations(nodeOf(inference, 'e'))).toBeCloseTo((0 + 1 + 3) * 4);
    // 0 + 1 + 2 + 3 runs of the inner body.
    expect(nodeOf(inference, 'u').repeat).toBeCloseTo(6);
    expect(allOperations(nodeOf(inference, 'u'))).toBeCloseTo(6 * 32);
  });

  it('take the branch of an If that each run decides', async () => {
    const inference = await inferred(
      `choose (float[8, 4] x) => (float[4, 8, 4] y)
< int64 n = {4}, bool go = {1}, int64 three = {3} >
{
  y = Loop <body = b (int64 i, bool c) => (bool c2, float[8, 4] o) {
    c2 = Identity (c)
    last = Equal (i, three)
    o = If (last) <
      then_branch = t () => (float[8, 4] a) { a = Tanh (x) },
      else_branch = e () => (float[8, 4] a) { a2 = Exp (x) a = Relu (a2) }
    >
    many = Range (zero, i, one)
    f = Cast <to = 1> (many)
  }> (n, go)
}`.replace('int64 three = {3} >', 'int64 three = {3}, int64 zero = {0}, int64 one = {1} >'),
    );
    // Three runs take the one, the last takes the other.
    expect(nodeOf(inference, 'a2').repeat).toBeCloseTo(3);
    const tanh = inference.nodes.find(({ node }) => node.operator === 'Tanh')!;
    expect(tanh.repeat).toBeCloseTo(1);
    expect(inference.problems.map(({ code }) => code)).not.toContain('inference.costlier-branch-counts');
    // 0 + 1 + 2 + 3 numbers of 4 bytes.
    expect(nodeOf(inference, 'f').work!.bytes.outputs * 4).toBeCloseTo(6 * 4);
  });

  it('sum products of what grows, and show the run in the middle', async () => {
    // 2, 4, 6 rows by themselves: 2·n·n·8 operations each.
    const inference = await inferred(`grow (float[2, 8] x) => (float[6, 8] last)
< int64 n = {3}, bool go = {1}, float[0, 8] none = {} >
{
  last = Loop <body = b (int64 i, bool c, float[rows, 8] state) => (bool c2, float[more, 8] longer) {
    c2 = Identity (c)
    longer = Concat <axis = 0> (state, x)
    turned = Transpose <perm = [1, 0]> (longer)
    product = MatMul (longer, turned)
  }> (n, go, none)
}`);
    expect(allOperations(nodeOf(inference, 'product'))).toBeCloseTo(2 * 8 * (4 + 16 + 36));
    expect(shapeOf(inference, 'longer')).toEqual([4, 8]);
    expect(shapeOf(inference, 'last')).toEqual([6, 8]);
  });
});

describe('bodies that are given another part in each run', () => {
  it('follow the numbers of a scanned constant, from either end', async () => {
    const scan = (direction: number) => `scanned (float[9, 4] x) => (float[3, 4] y)
< int64[3, 1] ends = {1, 4, 9}, int64[1] zero = {0} >
{
  y = Scan <num_scan_inputs = 1, scan_input_directions = [${direction}], body = b (int64[1] end) => (float[4] o) {
    part = Slice (x, zero, end, zero)
    o = ReduceSum <keepdims = 0> (part, zero)
  }> (ends)
}`;
    for (const direction of [0, 1]) {
      const inference = await inferred(scan(direction));
      expect(allOperations(nodeOf(inference, 'o'))).toBeCloseTo((1 + 4 + 9) * 4);
      expect(shapeOf(inference, 'part')).toEqual([9, 4]);
    }
  });

  it('take each item of a sequence by its own size', async () => {
    const inference = await inferred(`mapped (float[2, 4] a, float[5, 4] b) => (seq(float[?, 4]) y)
{
  s = SequenceConstruct (a, b)
  y = SequenceMap <body = m (float[?, 4] item) => (float[?, 4] o) { o = Exp (item) }> (s)
}`);
    expect(allOperations(nodeOf(inference, 'o'))).toBeCloseTo((2 + 5) * 4);
  });
});
