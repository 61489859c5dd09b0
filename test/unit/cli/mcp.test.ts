import { mkdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mcpServer } from '../../../server/cli/mcp/serve';
import { temporaryFolder } from './commandLine';

const outer = temporaryFolder();
const { write, path: folder } = temporaryFolder();
const net = write(
  'net.onnxtxt',
  `<ir_version: 10, opset_import: ["": 21]>
net (float[batch,64] x) => (float[batch,32] y) <float[64,32] w = ["location": "w.bin"]> {
  ["product"] h = MatMul (x, w)
  ["rectifier"] y = Relu (h)
}
`,
);
const secret = outer.write('secret.onnxtxt', 'g () => () {}\n');

let client: Client;
beforeAll(async () => {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await mcpServer([folder], 'en').connect(ours);
  client = new Client({ name: 'assistant', version: '1' });
  await client.connect(theirs);
});
afterAll(() => client.close());

async function call(
  name: string,
  args: Record<string, unknown>,
): Promise<{ text: string; isError: boolean }> {
  const { content, isError = false } = await client.callTool({ name, arguments: args });
  const [first] = content;
  return { text: first?.type === 'text' ? first.text : '', isError };
}

it('offers tools that only read, with the engine’s own words', async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    'analyze_model',
    'rank_chips',
    'check_fit',
    'suggest_changes',
    'explain_node',
    'find_chips',
  ]);
  for (const { annotations } of tools) expect(annotations).toMatchObject({ readOnlyHint: true });
  expect(tools[0]!.inputSchema).toMatchObject({
    required: ['model'],
    additionalProperties: false,
    properties: { phase: { enum: ['inference', 'prefill', 'decode', 'training'] } },
  });
});

it('analyses a model at the sizes that it is told', async () => {
  // 8 rows of 64 numbers times 32 columns are 16,384 multiplications and as many additions; 8 x 32 comparisons.
  const answer = await call('analyze_model', {
    model: 'net.onnxtxt',
    chips: ['nvidia-l4', 'Hailo-8'],
    bindings: { batch: 8 },
  });
  expect(answer.isError).toBe(false);
  expect(answer.text).toContain('| Operations per run | 33 kOP |');
  expect(answer.text).toContain('| nvidia-l4 | tensorrt');
  expect(answer.text).toContain('| hailo-8 |');
});

it('explains a node by its name or that of what it makes, with the kernel that it is part of', async () => {
  for (const node of ['rectifier', 'y']) {
    const { text } = await call('explain_node', { model: net, node, chips: ['nvidia-l4'] });
    const { node: found, chips } = JSON.parse(text) as {
      node: { operator: string; operations: object };
      chips: {
        share: { seconds: { value: number } };
        kernel: { nodes: string[]; seconds: { value: number } };
        how: {
          compute: {
            atPeak: { name: string; amount: number; seconds: number; origin: { sources: object[] } }[];
          };
          overhead: { seconds: number; dispatch: { seconds: number; source: string } };
        };
      }[];
    };
    expect(found).toMatchObject({ operator: 'Relu', operations: { matrix: 0, vector: 32, special: 0 } });
    expect(chips[0]!.kernel.nodes).toEqual(['product', 'rectifier']);
    expect(chips[0]!.share.seconds.value).toBeLessThan(chips[0]!.kernel.seconds.value);
    // One row of 64 numbers times 32 columns, at 30.3 TOP/s of FP32 (NVIDIA L4 data sheet).
    const { compute, overhead } = chips[0]!.how;
    expect(compute.atPeak[0]).toMatchObject({ name: 'matrix', amount: 4096 });
    expect(compute.atPeak[0]!.seconds).toBeCloseTo(4096 / 30.3e12, 14);
    expect(compute.atPeak[0]!.origin.sources.length).toBeGreaterThan(0);
    expect(overhead.dispatch).toMatchObject({ seconds: 5e-7 });
    expect(overhead.dispatch.source).toContain('CUDA Graphs');
  }
  const unknown = await call('explain_node', { model: net, node: 'nothing', chips: ['nvidia-l4'] });
  expect(unknown).toMatchObject({ isError: true, text: expect.stringContaining('nothing') as unknown });
});

it('ranks, says what fits, what to change, and which chips there are', async () => {
  const limits = ['watts=10'];
  expect((await call('rank_chips', { model: net, limits, places: ['device'] })).text).toContain('| 1');
  expect((await call('check_fit', { model: net, chips: ['nvidia-l4'] })).text).toContain('| nvidia-l4 |');
  expect((await call('suggest_changes', { model: net, chips: ['nvidia-l4'] })).isError).toBe(false);
  expect((await call('find_chips', { query: 'hailo' })).text).toContain('hailo-8');
});

it('reads nothing outside its folders, whatever the way there', async () => {
  mkdirSync(join(folder, 'inner'), { recursive: true });
  symlinkSync(secret, join(folder, 'inner', 'link.onnxtxt'));
  for (const model of [
    secret,
    relative(folder, secret),
    'inner/link.onnxtxt',
    '/etc/hostname',
    'missing.onnx',
  ]) {
    const { text, isError } = await call('analyze_model', { model });
    expect([isError, text]).toEqual([true, `${model} is not in ${folder}: nothing outside is read`]);
  }
  const chips = [secret.replace('.onnxtxt', '.json')];
  const byFile = await call('analyze_model', { model: 'net.onnxtxt', chips });
  expect(byFile).toMatchObject({ isError: true, text: expect.stringContaining('is a file') as unknown });
});

it('takes no value for an option, and says what is wrong with a call', async () => {
  const odd = await call('find_chips', { query: '--out=/tmp/stolen' });
  expect(odd.text).not.toContain('stolen\n');
  const unknown = await call('analyze_model', { model: 'net.onnxtxt', chips: ['no-such-chip'] });
  expect(unknown).toMatchObject({ isError: true, text: expect.stringContaining('no-such-chip') as unknown });
  const wrong = await call('analyze_model', { model: 'net.onnxtxt', phase: 'guess' });
  expect(wrong).toMatchObject({ isError: true, text: expect.stringContaining('phase') as unknown });
});

it('cuts an answer that is too long, and says so', async () => {
  const { text } = await call('rank_chips', { model: net });
  expect(text.length).toBeLessThan(24_500);
  const { text: all } = await call('find_chips', { query: '' });
  expect(all.length).toBeLessThan(24_500);
  expect(all).toMatch(/Cut: [\d,]+ more characters/);
});
