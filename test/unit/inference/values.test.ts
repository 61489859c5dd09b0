import { expect, it } from 'vitest';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { printDim } from '../../../server/engine/graph/dim';
import { infer } from '../../../server/engine/inference/infer';
import { unknownValues } from '../../../server/engine/inference/values/names';
import type { Inference } from '../../../server/engine/inference/types';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Phase, Values } from '../../../server/engine/workload';
import { detector, merged, ranks, sized } from './branching';

async function inferred(text: string, values: Values = {}, phase: Phase = 'inference'): Promise<Inference> {
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  return infer(value!, { bindings: {}, values, phase, precision: 'as-stored', runtime: null });
}

/** Shapes of the outputs. */
function shapes({ scopes, values }: Inference): string[] {
  return scopes[0]!.outputs.map((id) => {
    const type = values[id!]!.type;
    const shape = type?.kind === 'tensor' ? type.shape : undefined;
    return shape ? `[${shape.map(printDim).join(',')}]` : '?';
  });
}

/** Names of the bodies that run. */
const running = ({ nodes, scopes }: Inference): string[] => [
  ...new Set(nodes.filter(({ repeat }) => repeat !== 0).map(({ scope }) => scopes[scope]!.name)),
];

/** Contents by name, as `use_cache_branch=1 default`. */
const contents = ({ contents: all }: Inference): string[] =>
  all.map(({ name, numbers, origin }) => `${name}=${numbers?.join() ?? '?'} ${origin}`);

const codes = ({ problems }: Inference): string[] => problems.map(({ code }) => code);

// Shapes are those of ONNX Runtime 1.32.0 with the same sizes and values.
it('a sampling rate is 16,000 until somebody gives another, and its branch alone runs', async () => {
  const found = await inferred(detector);
  expect(contents(found)).toEqual(['sr=16000 default']);
  expect(shapes(found)).toEqual(['[1,1]', '[2,1,8]']);
  expect(running(found)).not.toContain('else_branch');
  expect(codes(found)).toEqual([]);
  const other = await inferred(detector, { sr: [8000] });
  expect(contents(other)).toEqual(['sr=8000 value']);
  expect(shapes(other)).toEqual(['[1,1]', '[2,1,8]']);
  // Of the inner If the first branch.
  const runs = other.nodes.filter(({ repeat }) => repeat !== 0).map(({ node }) => node.outputs[0]);
  expect(runs).toContain('h2');
  expect(runs).not.toContain('h');
  expect(runs).not.toContain('bo');
});

it.each([
  ['inference', ['[1,128,100]', '[1,2,128,8]'], 0],
  ['prefill', ['[1,128,100]', '[1,2,128,8]'], 0],
  ['decode', ['[1,1,100]', '[1,2,129,8]'], 1],
  ['training', ['[1,128,100]', '[1,2,128,8]'], 0],
] as const)('a merged decoder takes the branch of its phase: %s', async (phase, expected, cached) => {
  const found = await inferred(merged, {}, phase);
  expect(shapes(found)).toEqual(expected);
  expect(contents(found)).toEqual([`use_cache_branch=${cached} default`]);
  expect(codes(found)).toEqual([]);
});

it.each([
  ['use_past', 0, 1],
  ['with_past', 0, 1],
  ['has_past', 0, 1],
  ['use_kv_cache', 0, 1],
  ['cache_enabled', 0, 1],
  ['is_decode', 0, 1],
  ['decoder_with_past', 0, 1],
  ['first_step', 1, 0],
  ['is_prefill', 1, 0],
  ['no_cache', 1, 0],
])('%s holds %i at first and %i in a decode step', async (name, first, decode) => {
  const renamed = merged.replaceAll('use_cache_branch', name);
  expect(contents(await inferred(renamed))).toEqual([`${name}=${first} default`]);
  expect(contents(await inferred(renamed, {}, 'decode'))).toEqual([`${name}=${decode} default`]);
});

it('the user decides against the phase', async () => {
  const found = await inferred(merged, { use_cache_branch: [0] }, 'decode');
  expect(shapes(found)).toEqual(['[1,1,100]', '[1,2,1,8]']);
  expect(contents(found)).toEqual(['use_cache_branch=0 value']);
});

it('of branches of other ranks the dearer one gives the shape; its condition or its node chooses', async () => {
  const found = await inferred(ranks);
  // 512 exponentials against a view.
  expect(shapes(found)).toEqual(['[1,4,128]']);
  expect(running(found)).not.toContain('then_branch');
  expect(contents(found)).toEqual(['c=0 default']);
  expect(codes(found)).toEqual(['inference.costlier-branch-counts']);
  const chosen = await inferred(ranks, { c: [1] });
  expect(shapes(chosen)).toEqual(['[4,128]']);
  expect(contents(chosen)).toEqual(['c=1 value']);
  expect(codes(chosen)).toEqual([]);
  const named = ranks.replace('f = If', '[pick] f = If');
  expect(contents(await inferred(named))).toEqual(['pick=0 default']);
  const atNode = await inferred(named, { pick: [1] });
  expect(shapes(atNode)).toEqual(['[4,128]']);
  expect(contents(atNode)).toEqual(['pick=1 value']);
});

