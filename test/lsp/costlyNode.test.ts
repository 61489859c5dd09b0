import { expect, it } from 'vitest';
import { costlyNodeRequest, rowsRequest, summaryRequest } from '../../server/protocol';
import { fixture } from './client';
import { ModelFolder } from './modelFolder';

const folder = new ModelFolder('costly-');

it('goes from the costliest node to the cheapest and back, as the table of nodes has them', async () => {
  const address = await folder.written('resnet50.onnx', await fixture('resnet50.onnx'));
  const client = await folder.start({ settings: { chips: ['nvidia-t4'] } });
  const { uri } = await client.open(address);
  const { revision } = await client.request(summaryRequest, { uri });
  const page = { sort: 'seconds', descending: true, filter: '', from: 0, count: 500 } as const;
  const { rows } = await client.request(rowsRequest, { uri, revision, chip: 'nvidia-t4', ...page });
  const timed = rows.filter(({ seconds }) => seconds && seconds.value > 0);
  const ask = (line: number | null, step: 1 | -1) => client.request(costlyNodeRequest, { uri, line, step });

  const lines: number[] = [];
  for (let at = await ask(null, 1); at.line !== null; at = await ask(at.line, 1)) {
    lines.push(at.line + 1);
    expect(at.label).toContain(`${lines.length} of ${timed.length} by time on Tesla T4: `);
  }
  // Nodes that take as long stand in the order of the file in both.
  expect(lines).toEqual(timed.map(({ line }) => line));
  expect(lines.length).toBeGreaterThan(50);

  expect(await ask(lines.at(-1)! - 1, 1)).toEqual({ line: null, label: 'No node takes less' });
  expect(await ask(lines[0]! - 1, -1)).toEqual({ line: null, label: 'No node takes more' });
  expect((await ask(lines[7]! - 1, -1)).line).toBe(lines[6]! - 1);
  // From a line without a time one comes to the costliest.
  expect((await ask(0, 1)).line).toBe(lines[0]! - 1);
});

it('counts all calls of a function at its node', async () => {
  const text = [
    '<ir_version: 10, opset_import: ["" : 21, "own" : 1]>',
    'calls (float[64,512] x, float[512,512] w, float[512,4096] v) => (float[64,512] y, float[64,4096] m) {',
    '  m = MatMul(x, v)',
    '  a = own.twice(x, w)',
    '  b = own.twice(a, w)',
    '  c = own.twice(b, w)',
    '  d = own.twice(c, w)',
    '  e = own.twice(d, w)',
    '  f = own.twice(e, w)',
    '  g = own.twice(f, w)',
    '  h = own.twice(g, w)',
    '  i = own.twice(h, w)',
    '  z = own.twice(i, w)',
    '  y = own.twice(z, w)',
    '}',
    '<domain: "own", opset_import: ["" : 21]>',
    'twice (x, w) => (y) {',
    '  y = MatMul(x, w)',
    '}',
  ].join('\n');
  const client = await folder.start({ settings: { chips: ['intel-xeon-8480'] } });
  const { uri } = await client.openText('untitled:calls', text);
  const first = await client.request(costlyNodeRequest, { uri, line: null, step: 1 });
  // Eleven products of 512 columns are more than one of 4096.
  expect(first.line).toBe(text.split('\n').findIndex((line) => line.includes('MatMul(x, w)')));
});
