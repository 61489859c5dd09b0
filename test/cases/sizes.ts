import { refusal, type Case, type Desk } from './desk';

const head = '<ir_version: 9, opset_import: ["" : 18, "com.microsoft" : 1]>\n';

/** Grouped attention as exporters of caches write it; the mask says how many keys there are in all. */
const grouped = `${head}g (
  float[batch_size, sequence_length, 128] q,
  float[batch_size, sequence_length, 32] k,
  float[batch_size, sequence_length, 32] v,
  int64[batch_size, total_sequence_length] attention_mask,
  float[batch_size, 2, past_sequence_length, 16] pk,
  float[batch_size, 2, past_sequence_length, 16] pv,
  int32[batch_size] sl
) => (float[] y, float[batch_size, 2, total_sequence_length, 16] nk, float[batch_size, 2, total_sequence_length, 16] nv)
{
  one = Constant <value_int = 1> ()
  sh = Shape (attention_mask)
  t64 = Gather (sh, one)
  tl = Cast <to = 6> (t64)
  y, nk, nv = com.microsoft.GroupQueryAttention <kv_num_heads = 2, num_heads = 8> (q, k, v, pk, pv, sl, tl)
}
`;

/** The mask is added to [batch, sequence, past_sequence + sequence]. */
const masked = `${head}g (
  float[batch, sequence, 16] x, int64[batch, s53] m, float[batch, past_sequence, 16] k
) => (float[batch, sequence, s53] y)
{
  ax = Constant <value_ints = [1]> ()
  mf = Cast <to = 1> (m)
  mu = Unsqueeze (mf, ax)
  kk = Concat <axis = 1> (k, x)
  kt = Transpose <perm = [0, 2, 1]> (kk)
  s = MatMul (x, kt)
  y = Add (s, mu)
}
`;

const positions = `${head}g (
  int64[batch, sequence_length] ids, float[100, 32] te, float[77, 32] pe, int64[1, 77] pid
) => (float[batch, sequence_length, 32] y)
{
  one = Constant <value_int = 1> ()
  zeros = Constant <value_ints = [0]> ()
  ones = Constant <value_ints = [1]> ()
  sh = Shape (ids)
  l = Gather <axis = 0> (sh, one)
  u = Unsqueeze (l, zeros)
  p = Slice (pid, zeros, u, ones)
  pv = Gather <axis = 0> (pe, p)
  tv = Gather <axis = 0> (te, ids)
  y = Add (tv, pv)
}
`;

/** An EmbeddingBag as torch writes it: 1, 2, 5 and 4 rows of 16 are summed, between constants. */
const bag = `${head}bag (int64[12] idx) => (float[4, 16] y)
<
  float[500, 16] w = ["location": "w.bin"], int64[4] starts = {0, 1, 3, 8}, int64[4] ends = {1, 3, 8, 12},
  int64[1] zero = {0}, int64 n = {4}, bool go = {1}
>
{
  y = Loop <body = b (int64 i, bool c) => (bool c2, float[16] o) {
    s = Gather <axis = 0> (starts, i)
    e = Gather <axis = 0> (ends, i)
    s1 = Unsqueeze (s, zero)
    e1 = Unsqueeze (e, zero)
    part = Slice (idx, s1, e1, zero)
    rows = Gather <axis = 0> (w, part)
    o = ReduceSum <keepdims = 0> (rows, zero)
    c2 = Identity (c)
  }> (n, go)
}
`;

/** Which branch runs depends on a rate; only one fits 512 samples. */
const branching = `${head}g (float[1, 512] x, int64 sr) => (float[] y)
<float[128, 8] w = ["location": "w.bin"]>
{
  k = Constant <value_int = 16000> ()
  long = Constant <value_ints = [1, 4, 128]> ()
  short = Constant <value_ints = [1, 2, 128]> ()
  c = Equal (sr, k)
  f = If <else_branch = e () => (float[] ea) {
    ea = Reshape (x, short)
  }, then_branch = t () => (float[] ta) {
    ta = Reshape (x, long)
  }> (c)
  y = MatMul (f, w)
}
`;

const one = (type: string): string => `${head}g (${type} x) => (${type} y)\n{\n  y = Relu (x)\n}\n`;

