import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { int, text, varint } from '../unit/formats/wire';
import { type TabState, Workbench } from './workbench';

let bench: Workbench;
const hasGit = spawnSync('git', ['--version']).status === 0;
const withGit = (what: string): string => `${what}${hasGit ? '' : ' (git is not installed)'}`;
const mainKey = process.platform === 'darwin' ? 'Meta' : 'Control';
/** More than VS Code compares as text. */
const largeBytes = 14e6;

beforeAll(async () => {
  bench = await Workbench.open('diff', {
    prepare: (folder) => {
      writeFileSync(join(folder, 'large-a.onnx'), large(folder, 'tiny-mlp.onnx'));
      writeFileSync(join(folder, 'large-b.onnx'), large(folder, 'tiny-conv.onnx'));
      if (hasGit) commitModels(folder);
    },
  });
});
afterAll(() => bench?.close());
beforeEach(async () => {
  await bench.command('workbench.view.explorer');
  await bench.closeEditors();
});

it('compares two selected models as listings', async () => {
  await bench.file('detector.onnx').click();
  await bench.tabsBecome(['>~detector.onnx.onnxtxt']);
  await bench.file('vit-b16.onnx').click({ modifiers: [mainKey] });
  await bench.fileMenu('vit-b16.onnx', 'Compare Selected');
  const diff = (await diffTabs()).find(({ active }) => active);
  expect(diff?.original).toMatch(/\/detector\.onnx\.onnxtxt$/);
  expect(diff?.uri).toMatch(/\/vit-b16\.onnx\.onnxtxt$/);
});

it('compares two large models as listings', async () => {
  await bench.file('large-a.onnx').click();
  await bench.tabsBecome(['>~large-a.onnx.onnxtxt']);
  await bench.file('large-b.onnx').click({ modifiers: [mainKey] });
  await bench.fileMenu('large-b.onnx', 'Compare Selected');
  const diff = (await diffTabs()).find(({ active }) => active);
  expect(diff?.original).toMatch(/\/large-a\.onnx\.onnxtxt$/);
  expect(diff?.uri).toMatch(/\/large-b\.onnx\.onnxtxt$/);
});

it.skipIf(!hasGit)(withGit('compares with Git as listings'), async () => {
  await clickChanged('tiny-mlp.onnx');
  const tabs = await diffTabs();
  expect(tabs.map(({ label, kind }) => [label, kind])).toEqual([
    ['tiny-mlp.onnx (Index ↔ Working Tree)', 'diff'],
  ]);
  expect(tabs[0]?.original).toMatch(/^siliconlens:.*\/tiny-mlp\.onnx\.onnxtxt\?git/);
  expect(tabs[0]?.uri).toMatch(/^siliconlens:.*\/tiny-mlp\.onnx\.onnxtxt$/);
  // What it takes now and before stands in the head, what a node takes more or less before it.
  const shown = (): Promise<string[]> =>
    bench.page.evaluate(() =>
      [...document.querySelectorAll('.modified-in-monaco-diff-editor .view-line span')].flatMap((span) =>
        ['::before', '::after'].map((part) => getComputedStyle(span, part).content),
      ),
    );
  const told = async (what: RegExp): Promise<boolean> => (await shown()).some((text) => what.test(text));
  await bench.until(() => told(/: [\d.]+ [µm]s → [\d.]+ [µm]s \([+−][\d.]+ [µn]s\)/), 'both times');
  await bench.until(() => told(/^"\+[\d.]+ µs new"/), 'what a new node takes');
  await bench.picture('diff');
});

