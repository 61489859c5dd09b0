import { expect, it } from 'vitest';
import { costDiffRequest, summaryRequest } from '../../server/protocol';
import { formatterOf } from '../../l10n/format';
import { TestClient } from './client';

const zeros = (count: number): string => new Array<string>(count).fill('0').join();

/** Two products with an activation between them, the second as wide as one says, and perhaps another node behind. */
function model(width: number, last = ''): string {
  return `<ir_version: 10, opset_import: ["": 21]>
m (float[4096,64] x) => (float[4096,${width}] y)
<float[64,64] a = {${zeros(64 * 64)}}, float[64,${width}] b = {${zeros(64 * width)}}>
{
  [first] h = MatMul (x, a)
  [act] r = Relu (h)
  [second] ${last === '' ? 'y' : 'z'} = MatMul (r, b)${last}
}
`;
}

it('says what nodes take more or less than those of the model on the left, and both in all', async () => {
  // Nothing is fused where no runtime is: each node has a time of its own.
  const settings = { chips: ['intel-xeon-8480'], runtime: 'none' };
  const client = await TestClient.inProcess({ settings });
  const left = await client.openText('file:///left.onnxtxt', model(64));
  const right = await client.openText('file:///right.onnxtxt', model(256, '\n  [end] y = Tanh (z)'));
  const diff = await client.request(costDiffRequest, { uri: right.uri, before: left.uri });
  const seconds = async (uri: string): Promise<number> =>
    (await client.request(summaryRequest, { uri })).chips[0]!.total.latencySeconds!.value!;
  const [before, after] = [await seconds(left.uri), await seconds(right.uri)];
  const format = formatterOf('en');
  expect(diff.total).toContain(
    `: ${format.seconds(before)} → ${format.seconds(after)} (+${format.seconds(after - before)})`,
  );
  const told = new Map(diff.lines.map(({ line, text }) => [line, text]));
  // Line 6 has the second product, four times as wide, line 7 the new node; the others are as they were.
  expect([...told.keys()].sort()).toEqual([6, 7]);
  expect(told.get(6)).toMatch(/^\+[\d.]+ [µm]s$/);
  expect(told.get(7)).toMatch(/^\+[\d.]+ [µm]s new$/);
  // The other way round the product takes less, and the node that is gone has no line.
  const back = await client.request(costDiffRequest, { uri: left.uri, before: right.uri });
  expect(back.lines.map(({ line, text }) => [line, text.replace('−', '+')])).toEqual([[6, told.get(6)]]);
  expect(back.total).toContain(`(−${format.seconds(after - before)})`);
  await client.stop();
});

it('says nothing where both are the same, or one has no costs', async () => {
  const client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
  const left = await client.openText('file:///left.onnxtxt', model(64));
  const same = await client.request(costDiffRequest, { uri: left.uri, before: left.uri });
  expect(same.lines).toEqual([]);
  expect(same.total).toMatch(/^Tesla T4: ([\d.]+ [µm]s) → \1 \(\+0 s\)$/);
  const none = await client.request(costDiffRequest, { uri: left.uri, before: 'file:///absent.onnxtxt' });
  expect(none).toEqual({ total: null, lines: [] });
  await client.stop();
});
