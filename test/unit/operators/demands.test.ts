import { describe, expect, it } from 'vitest';
import demandTable from '../../../server/engine/operators/demands.json';
import shapeTable from '../../../server/engine/operators/inputShapes.json';
import { evaluate, leavesOf, parseFormula } from '../../../server/engine/operators/checks/formula';
import type { FormulaValue, Leaf } from '../../../server/engine/operators/checks/formula';
import { schemasOf } from '../../../server/engine/operators/schema';
import { infer } from '../../../server/engine/inference/infer';
import { problemMessage } from '../../../l10n/problems';
import { infos, modelOf, node } from '../inference/build';
import type { CheckAttribute } from './check';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
const sets = [
  { domain: '', version: 21 },
  { domain: 'com.microsoft', version: 1 },
  { domain: 'ai.onnx.ml', version: 5 },
];

/** What is said of one node; an input of type '' is left out. */
async function said(
  operator: string,
  types: readonly string[],
  attributes: Readonly<Record<string, CheckAttribute>> = {},
  outputs = 'y',
  format = 'onnx',
): Promise<string> {
  const names = types.map((type, at) => (type === '' ? '' : `in${at}`));
  const inputs = infos(
    Object.fromEntries(types.flatMap((type, at) => (type === '' ? [] : [[`in${at}`, type]]))),
  );
  const nodes = [node(`com.microsoft::${operator}`, names.join(', '), outputs, attributes)];
  const model = modelOf({ inputs, nodes }, [], sets);
  const { problems } = await infer({ ...model, origin: { ...model.origin, format } }, workload);
  const told = problems.filter(({ severity }) => severity === 'error' || severity === 'warning');
  return told.map((one) => problemMessage('en', one)).join('\n');
}

describe('formulas over nodes', () => {
  const values: Readonly<Record<string, FormulaValue>> = { a: 7, b: 2, mode: 'qsa', none: undefined };
  const valueOf = (leaf: Leaf): FormulaValue =>
    leaf.kind === 'name' ? values[leaf.name] : leaf.kind === 'element' ? evaluate(leaf.at, valueOf) : 4;
  const come = (text: string): FormulaValue => evaluate(parseFormula(text), valueOf);

  it.each([
    ['a - b - 1', 4],
    ['a + b * 3', 13],
    ['(a + b) * 3', 27],
    ['a % b', 1],
    ['floor(a / b) + ceil(a / b)', 7],
    ['-a', -7],
    ["mode = 'qsa' and a > b", true],
    ['a < b or a != 7', false],
    ['a >= 7 and b <= 2', true],
    ['not(a = 7)', false],
    ['power2(16)', true],
    ['power2(24)', false],
    ['power2(0)', false],
    ['x[-1] + x[a]', 6],
    ['rank(x)', 4],
  ] as const)('%s is %s', (text, value) => {
    expect(come(text)).toBe(value);
  });

  it('what is unknown leaves open what hangs on it, and nothing else', () => {
    expect(come('none = 1')).toBeUndefined();
    expect(come('none = 1 or a = 7')).toBe(true);
    expect(come('none = 1 and a = 8')).toBe(false);
    expect(come('none = 1 and a = 7')).toBeUndefined();
    expect(come('not(none)')).toBeUndefined();
    // No size is a multiple of nothing: what the divisor may be is a demand of its own.
    expect(come('a % 0 = 0')).toBeUndefined();
  });

  it.each(['a +', '(a', 'a b', 'a ? b', 'bytes(x)', 'x[1'])('%s is none', (text) => {
    expect(() => parseFormula(text)).toThrow(/no (formula|function)/);
  });
});

describe('the tables of demands', () => {
  const namesOf = (operator: string): ReadonlySet<string> => {
    const at = operator.lastIndexOf('.');
    const schemas = schemasOf(operator.slice(0, Math.max(0, at)), operator.slice(at + 1));
    const parts = schemas.flatMap(({ inputs, outputs, attributes }) => [
      ...inputs,
      ...outputs,
      ...attributes,
    ]);
    return new Set(parts.map(({ name }) => name));
  };
  const formulas = [
    ...Object.entries(demandTable.demands).flatMap(([operator, texts]) =>
      texts.flatMap((text) => text.split(': ').map((part) => [operator, part] as const)),
    ),
    ...Object.entries(shapeTable.shapes).flatMap(([operator, rows]) =>
      [rows].flat().flatMap((row) => {
        const { when, sizes } = row as { when?: string; sizes?: Record<string, string> };
        const texts = [...(when === undefined ? [] : [when]), ...Object.values(sizes ?? {})];
        return texts.map((text) => [`${shapeTable.domain}.${operator}`, text] as const);
      }),
    ),
  ];

  it('name only what the schema of their operator has', () => {
    const strange = formulas.flatMap(([operator, text]) =>
      leavesOf(parseFormula(text))
        .filter(({ name }) => !namesOf(operator).has(name))
        .map(({ name }) => `${operator}: ${name}`),
    );
    expect(strange).toEqual([]);
    expect(formulas.length).toBeGreaterThan(300);
  });
});