/** Shapes of the outputs, the numbers that nobody gave, whether there is a total, and the graver problems. */
function outcome(desk: Desk, text: string, ...words: readonly string[]): string {
  desk.write('m.onnxtxt', text);
  const { model, workload, chips, problems } = desk.report('m.onnxtxt', '--chip', 'nvidia-t4', ...words);
  const shapes = model.outputs.map(({ name, shape }) => `${name} [${shape?.join(', ')}]`);
  const grave = problems.filter(({ severity }) => severity === 'error' || severity === 'warning');
  const total = chips[0]?.total.latencySeconds ? 'a total' : 'no total';
  const assumed = workload.assumed.map((name) => `${name}=${workload.bindings[name]}`);
  return [...shapes, `assumed ${assumed.join(' ')}`, total, ...grave.map(({ code }) => code)].join('; ');
}

/** Sizes that belong together, and sizes that nobody gives. */
export const sizes: readonly Case[] = [
  {
    name: 'a total follows the past and the sequence: decode',
    expected:
      'y [1, 1, 128]; nk [1, 2, 1001, 16]; nv [1, 2, 1001, 16]; assumed batch_size=1 sequence_length=1 total_sequence_length=1001; a total',
    got: (desk) => outcome(desk, grouped, '--phase', 'decode', '--bind', 'past_sequence_length=1000'),
  },
  {
    name: 'a total follows the past and the sequence: prefill',
    expected:
      'y [1, 2048, 128]; nk [1, 2, 2048, 16]; nv [1, 2, 2048, 16]; assumed batch_size=1 total_sequence_length=2048 past_sequence_length=0; a total',
    got: (desk) => outcome(desk, grouped, '--phase', 'prefill', '--bind', 'sequence_length=2048'),
  },
  {
    name: 'a total and a past that exclude each other',
    expected: 'refused, naming both',
    got(desk) {
      desk.write('m.onnxtxt', grouped);
      const numbers = ['total_sequence_length=5', 'past_sequence_length=10'];
      const said = refusal(desk.cli('analyze', 'm.onnxtxt', ...numbers.flatMap((one) => ['--bind', one])));
      return said.startsWith('refused: ') && numbers.every((one) => said.includes(one))
        ? 'refused, naming both'
        : said;
    },
  },
  {
    name: 'a mask is as long as past and sequence',
    expected: 'y [1, 128, 128]; assumed batch=1 sequence=128 s53=128 past_sequence=0; a total',
    got: (desk) => outcome(desk, masked),
  },
  {
    name: 'a mask is as long as past and sequence: decode',
    expected: 'y [1, 1, 129]; assumed batch=1 sequence=1 s53=129 past_sequence=128; a total',
    got: (desk) => outcome(desk, masked, '--phase', 'decode'),
  },
  {
    name: '77 positions',
    expected: 'y [1, 77, 32]; assumed batch=1 sequence_length=77; a total',
    got: (desk) => outcome(desk, positions),
  },
  ...[
    ['torch.export', 'float[s0, 3, 224, 224]', 'y [1, 3, 224, 224]; assumed s0=1; a total'],
    [
      'Paddle2ONNX',
      'float["DynamicDimension.0", 3, "DynamicDimension.1", "DynamicDimension.2"]',
      'y [1, 3, 224, 224]; assumed DynamicDimension.0=1 DynamicDimension.1=224 DynamicDimension.2=224; a total',
    ],
    [
      'tf2onnx',
      'float[unk__12, unk__13, unk__14, 3]',
      'y [1, 224, 224, 3]; assumed unk__12=1 unk__13=224 unk__14=224; a total',
    ],
    ['nobody', 'float[?, 64]', 'y [1, 64]; assumed x.dim0=1; a total'],
  ].map(([exporter, type = '', expected = '']): Case => ({
    name: `sizes as ${exporter} names them`,
    expected,
    got: (desk) => outcome(desk, one(type)),
  })),
  {
    name: 'a branch that can not run with these sizes',
    expected: 'y [1, 4, 8]; assumed ; a total',
    got: (desk) => outcome(desk, branching),
  },
  {
    name: 'an EmbeddingBag, slice by slice',
    // 1 + 2 + 5 + 4 rows of 16, summed.
    expected: 'y [4, 16]; assumed ; a total; 192 operations in 4 runs',
    got(desk) {
      const said = outcome(desk, bag);
      const sum = desk.report('m.onnxtxt').nodes.find(({ operator }) => operator === 'ReduceSum')!;
      return `${said}; ${sum.operations!.vector * sum.repeat!} operations in ${sum.repeat} runs`;
    },
  },
  {
    name: 'the text of a report marks what is assumed',
    expected: 'batch=8, height=224 (assumed), width=224 (assumed)',
    got(desk) {
      desk.write('m.onnxtxt', one('float[batch, 3, height, width]'));
      const { out } = desk.cli('analyze', 'm.onnxtxt', '--bind', 'batch=8');
      return /as-stored, (.*)/.exec(out)?.[1]?.trim() ?? out;
    },
  },
];
