import { describe, expect, it } from 'vitest';
import { costsOn, prepare, type ChipAnalysis } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import type { Model } from '../../../server/engine/graph/model';
import { movedBytes } from '../../../server/engine/kernels/operands';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { CachePolicy } from '../../../server/engine/workload';

const head = '<ir_version: 10, opset_import: ["": 21, "com.microsoft": 1]>';

/** One head of 16, 9 tokens before and one new; float: a row of a cache has 64 bytes, nine have 576. */
const joined = `${head}
g (float[1,1,9,16] past_key, float[1,1,1,16] new, float[1,1,1,16] query) => (float[1,1,10,16] present_key, float[1,1,1,10] scores) {
  present_key = Concat <axis = 2> (past_key, new)
  turned = Transpose <perm = [0, 1, 3, 2]> (present_key)
  scores = MatMul (query, turned)
}`;

const grouped = `${head}
g (float16[1,1,32] q, float16[1,1,32] k, float16[1,1,32] v, float16[1,2,7,16] past_key, float16[1,2,7,16] past_value, int32[1] length, int32 total) => (float16[1,1,32] y, float16[1,2,8,16] present_key, float16[1,2,8,16] present_value) {
  y, present_key, present_value = com.microsoft.GroupQueryAttention <num_heads = 2, kv_num_heads = 2> (q, k, v, past_key, past_value, length, total)
}`;

async function analysed(
  text: string,
  cache: CachePolicy | undefined,
  format?: string,
): Promise<ChipAnalysis & { readonly bytesOf: (operator: string) => number | null }> {
  const parsed = (await parseOnnxText(text, uninterrupted)).value!;
  const model: Model = format ? { ...parsed, origin: { ...parsed.origin, format } } : parsed;
  const workload = { bindings: {}, phase: 'decode', precision: 'as-stored', runtime: 'none', cache } as const;
  const prepared = await prepare(model, workload, uninterrupted);
  const analysis = await costsOn(prepared, chipById('generic-x86-avx2-desktop')!, uninterrupted);
  const bytesOf = (operator: string): number | null => {
    const node = prepared.inference.nodes.find((one) => one.node.operator === operator)!;
    return movedBytes(analysis.plan.kernels[analysis.plan.kernelOfNode[node.index]!]!);
  };
  return { ...analysis, bytesOf };
}

describe('a cache that a Concat makes longer', () => {
  it('is copied as the graph is written', async () => {
    const { bytesOf, plan } = await analysed(joined, undefined);
    expect(plan.caches.policy).toBe('exported');
    // 576 and 64 are read, 640 written.
    expect(bytesOf('Concat')).toBe(576 + 64 + 640);
  });

  it.each(['shared', 'paged'] as const)('gets the new row alone: %s', async (policy) => {
    const { bytesOf } = await analysed(joined, policy);
    // The new row is read and written; what attends reads all ten.
    expect(bytesOf('Concat')).toBe(64 + 64);
    expect(bytesOf('Transpose')).toBe(640 + 640);
  });

  it('takes two buffers, one, or one of whole blocks', async () => {
    const highest = async (policy: CachePolicy): Promise<number | null> =>
      (await analysed(joined, policy)).fit.highWaterBytes;
    // Held by the caller: 576 + 64 + 64. Given out: 640 + 40. Between: 640 of the transposed keys.
    expect(await highest('exported')).toBe(576 + 64 + 64 + 640 + 40 + 640);
    expect(await highest('shared')).toBe(64 + 64 + 640 + 40 + 640);
    // Ten tokens take a block of 16: 1,024 bytes.
    expect(await highest('paged')).toBe(64 + 64 + 1024 + 40 + 640);
  });

  it('is shared where no file has the graph', async () => {
    expect((await analysed(joined, undefined, 'gguf')).plan.caches.policy).toBe('shared');
    expect((await analysed(joined, 'exported', 'gguf')).plan.caches.policy).toBe('exported');
  });
});

