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

/** Shapes of outputs, operations, and the graver problems. */
function outcome(desk: Desk, text: string, ...words: readonly string[]): string {
  desk.write('m.onnxtxt', text);
  const { model, chips, problems } = desk.report('m.onnxtxt', '--chip', 'nvidia-t4', ...words);
  const shapes = model.outputs.map(({ name, shape }) => `${name} [${shape?.join(', ')}]`);
  const grave = problems.filter(({ severity }) => severity === 'error' || severity === 'warning');
  const total = chips[0]?.total;
  const operations = total?.latencySeconds ? `${total.operations} operations` : 'no total';
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
];
