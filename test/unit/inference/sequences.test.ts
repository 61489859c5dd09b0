import { expect, it } from 'vitest';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { infer } from '../../../server/engine/inference/infer';
import { inferSymbolic } from '../../../server/engine/inference/symbolic';
import { printDim } from '../../../server/engine/graph/dim';
import { uninterrupted } from '../../../server/engine/scheduler';

const head = '<ir_version: 9, opset_import: ["" : 18]>\n';

/** Shapes of all outputs of a model, with names of dimensions or with numbers. */
async function shapesOf(text: string, isSymbolic = false): Promise<Record<string, string>> {
  const { value, problems } = await parseOnnxText(head + text, uninterrupted);
  expect(problems).toEqual([]);
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const { values, scopes } = await infer(value!, workload);
  const symbolic = isSymbolic ? await inferSymbolic(value!, {}, uninterrupted) : [];
  return Object.fromEntries(
    scopes[0]!.outputs.map((id) => {
      const type = symbolic[id!]?.type ?? values[id!]!.type;
      const shape = type?.kind === 'tensor' ? type.shape : undefined;
      return [values[id!]!.name, shape ? `[${shape.map(printDim).join(', ')}]` : '?'];
    }),
  );
}

/** A loop that appends Tanh(x) to a list in each run; the list is declared as exporters do, without a shape. */
const grown = (trips: string, start: string, result: string): string => `
g (float[3, 4] x, float[n, 4] z) => (float[] y)
{
  ${trips}
  yes = Constant <value = bool {1}> ()
  s0 = ${start}
  s = Loop <body = body (int64 i, bool c, seq(float[]) acc) => (bool c2, seq(float[]) acc2) {
    c2 = Identity (c)
    r = Tanh (x)
    acc2 = SequenceInsert (acc, r)
  }> (t, yes, s0)
  y = ${result}
}
`;
const empty = 'SequenceEmpty <dtype = 1> ()';
const times = (count: number): string => `t = Constant <value_int = ${count}> ()`;

// Shapes of ONNX Runtime 1.32.0 for these models, or for the same with numbers in the place of names.
it.each([
  ['a list that starts empty', grown(times(6), empty, 'ConcatFromSequence <axis = 0> (s)'), '[18, 4]'],
  [
    'a list that starts with an item',
    grown(times(6), 'SequenceConstruct (x)', 'ConcatFromSequence <axis = 0> (s)'),
    '[21, 4]',
  ],
  [
    'more items than are listed one by one',
    grown(times(2000), empty, 'ConcatFromSequence <axis = 0, new_axis = 1> (s)'),
    '[2000, 3, 4]',
  ],
])('%s has a known length after a known number of runs', async (_, text, shape) => {
  expect(await shapesOf(text)).toEqual({ y: shape });
});

it('as many runs as a dimension says make a list of its length, in names too', async () => {
  const trips = 'sh = Shape <end = 1> (z)\n  ax = Constant <value_ints = [0]> ()\n  t = Squeeze (sh, ax)';
  const text = grown(trips, empty, 'ConcatFromSequence <axis = 0> (s)');
  // n is a batch here and is 1: one item of [3, 4].
  expect(await shapesOf(text)).toEqual({ y: '[3, 4]' });
  expect(await shapesOf(text, true)).toEqual({ y: '[n*3, 4]' });
});

it('a loop in a loop appends as often as both run', async () => {
  const text = `
g (float[2, 4] x) => (float[] y)
{
  three = Constant <value_int = 3> ()
  five = Constant <value_int = 5> ()
  yes = Constant <value = bool {1}> ()
  s0 = SequenceEmpty <dtype = 1> ()
  s = Loop <body = outer (int64 i, bool c, seq(float[]) acc) => (bool c2, seq(float[]) acc2) {
    c2 = Identity (c)
    acc2 = Loop <body = inner (int64 j, bool d, seq(float[]) in) => (bool d2, seq(float[]) out) {
      d2 = Identity (d)
      r = Tanh (x)
      out = SequenceInsert (in, r)
    }> (three, yes, acc)
  }> (five, yes, s0)
  y = ConcatFromSequence <axis = 0> (s)
}
`;
  expect(await shapesOf(text)).toEqual({ y: '[30, 4]' });
});

it('parts of one size have a number however many, and of equal items it does not matter which one goes', async () => {
  const text = `
g (float[4000, 4] x, float[6, 4] w, int64 at) => (float[] y, float[] z, float[] e)
{
  two = Constant <value_int = 2> ()
  zero = Constant <value_int = 0> ()
  s = SplitToSequence <axis = 0> (x, two)
  y = ConcatFromSequence <axis = 1> (s)
  z = SequenceAt (s, zero)
  few = SplitToSequence <axis = 0> (w, two)
  fewer = SequenceErase (few, at)
  e = ConcatFromSequence <axis = 0> (fewer)
}
`;
  expect(await shapesOf(text)).toEqual({ y: '[2, 8000]', z: '[2, 4]', e: '[4, 4]' });
});

it('of items that differ it does, so nothing is said of what is left', async () => {
  const text = `
g (float[3, 4] a, float[2, 4] b, int64 at) => (float[] y)
{
  s = SequenceConstruct (a, b)
  e = SequenceErase (s, at)
  y = ConcatFromSequence <axis = 0> (e)
}
`;
  expect(await shapesOf(text)).toEqual({ y: '[y.total, 4]' });
});

it('a state that may be missing at the first run is what the run before left at the next', async () => {
  // onnx's own test_loop16_seq_none: onnx.checker and ONNX Runtime accept it.
  const text = `<ir_version: 8, opset_import: ["" : 16]>
g (float[5] x, optional(seq(float[])) none) => (seq(float[]) y)
{
  t = Constant <value_int = 5> ()
  yes = Constant <value = bool {1}> ()
  y = Loop <body = body (int64 i, bool c, optional(seq(float[])) before) => (bool c2, seq(float[]) after) {
    c2 = Identity (c)
    some = OptionalHasElement (before)
    list = If (some) <then_branch = held () => (seq(float[]) a) {
      a = OptionalGetElement (before)
    }, else_branch = first () => (seq(float[]) b) {
      b = SequenceEmpty <dtype = 1> ()
    }>
    after = SequenceInsert (list, x)
  }> (t, yes, none)
}
`;
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const inference = await infer(value!, workload);
  expect(inference.problems.filter(({ severity }) => severity !== 'information')).toEqual([]);
});