describe('a cache of an operator of attention', () => {
  // Two heads of 16 in two bytes: 64 bytes for each token; 448 before, 512 after.
  const others = 3 * 64 + 64 + 4 + 4;

  it('is written whole as the graph is written', async () => {
    const { bytesOf } = await analysed(grouped, 'exported');
    expect(bytesOf('GroupQueryAttention')).toBe(others + 2 * 448 + 2 * 512);
  });

  it('is read whole and gets the new rows where it is shared', async () => {
    const { bytesOf } = await analysed(grouped, 'shared');
    expect(bytesOf('GroupQueryAttention')).toBe(others + 2 * 448 + 2 * 64);
  });
});

it('a buffer that is as long before as after has whole blocks too', async () => {
  const text = grouped
    .replaceAll('[1,2,7,16]', '[1,2,8,16]')
    .replace(', int32 total)', ')')
    .replace(') {', ') <int32 total = {8}> {');
  const highest = async (policy: CachePolicy): Promise<number> =>
    (await analysed(text, policy)).fit.highWaterBytes!;
  // Computed in fp32: two buffers of 2 heads of 8 tokens of 16 numbers of 4 bytes; a block of 16 tokens takes twice as much.
  expect((await highest('paged')) - (await highest('shared'))).toBe(2 * 1024);
});

describe('a cache that attention alone reads', () => {
  /** Two heads of 16, four tokens before and one new; TensorRT runs the products and the softmax as one kernel. */
  const attention = `${head}
g (float16[1,2,1,16] q, float16[1,2,1,16] x, float16[1,2,4,16] past_key, float16[1,2,4,16] past_value) => (float16[1,2,5,16] present_key, float16[1,2,5,16] present_value, float16[1,2,1,16] y) {
  new_key = Relu (x)
  new_value = Tanh (x)
  present_key = Concat <axis = 2> (past_key, new_key)
  present_value = Concat <axis = 2> (past_value, new_value)
  turned = Transpose <perm = [0, 1, 3, 2]> (present_key)
  scores = MatMul (q, turned)
  weights = Softmax <axis = -1> (scores)
  y = MatMul (weights, present_value)
}`;

  async function kernels(cache: CachePolicy): Promise<string[][]> {
    const model = (await parseOnnxText(attention, uninterrupted)).value!;
    const workload = {
      bindings: {},
      phase: 'decode',
      precision: 'as-stored',
      runtime: 'tensorrt',
      cache,
    } as const;
    const prepared = await prepare(model, workload, uninterrupted);
    const { plan } = await costsOn(prepared, chipById('nvidia-t4')!, uninterrupted);
    return plan.kernels.map(({ nodes }) =>
      nodes.map((node) => prepared.inference.nodes[node]!.node.operator),
    );
  }

  it('is joined by kernels of their own as the graph is written', async () => {
    expect((await kernels('exported')).filter(([first]) => first === 'Concat')).toHaveLength(2);
  });

  it('is joined by the kernel of attention where it is shared', async () => {
    const all = await kernels('shared');
    expect(all.filter((operators) => operators.includes('Concat'))).toEqual([
      ['Concat', 'Concat', 'Transpose', 'MatMul', 'Softmax', 'MatMul'],
    ]);
  });
});

it('an input that is joined with something and not given out is no cache', async () => {
  const text = joined.replace('float[1,1,10,16] present_key, ', '');
  const { plan, bytesOf } = await analysed(text, 'shared');
  expect(plan.caches.list).toEqual([]);
  expect(bytesOf('Concat')).toBe(576 + 64 + 640);
});

it('tokens that are joined are no cache', async () => {
  const text = `${head}
g (int64[1,9] tokens, int64[1,1] next) => (int64[1,10] all) {
  all = Concat <axis = 1> (tokens, next)
}`;
  expect((await analysed(text, 'shared')).plan.caches.list).toEqual([]);
});