const half = 'float16';

// Each pair: what ONNX Runtime 1.32 refuses in the quoted words, and a neighbour that it takes.
describe("sizes of ONNX Runtime's own operators", () => {
  // "kv_num_heads must be positive and divide num_heads"
  it('one attribute divides another', async () => {
    const inputs = [`${half}[1, 2, 16]`, `${half}[1, 2, 8]`, `${half}[1, 2, 8]`, '', '', '', ''];
    const more = ['int32[2, 2]', 'int32[2]', 'int32[1]', 'int32[1]'];
    const three = await said('DynamicSparseAttention', [...inputs, ...more], {
      num_heads: 4,
      kv_num_heads: 3,
    });
    expect(three).toContain('num_heads % kv_num_heads = 0 (here num_heads = 4, kv_num_heads = 3)');
    expect(
      await said('DynamicSparseAttention', [...inputs, ...more], { num_heads: 4, kv_num_heads: 2 }),
    ).toBe('');
  });

  // "policy_mode 'qsa' requires token_budget > 0, divisible by compress_ratio"; "input 0 must have rank 3, got rank 2"
  it('what a mode needs and forbids, and the sizes that belong to it', async () => {
    const qsa = (query: string, attributes: Readonly<Record<string, CheckAttribute>>): Promise<string> =>
      said(
        'SparseAttentionIndexer',
        [
          query,
          'float[1, 8, 8]',
          'float[8]',
          'float[8]',
          'float[32, 4]',
          'float[32, 4]',
          '',
          'float[1, 0, 8]',
        ],
        { policy_mode: 'qsa', compress_ratio: 4, ...attributes },
        'y, keys',
      );
    expect(await qsa('float[1, 8, 16]', { token_budget: 8 })).toBe('');
    expect(await qsa('float[1, 8, 16]', {})).toContain("policy_mode = 'qsa': given(token_budget)");
    expect(await qsa('float[1, 8, 16]', { token_budget: 6 })).toContain('token_budget % compress_ratio = 0');
    expect(await qsa('float[1, 8, 16]', { token_budget: 8, index_topk: 2 })).toContain(
      'not(given(index_topk))',
    );
    expect(await qsa('float[1, 8, 20]', { token_budget: 8 })).toContain(
      'query[2] % query_norm_weight[0] = 0',
    );
    expect(await qsa('float[8, 16]', { token_budget: 8 })).toContain('has 2 dimensions');
  });

  // "b_quant tensor size (127) is too small for K=16 and N=16. Expected at least 128 elements."
  it('packed weights hold what the attributes say', async () => {
    const product = (bytes: number): Promise<string> =>
      said('MatMulBnb4', ['float[3, 16]', `uint8[${bytes}]`, 'float[16]'], {
        K: 16,
        N: 16,
        block_size: 16,
        quant_type: 1,
      });
    expect(await product(127)).toContain(
      'size(B) >= floor((N * K + 1) / 2) (here size(B) = 127, N = 16, K = 16)',
    );
    expect(await product(128)).toBe('');
  });

  // "data shape and scales shape do not match": 16 bytes hold 32 numbers of 4 bits in 2 blocks
  it('blocks of packed rows have a scale each', async () => {
    const rows = (scales: string): Promise<string> =>
      said('GatherBlockQuantized', ['uint8[8, 16]', 'int64[3]', scales], { bits: 4, block_size: 16 });
    expect(await rows('float[8, 2]')).toBe('');
    expect(await rows('float[8, 1]')).toContain('dimension 1 of “in2” [8, 1] is 1, but must be 2');
    expect(await rows('float[4, 2]')).toContain('dimension 0 of “in2” [4, 2] is 4, but must be 8');
  });

  // "Input 'fc1_experts_weights' is expected to have shape {3,32,8}": gate and value side by side are twice as wide
  it('experts with a gate beside the value are twice as wide', async () => {
    const experts = (first: string, fusion: number): Promise<string> =>
      said('MoE', ['float[4, 8]', 'float[4, 3]', first, '', 'float[3, 8, 16]'], {
        activation_type: 'swiglu',
        swiglu_fusion: fusion,
      });
    expect(await experts('float[3, 32, 8]', 1)).toBe('');
    expect(await experts('float[3, 16, 8]', 1)).toContain(
      '= 2 * fc2_experts_weights[1] * fc2_experts_weights[2]',
    );
    expect(await experts('float[3, 16, 8]', 0)).toBe('');
  });

  // "size attribute in UnfoldTensor not positive and less than the dim size!"
  it('a window fits into the axis that an attribute names', async () => {
    expect(await said('UnfoldTensor', ['float[2, 3, 10]'], { dim: 1, size: 4 })).toContain(
      'size <= input[dim]',
    );
    expect(await said('UnfoldTensor', ['float[2, 3, 10]'], { dim: 1, size: 3 })).toBe('');
  });

  // "Input W must have shape {1,4*3,10}. Actual:{1,12,9}": input 4 and memory 6
  it('sizes add up', async () => {
    const layer = (width: number): Promise<string> =>
      said(
        'AttnLSTM',
        [
          'float[5, 2, 4]',
          `float[1, 12, ${width}]`,
          'float[1, 12, 3]',
          ...['', '', '', '', ''],
          'float[1, 3, 4]',
          'float[1, 6, 4]',
          'float[1, 4]',
          'float[2, 7, 6]',
        ],
        { hidden_size: 3 },
        'y, h, c',
      );
    expect(await layer(9)).toContain('W[2] = X[2] + M[2] (here W[2] = 9, X[2] = 4, M[2] = 6)');
    expect(await layer(10)).toBe('');
  });

  // "output and sum shape must match": 7 - 3 + 1 = 5
  it('what a convolution adds has the shape of its result', async () => {
    const sum = (added: string): Promise<string> =>
      said('FusedConv', ['float[1, 4, 7, 7]', 'float[6, 4, 3, 3]', '', added], { activation: 'Relu' });
    expect(await sum('float[1, 6, 5, 5]')).toBe('');
    expect(await sum('float[1, 6, 5, 4]')).toContain('dimension 3 of “in3” [1, 6, 5, 4] is 4, but must be 5');
  });

  // "Data type mismatch"; "tensor_x_zero_point->GetElementType() == tensor_y_zero_point->GetElementType()"
  it('all parts of a quantised Concat have one type', async () => {
    const joined = (second: string): Promise<string> =>
      said(
        'QLinearConcat',
        ['float[]', 'uint8[]', 'uint8[2, 3]', 'float[]', 'uint8[]', second, 'float[]', 'uint8[]'],
        { axis: 1 },
      );
    expect(await joined('uint8[2, 5]')).toBe('');
    expect(await joined('int8[2, 5]')).toContain('int8');
  });

  // "unsupported packed_type=3"; "activation must be one of: silu, swish, sigmoid"
  it('codes and texts are among those that are known', async () => {
    const rows = (packed: number): Promise<string> =>
      said('GatherPacked', ['uint8[10, 34]', 'int64[2]'], { K: 32, packed_type: packed });
    expect(await rows(3)).toContain('packed_type is 3, but must be one of 0, 1, 2');
    expect(await rows(8)).toBe('');
    // 32 numbers of 4 bits and their scale: 18 bytes
    expect(await rows(2)).toContain('data[1] = K / 32 * 18');
    const gate = (activation: string): Promise<string> =>
      said('GatedRMSNorm', ['float[2, 8]', 'float[8]', 'float[2, 8]'], { activation });
    expect(await gate('gelu')).toContain('gelu');
    expect(await gate('sigmoid')).toBe('');
  });

  // ONNX Runtime looks for the width of the filters in the weights: -1 stands for an attribute that is left out.
  it('says nothing where an attribute leaves a size to the weights', async () => {
    const inputs = ['int32[3, 6]', 'float[5, 1, 2, 4]', 'float[5]', 'float[20, 4]'];
    expect(await said('WordConvEmbedding', inputs, { embedding_size: -1 })).toBe('');
    expect(await said('WordConvEmbedding', inputs, { embedding_size: 4 })).toContain('embedding_size = W[0]');
  });

  it('says nothing of sizes that are not numbers', async () => {
    expect(await said('UnfoldTensor', ['float[n, length]'], { size: 4 })).toBe('');
  });
});

