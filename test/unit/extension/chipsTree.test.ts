import { beforeEach, expect, it, vi } from 'vitest';
import { URI } from 'vscode-uri';
import type { ChipListItem } from '../../../server/protocol';
import { EventEmitter, parts as common } from './vscodeParts';

const written: unknown[][] = [];
const shown: string[] = [];
const view = { message: undefined as string | undefined, selection: [] as unknown[], dispose: () => {} };

vi.mock('vscode', async () => ({
  ...(await import('./vscodeParts')).parts,
  TreeItem: class {
    constructor(
      readonly label: string,
      readonly collapsibleState: number,
    ) {}
  },
  TreeItemCollapsibleState: { None: 0, Collapsed: 1, Expanded: 2 },
  ThemeIcon: class {
    constructor(readonly id: string) {}
  },
  DataTransferItem: class {
    constructor(readonly value: unknown) {}
  },
  window: {
    createTreeView: () => view,
    showTextDocument: (uri: URI) => Promise.resolve(void shown.push(uri.toString())),
  },
}));
vi.mock('../../../extension/choices/settings', () => ({
  writeSetting: (...args: unknown[]) => Promise.resolve(void written.push(args)),
}));
vi.mock('../../../extension/server/notices', () => ({ withheldText: () => null }));
const { ChipsTree } = await import('../../../extension/trees/chips');

const chip = (id: string, file: string | null = null): ChipListItem => {
  return { id, name: id.toUpperCase(), description: '1 ms · fits', file };
};
const lists = {
  chosen: [chip('a'), chip('b', 'file:///w/b.json'), chip('c')],
  others: [chip('own', 'file:///w/o.json')],
};
const subject = { current: URI.parse('siliconlens:/m.onnx.onnxtxt'), onDidChange: new EventEmitter().event };

function tree(answer: () => Promise<unknown> = () => Promise.resolve(lists)) {
  const { event } = new EventEmitter();
  const events = { onRunning: event, onWithheld: event, onEnded: event, onAnalysis: event };
  const server = { ...events, down: null, request: answer };
  return new ChipsTree(server as never, subject as never);
}

beforeEach(() => {
  written.length = shown.length = 0;
  view.selection = [];
  view.message = undefined;
});

it('lists the chosen chips and, below a heading, those of files that are not', async () => {
  const chips = tree();
  const top = await chips.getChildren();
  expect(top).toEqual([...lists.chosen, 'others']);
  expect(await chips.getChildren('others')).toEqual(lists.others);
  const items = [...lists.chosen, ...lists.others].map((one) => chips.getTreeItem(one));
  expect(items.map(({ contextValue }) => contextValue)).toEqual([
    'chosen several',
    'chosen later own several',
    'chosen later several',
    'other own several',
  ]);
  expect(items[0]!.accessibilityInformation!.label).toBe('A: 1 ms · fits, leads the hints');
  expect(chips.getParent(lists.others[0]!)).toBe('others');
});

it.each([
  ['siliconlens.leadChip', 'c', ['c', 'a', 'b']],
  ['siliconlens.leadChip', 'own', ['own', 'a', 'b', 'c']],
  ['siliconlens.moveChipUp', 'b', ['b', 'a', 'c']],
  ['siliconlens.moveChipDown', 'a', ['b', 'a', 'c']],
  ['siliconlens.removeChip', 'b', ['a', 'c']],
] as const)('%s of %s writes the list anew', async (command, id, ids) => {
  const chips = tree();
  await chips.getChildren();
  await chips.commands.get(command)!([...lists.chosen, ...lists.others].find((one) => one.id === id));
  expect(written).toEqual([['chips', ids]]);
});

it('writes nothing where nothing changes, for what is no chip of the list, and never an empty list', async () => {
  const chips = tree();
  await chips.getChildren();
  await chips.commands.get('siliconlens.moveChipUp')!(lists.chosen[0]);
  await chips.commands.get('siliconlens.removeChip')!(chip('unknown'));
  await chips.commands.get('siliconlens.removeChip')!(undefined);
  const single = tree(() => Promise.resolve({ chosen: [lists.chosen[0]], others: [] }));
  await single.getChildren();
  await single.commands.get('siliconlens.removeChip')!(lists.chosen[0]);
  expect(written).toEqual([]);
});

it('is about the selection where a key is pressed, and opens the file of a chip', async () => {
  const chips = tree();
  await chips.getChildren();
  view.selection = [lists.chosen[1]];
  await chips.commands.get('siliconlens.editChip')!(undefined);
  expect(shown).toEqual(['file:///w/b.json']);
  await chips.commands.get('siliconlens.moveChipDown')!(undefined);
  expect(written).toEqual([['chips', ['a', 'c', 'b']]]);
});

it('puts what is dragged before the chip that it is dropped on, or behind all', async () => {
  const chips = tree();
  await chips.getChildren();
  const drag = async (from: ChipListItem, to: ChipListItem | undefined) => {
    const carried = new Map<string, { value: unknown }>();
    chips.handleDrag([from], carried as never);
    await chips.handleDrop(to, carried as never);
  };
  await drag(lists.chosen[2]!, lists.chosen[0]);
  await drag(lists.chosen[0]!, undefined);
  await drag(lists.others[0]!, lists.chosen[1]);
  await drag(lists.chosen[1]!, lists.chosen[1]);
  expect(written.map(([, ids]) => ids)).toEqual([
    ['c', 'a', 'b'],
    ['b', 'c', 'a'],
    ['a', 'own', 'b', 'c'],
  ]);
});

it('says why there is nothing', async () => {
  const chips = tree(() => Promise.reject(new Error('It broke.')));
  expect(await chips.getChildren()).toEqual([]);
  expect(view.message).toBe('It broke.');
});

it('is empty without a model, so that its welcome is seen', async () => {
  const chips = tree();
  const before = subject.current;
  subject.current = undefined as never;
  expect(await chips.getChildren()).toEqual([]);
  subject.current = before;
  expect(common.env.language).toBe('en');
});