it.skipIf(!hasGit)(withGit('compares a large model with Git as listings'), async () => {
  await clickChanged('large-a.onnx');
  const tabs = await diffTabs();
  expect(tabs.map(({ label, kind }) => [label, kind])).toEqual([
    ['large-a.onnx (Index ↔ Working Tree)', 'diff'],
  ]);
  const [original, modified] = await sides();
  const differing = modified!.split('\n').filter((line, i) => line !== original!.split('\n')[i]);
  // All weights begin four bytes later, and the other file has another name: no other line says so.
  expect(differing).toEqual([
    expect.stringMatching(/^# 14,\d{3},\d{3} bytes, \d+ nodes/),
    '  float[3500001] padding = ["location": "<this file>", "length": "14000004"],',
  ]);
});

it.skipIf(!hasGit)(withGit('compares both sides of a conflict as listings'), async () => {
  await clickChanged('large-b.onnx');
  const tabs = await diffTabs();
  expect(tabs.map(({ label, kind }) => [label, kind])).toEqual([
    ['large-b.onnx (Current ↔ Incoming)', 'diff'],
  ]);
  const [ours, theirs] = await sides();
  expect(ours).toContain('Gemm');
  expect(ours).not.toContain('Conv');
  expect(theirs).toContain('Conv');
  await bench.page.locator('.modified-in-monaco-diff-editor .view-line').first().waitFor();
  await bench.picture('conflict');
});

async function clickChanged(name: string): Promise<void> {
  await bench.command('workbench.view.scm');
  await bench.page.locator('.scm-view .monaco-list-row', { hasText: name }).first().click();
}

/** Texts of the two sides of the open diff, once both are there. */
async function sides(): Promise<string[]> {
  let texts: string[] = [];
  await bench.until(async () => {
    texts = await bench.inHost((api) => {
      const input = api.window.tabGroups.activeTabGroup.activeTab?.input;
      if (!(input instanceof api.TabInputTextDiff)) return [];
      const textOf = (uri: { toString(): string }) =>
        api.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString())?.getText() ?? '';
      return [textOf(input.original), textOf(input.modified)];
    });
    return texts.length === 2 && texts.every((one) => one !== '');
  }, 'the texts of both sides');
  return texts;
}

/** The tabs once a diff of texts has taken the place of the diff of models. */
async function diffTabs(): Promise<TabState[]> {
  let tabs: TabState[] = [];
  await bench.until(
    async () => {
      tabs = (await bench.tabs()).flat();
      const left = tabs.some(({ kind }) => kind === 'other' || kind === 'custom');
      // VS Code itself first tries the models as texts.
      return tabs.some(({ kind, uri }) => kind === 'diff' && uri?.startsWith('siliconlens:')) && !left;
    },
    () => `a diff, and nothing else than ${JSON.stringify(tabs)}`,
  );
  return tabs;
}

/** A model behind an initializer of 14 MB that nothing reads: parts of a message that come twice are one. */
function large(folder: string, name: string, filling = 1, bytes = largeBytes): Buffer {
  const model = readFileSync(join(folder, name));
  const raw = Buffer.alloc(bytes, filling);
  // Of the fields that hold it only the heads are written out: dims, type, name, raw_data.
  const tensor = headed(9, raw, [...int(1, bytes / 4), ...int(2, 1), ...text(8, 'padding')]);
  return Buffer.concat([headed(7, headed(5, tensor)), model]);
}

/** A field of protobuf around these bytes, behind others of the same message. */
function headed(field: number, content: Buffer, others: readonly number[] = []): Buffer {
  return Buffer.concat([
    Buffer.from([...others, ...varint(field * 8 + 2), ...varint(content.length)]),
    content,
  ]);
}

/** A repository with changed models, and one that two branches changed. */
function commitModels(folder: string): void {
  const git = (...args: string[]) => {
    const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
    return spawnSync('git', [...who, ...args], { cwd: folder }).status;
  };
  const model = (name: string, from: string, ...padding: [filling: number, bytes?: number]) =>
    writeFileSync(join(folder, name), large(folder, from, ...padding));
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'Models');
  git('switch', '-qc', 'theirs');
  model('large-b.onnx', 'tiny-conv.onnx', 2);
  git('commit', '-qam', 'Theirs');
  git('switch', '-q', 'main');
  model('large-b.onnx', 'tiny-mlp.onnx', 3);
  git('commit', '-qam', 'Ours');
  expect(git('merge', '-q', 'theirs')).toBe(1);
  model('large-a.onnx', 'tiny-mlp.onnx', 4, largeBytes + 4);
  copyFileSync(join(folder, 'tiny-conv.onnx'), join(folder, 'tiny-mlp.onnx'));
}