// Two trees of four leaves: two comparisons each, if both are balanced.
it('says which depth of trees is counted', async () => {
  const trees = {
    nodes_treeids: [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1],
    nodes_nodeids: [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6],
    nodes_modes: ['B', 'B', 'B', 'L', 'L', 'L', 'L', 'B', 'B', 'B', 'L', 'L', 'L', 'L'].map((mode) =>
      mode === 'B' ? 'BRANCH_LEQ' : 'LEAF',
    ),
  };
  const nodes = [node('ai.onnx.ml::TreeEnsembleRegressor', 'x', 'y', trees)];
  const model = modelOf({ inputs: infos({ x: 'float[1, 4]' }), nodes }, [], sets);
  const { problems } = await infer(model, workload);
  const [told] = problems.filter(({ severity }) => severity === 'information');
  expect(problemMessage('en', told!)).toContain('is counted with 2 comparisons in each tree');
});

it.each([
  ['onnx', true],
  ['ort', true],
  ['gguf', false],
  ['hugging-face', false],
])('what ONNX Runtime demands is held against a graph of %s: %s', async (format, isHeld) => {
  const inputs = [`${half}[1, 2, 16]`, `${half}[1, 2, 8]`, `${half}[1, 2, 8]`, '', '', '', ''];
  const more = ['int32[2, 2]', 'int32[2]', 'int32[1]', 'int32[1]'];
  const heads = { num_heads: 4, kv_num_heads: 3 };
  expect((await said('DynamicSparseAttention', [...inputs, ...more], heads, 'y', format)) !== '').toBe(
    isHeld,
  );
});