it('a chosen branch that can not run is an error and not silently left for the other', async () => {
  const impossible = ranks.replace('Squeeze (x, ax)', 'MatMul (x, x)');
  expect(codes(await inferred(impossible))).not.toContain('inference.matmul-inner');
  expect(codes(await inferred(impossible, { c: [1] }))).toContain('inference.matmul-inner');
});

it('numbers of inputs give shapes, and those that decide none are not asked for', async () => {
  const open = await inferred(sized);
  expect(contents(open)).toEqual(['s=? unset', 'count=? unset']);
  const found = await inferred(sized, { s: [8, 50], count: [7] });
  expect(shapes(found)).toEqual(['[4,7]', '[8,50]', '[4,100]']);
  expect(contents(found)).toEqual(['s=8,50 value', 'count=7 value']);
  // The list says how long its input is.
  const long = await inferred(sized.replace('int64[2] s', 'int64[n] s'), { s: [8, 50], count: [7] });
  expect(shapes(long)).toEqual(shapes(found));
  expect(long.symbols).toEqual([{ name: 'n', value: 2, origin: 'binding' }]);
});

it('what a value decides is not known to a runtime ahead', async () => {
  const found = await inferred(sized, { s: [8, 50], count: [7] });
  const value = found.values.find(({ name }) => name === 'count')!;
  expect(value).toMatchObject({ elements: [7], isGiven: true, isConstant: false });
  const { nodes } = await inferred(detector);
  expect(nodes.find(({ node }) => node.operator === 'Equal')!.folded).toBe(false);
});

it('says which values do not fit or have no place', async () => {
  const found = await inferred(sized, { count: [1, 2, 3] });
  expect(codes(found)).toContain('value.count');
  expect(unknownValues(found, { count: [1], v: [1] })).toEqual([]);
  expect(unknownValues(found, { coumt: [1], nothing_like_it: [1] })).toMatchObject([
    { code: 'value.near', args: { name: 'coumt', near: 'count' } },
    { code: 'value.unknown', args: { name: 'nothing_like_it' } },
  ]);
});

it('how many are best has no number where the file says what comes out', async () => {
  const text = `<ir_version: 10, opset_import: ["": 21]>
g (float[3,4] x, int64[1] k) => (float[3,3] y, int64[3,3] i) {
  y, i = TopK (x, k)
}`;
  expect(shapes(await inferred(text))).toEqual(['[3,3]', '[3,3]']);
  const open = text.replaceAll('[3,3]', '[3,n]');
  expect(shapes(await inferred(open, { k: [2] }))).toEqual(['[3,2]', '[3,2]']);
});

it.each([
  ['k', 'int64[1] k, float[4, 100] x', 'y, z = TopK (x, k)', '[4,5]'],
  ['length', 'int64 length', 'o = Constant <value_int = 1> ()\ny = Range (o, length, o)', '[127]'],
  [
    'target_size',
    'int64[2] target_size, float[1, 3, 32, 32] x',
    'h = Constant <value_ints = [1, 3]> ()\ns = Concat <axis = 0> (h, target_size)\ny = Resize (x, , , s)',
    '[1,3,224,224]',
  ],
])('a size by the name of %s is assumed until somebody gives it', async (name, inputs, body, shape) => {
  const found = await inferred(`<ir_version: 8, opset_import: ["" : 18]> g (${inputs}) => (y) { ${body} }`);
  expect(shapes(found)).toEqual([shape]);
  expect(contents(found)).toEqual([`${name}=${name === 'length' ? 128 : name === 'k' ? 5 : 224} default`]);
});

it('a list of four sizes is no height and width', async () => {
  const found = await inferred(
    '<ir_version: 8, opset_import: ["" : 18]> g (int64[4] size, float[1, 3, 32, 32] x) => (float[a, b, c, d] y) { y = Resize (x, , , size) }',
  );
  expect(contents(found)).toEqual(['size=? unset']);
});

it('a size that leads to an error is not assumed', async () => {
  const found = await inferred(
    '<ir_version: 8, opset_import: ["" : 18]> g (int64[1] k, float[4, 3] x) => (v, i) { v, i = TopK (x, k) }',
  );
  expect(contents(found)).toEqual(['k=? unset']);
  expect(codes(found)).not.toContain('inference.element-range');
});
