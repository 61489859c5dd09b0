import type { Case, Desk } from './desk';

const head = '<ir_version: 9, opset_import: ["" : 18]>\n';

/** A shape that lies in a file of its own. */
const external = `${head}g (float[3, 32] x) => (float[] y)
<int64[3] s = ["location": "s.bin"], float[8, 16] w = ["location": "w.bin"]>
{
  r = Reshape (x, s)
  y = MatMul (r, w)
}
`;

/** A product of each part with [4,9], in a loop that collects them. */
const collected = `${head}g (float[6, 4] x) => (float[] y)
<int64 one = {1}, bool yes = {1}, float[4, 9] w = ["location": "w.bin"]>
{
  s = SplitToSequence <axis = 0, keepdims = 1> (x, one)
  n = SequenceLength (s)
  e0 = SequenceEmpty <dtype = 1> ()
  all = Loop <body = body (int64 i, bool c, seq(float[]) acc) => (bool c2, seq(float[]) acc2) {
    e = SequenceAt (s, i)
    m = MatMul (e, w)
    acc2 = SequenceInsert (acc, m)
    c2 = Identity (c)
  }> (n, yes, e0)
  y = ConcatFromSequence <axis = 0> (all)
}
`;

/** As Silero VAD: a nested If on the sampling rate. */
const detector = `${head}g (float[batch, samples] x, int64 sr) => (float[] y)
<float[64, 1, 16] w16 = ["location": "w"], float[64, 1, 8] w8 = ["location": "w"]>
{
  ax = Constant <value_ints = [1]> ()
  k = Constant <value_int = 16000> ()
  c = Equal (sr, k)
  y = If <then_branch = t () => (float[] a) {
    u = Unsqueeze (x, ax)
    a = Conv <strides = [16]> (u, w16)
  }, else_branch = e () => (float[] b) {
    k8 = Constant <value_int = 8000> ()
    c8 = Equal (sr, k8)
    b = If <then_branch = t8 () => (float[] d) {
      v = Unsqueeze (x, ax)
      d = Conv <strides = [8]> (v, w8)
    }, else_branch = o () => (float[] f) {
      f = Identity (x)
    }> (c8)
  }> (c)
}
`;

/** As a merged decoder of Optimum: a key beside those of before, or alone. */
const merged = `${head}g (
  float[batch_size, sequence_length, 16] x, float[batch_size, past_sequence_length, 16] past, bool[1] use_cache_branch
) => (float[] present)
<float[16, 16] w = ["location": "w"]>
{
  present = If <then_branch = with_past () => (float[] a) {
    k = MatMul (x, w)
    a = Concat <axis = 1> (past, k)
  }, else_branch = no_past () => (float[] b) {
    b = MatMul (x, w)
  }> (use_cache_branch)
}
`;

/** Branches of other ranks. */
const ranks = `${head}g (float[1, 4, 128] x, bool flag) => (float[] y)
<int64[1] ax = {0}>
{
  f = If <else_branch = e () => (float[] a) { a = Identity (x) }, then_branch = t () => (float[] b) { b = Squeeze (x, ax) }> (flag)
  y = Relu (f)
}
`;

/** What is given and assumed, and whether there is memory. */
function phase(desk: Desk, text: string, ...words: readonly string[]): string {
  const said = outcome(desk, text, ...words);
  const { workload, chips } = desk.report('m.onnxtxt', '--chip', 'nvidia-t4', ...words);
  const values = workload.values.map(
    ({ name, value, isAssumed }) => `${name}=${String(value)}${isAssumed ? ' assumed' : ''}`,
  );
  return `${said}; ${values.join(', ')}; ${chips[0]?.memory.highWaterBytes ? 'memory' : 'no memory'}`;
}

/** Shapes of outputs, operations, and the graver problems. */
function outcome(desk: Desk, text: string, ...words: readonly string[]): string {
  desk.write('m.onnxtxt', text);
  const { model, chips, problems } = desk.report('m.onnxtxt', '--chip', 'nvidia-t4', ...words);
  const shapes = model.outputs.map(({ name, shape }) => `${name} [${shape?.join(', ')}]`);
  const grave = problems.filter(({ severity }) => severity === 'error' || severity === 'warning');
  const total = chips[0]?.total;
  const operations = total?.latencySeconds?.value ? `${total.operations?.value} operations` : 'no total';
  return [...shapes, operations, ...grave.map(({ message }) => message)].join('; ');
}

/** What contents of inputs, files and lists decide. */
export const values: readonly Case[] = [
  {
    name: 'a shape in a file beside the model',
    // 12 rows of 8 by [8,16]: 2 x 12 x 8 x 16 = 3,072.
    expected: 'y [3, 4, 16]; 3072 operations',
    got(desk) {
      desk.write('s.bin', new Uint8Array(new BigInt64Array([3n, 4n, 8n]).buffer));
      return outcome(desk, external);
    },
  },
  {
    name: 'a shape in a file that is not there',
    expected: 'names s, names s.bin',
    got(desk) {
      const said = outcome(desk, external);
      const named = /needs the constant (\w+), which is in the file ([\w.]+) and could not be read/.exec(
        said,
      );
      return named ? `names ${named[1]}, names ${named[2]}` : said;
    },
  },
  {
    name: 'a list that a loop fills',
    // Six rows of 4 by [4,9]: 6 x 2 x 4 x 9 = 432.
    expected: 'y [6, 9]; 432 operations',
    got: (desk) => outcome(desk, collected),
  },
  {
    name: 'a rate that nobody gave',
    // (16,000 - 16) / 16 + 1 = 1,000 windows of 16 by 64 filters: 2 x 16 x 64 x 1,000; one comparison.
    expected: 'y [1, 64, 1000]; 2048001 operations; sr=16000 assumed; memory',
    got: (desk) => phase(desk, detector),
  },
  {
    name: 'a rate that was given',
    // 2,000 windows of 8: as many operations, and two comparisons.
    expected: 'y [1, 64, 2000]; 2048002 operations; sr=8000; memory',
    got: (desk) => phase(desk, detector, '--value', 'sr=8000'),
  },
  ...(
    [
      // 2 x 16 x 16 for each of the tokens.
      ['inference', 'present [1, 128, 16]; 65536 operations; use_cache_branch=false assumed; memory'],
      ['prefill', 'present [1, 128, 16]; 65536 operations; use_cache_branch=false assumed; memory'],
      ['decode', 'present [1, 129, 16]; 512 operations; use_cache_branch=true assumed; memory'],
    ] as const
  ).map(([name, expected]): Case => ({
    name: `a merged decoder: ${name}`,
    expected,
    got: (desk) => phase(desk, merged, '--phase', name),
  })),
  {
    name: 'branches of other ranks',
    expected: 'y [1, 4, 128]; 512 operations; flag=false assumed; memory',
    got: (desk) => phase(desk, ranks),
  },
  {
    name: 'branches of other ranks, the other one chosen',
    expected: 'y [4, 128]; 512 operations; flag=true; memory',
    got: (desk) => phase(desk, ranks, '--value', 'flag=true'),
  },
];
