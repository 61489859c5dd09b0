import { beforeEach, expect, it, vi } from 'vitest';

const written: unknown[] = [];
vi.mock('vscode', () => ({
  env: { language: 'en' },
  ConfigurationTarget: { Workspace: 2, Global: 1 },
  workspace: {
    workspaceFolders: [{}],
    getConfiguration: () => ({
      inspect: () => ({ workspaceValue: { 'm.onnx': { dimensions: { b: 1, seq: 2 } } } }),
      update: (...args: unknown[]) => Promise.resolve(void written.push(args)),
    }),
  },
}));
const { choose } = await import('../../../extension/choices/choose');

const choices = {
  key: 'm.onnx',
  dimensions: [{ name: 'batch_size', alias: 'b', value: 1, origin: 'binding' as const }],
  runtimes: [{ id: 'eager', name: 'Eager', refused: [] }],
  chips: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] as never,
  chosen: ['a', 'b'],
};

beforeEach(() => void (written.length = 0));

it.each([
  [{ kind: 'dimension', name: 'batch_size', value: 8 }, { dimensions: { seq: 2, batch_size: 8 } }],
  [{ kind: 'dimension', name: 'batch_size', value: 0 }, { dimensions: { seq: 2, batch_size: 0 } }],
  [{ kind: 'dimension', name: 'batch_size', value: null }, { dimensions: { seq: 2 } }],
  [
    { kind: 'phase', value: 'decode' },
    { dimensions: { b: 1, seq: 2 }, phase: 'decode' },
  ],
  [
    { kind: 'precision', value: 'int8' },
    { dimensions: { b: 1, seq: 2 }, precision: 'int8' },
  ],
  [
    { kind: 'runtime', value: 'eager' },
    { dimensions: { b: 1, seq: 2 }, runtime: 'eager' },
  ],
  [{ kind: 'runtime', value: null }, { dimensions: { b: 1, seq: 2 } }],
])('a page that asks for %o changes the settings to %o', async (change, entry) => {
  await choose(choices, [change]);
  expect(written).toEqual([['models', { 'm.onnx': entry }, 2]]);
});

it('several changes are written one after the other, a chip among them', async () => {
  await choose(choices, [
    { kind: 'precision', value: 'int8' },
    { kind: 'chip', value: 'b' },
    { kind: 'chip', value: 'c' },
  ]);
  expect(written.slice(1)).toEqual([
    ['chips', ['b', 'a'], 2],
    ['chips', ['c', 'a', 'b'], 2],
  ]);
});

it.each([
  { kind: 'chip', value: 'd' },
  { kind: 'dimension', name: 'other', value: 8 },
  { kind: 'dimension', name: 'batch_size', value: -1 },
  { kind: 'dimension', name: 'batch_size', value: '8' },
  { kind: 'phase', value: 'constructor' },
  { kind: 'precision', value: 'fp7' },
  { kind: 'runtime', value: 'other' },
  { kind: 'chips', value: [] },
])('nothing is written for %o', async (change) => {
  await choose(choices, [change]);
  expect(written).toEqual([]);
});
