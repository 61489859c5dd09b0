import type { CodeAction, CodeLens } from 'vscode-languageserver';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { choicesRequest, summaryRequest } from '../../server/protocol';
import { detector, merged, ranks, sized } from '../unit/inference/branching';
import { TestClient, type TestDocument } from './client';

let client: TestClient;
beforeEach(async () => {
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
});
afterEach(() => client.stop());

const titles = async (document: TestDocument): Promise<string[]> =>
  (await document.lenses()).map(({ command }) => command?.title ?? '');

const values = async ({ uri }: TestDocument): Promise<unknown> =>
  (await client.request(choicesRequest, { uri })).values;

it('the branch of a phase stands in the lens as assumed, and a setting changes it', async () => {
  const document = await client.openText('file:///w/m.onnxtxt', merged);
  expect((await titles(document)).join('; ')).toMatch(/use_cache_branch = false \(assumed\)/);
  await client.changeSettings({ chips: ['nvidia-t4'], phase: 'decode' });
  await expect
    .poll(() => values(document))
    .toEqual([{ name: 'use_cache_branch', value: 'true', origin: 'default', isContent: true }]);
  const models = { '**': { values: { use_cache_branch: false } } };
  await client.changeSettings({ chips: ['nvidia-t4'], phase: 'decode', models });
  await expect
    .poll(() => values(document))
    .toEqual([{ name: 'use_cache_branch', value: 'false', origin: 'value', isContent: true }]);
  expect((await titles(document)).join('; ')).toMatch(/use_cache_branch = false(?! \(assumed)/);
});

it('an input that decides shapes and has no value is asked for, and a condition may be chosen', async () => {
  const document = await client.openText('file:///w/sized.onnxtxt', sized);
  const lenses = await document.lenses();
  const asked = lenses.filter(({ command }) => command?.arguments?.[1] === 'count');
  expect(asked.map(({ command }) => command?.title)).toEqual(['Set count…']);
  const branches = await client.openText('file:///w/ranks.onnxtxt', ranks);
  expect(await values(branches)).toEqual([{ name: 'c', value: 'false', origin: 'default', isContent: true }]);
});

/** What stands over nodes: the line, the title and what a click runs. */
const overNodes = async (document: TestDocument): Promise<[number, string, unknown[]][]> => {
  const lenses = (await document.lenses()) as Required<CodeLens>[];
  return lenses
    .filter(({ command }) => command.command === 'siliconlens.chooseBranch')
    .map(({ range, command: { title, arguments: words } }) => [range.start.line, title, words!]);
};

const total = async ({ uri }: TestDocument): Promise<number | null> => {
  const { chips } = await client.request(summaryRequest, { uri });
  return chips[0]!.total.operations.value;
};

it('a branch that counts by assumption is told at its node, and a click there chooses the other', async () => {
  const document = await client.openText('file:///w/r.onnxtxt', ranks);
  const line = ranks.split('\n').findIndex((one) => one.includes('f = If'));
  expect(await overNodes(document)).toEqual([
    [line, 'else_branch counts (assumed): choose then_branch', [document.uri, 'c', true]],
  ]);
  // Sum, comparison, 512 exponentials and 512 times Relu against the view with 512 times Relu.
  const before = await total(document);
  const [, name, truth] = (await overNodes(document))[0]![2] as [string, string, boolean];
  const models = { 'r.onnxtxt': { values: { [name]: truth } } };
  await client.changeSettings({ chips: ['nvidia-t4'], models });
  await expect.poll(() => total(document)).toBe(before! - 512);
  expect(await overNodes(document)).toEqual([
    [line, 'then_branch counts (chosen): choose else_branch', [document.uri, 'c', false]],
    [line, 'Choose none', [document.uri, 'c', null]],
  ]);
  expect(await values(document)).toEqual([{ name: 'c', value: 'true', origin: 'value', isContent: true }]);
});

it('a branch that follows from an assumed input is chosen by that input or at its node', async () => {
  const cached = await client.openText('file:///w/m.onnxtxt', merged);
  expect((await overNodes(cached)).map(([, title, words]) => [title, ...words.slice(1)])).toEqual([
    ['else_branch counts (assumed): choose then_branch', 'use_cache_branch', true],
  ]);
  // c16 is made of sr: a name of its own chooses, and the node inside the branch that does not run has none.
  const rates = await client.openText('file:///w/d.onnxtxt', detector);
  expect((await overNodes(rates)).map(([, title, words]) => [title, ...words.slice(1)])).toEqual([
    ['then_branch counts (assumed): choose else_branch', 'c16', false],
  ]);
  const models = { 'd.onnxtxt': { values: { sr: 8000 } } };
  await client.changeSettings({ chips: ['nvidia-t4'], models });
  await expect.poll(() => overNodes(rates)).toEqual([]);
});

it('the same stands in the light bulb of the node, with what it mends', async () => {
  const document = await client.openText('file:///w/a.onnxtxt', ranks);
  const { items } = (await document.diagnostics()) as { items: { code: string; range: CodeLens['range'] }[] };
  const told = items.filter(({ code }) => code === 'inference.costlier-branch-counts');
  const actions = (range: CodeLens['range']): Promise<CodeAction[]> =>
    document.ask('codeAction', { range, context: { diagnostics: told } });
  expect(await actions(told[0]!.range)).toMatchObject([
    {
      title: 'else_branch counts (assumed): choose then_branch',
      kind: 'quickfix',
      diagnostics: told,
      command: { command: 'siliconlens.chooseBranch', arguments: [document.uri, 'c', true] },
    },
  ]);
  const start = { line: 0, character: 0 };
  expect(await actions({ start, end: start })).toEqual([]);
});

it('the panel knows what inputs hold', async () => {
  const { uri } = await client.openText('file:///w/p.onnxtxt', detector);
  const { workload } = await client.request(summaryRequest, { uri });
  expect(workload.values).toEqual([{ name: 'sr', value: '16000', origin: 'default', isContent: true }]);
});
