import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic, PublishDiagnosticsParams, ShowMessageParams } from 'vscode-languageserver/node';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  choicesRequest,
  chipsRequest,
  newChipRequest,
  searchChipsRequest,
  summaryRequest,
  validatedNotification,
} from '../../server/protocol';
import { chips } from '../../server/engine/chips/catalogue';
import { fixture, TestClient } from './client';
import type { TestDocument } from './client';

let folder: string;
let client: TestClient;
let model: Uint8Array;

beforeAll(async () => {
  model = await fixture('tiny-mlp.onnx');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chips-'));
  await writeFile(join(folder, 'm.onnx'), model);
  await mkdir(join(folder, '.siliconlens', 'chips'), { recursive: true });
});
afterEach(async () => {
  await client.stop();
  await rm(folder, { recursive: true });
});

const pathOf = (name: string): string => join(folder, '.siliconlens', 'chips', name);
const uriOf = (path: string): string => pathToFileURL(path).toString();

async function start(settings: object): Promise<TestDocument> {
  client = await TestClient.inProcess({ settings, folders: [uriOf(folder)] });
  return client.open(uriOf(join(folder, 'm.onnx')));
}

/** Writes a chip file (or removes it for null) and tells the server as the editor does. */
async function save(name: string, content: object | string | null): Promise<void> {
  if (content === null) await rm(pathOf(name));
  else {
    // In one go: the server watches the folder and would read a file that is half written.
    const whole = join(folder, 'whole');
    await writeFile(whole, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
    await rename(whole, pathOf(name));
  }
  const change = { uri: uriOf(pathOf(name)), type: content === null ? 3 : 2 };
  await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [change] });
}

/** What is said next at a chip file: the text that each diagnostic is at, and its code. */
async function said(name: string, text: string): Promise<[code: unknown, at: string][]> {
  const lines = text.split('\n');
  const at = ({ range: { start, end } }: Diagnostic): string =>
    (lines[start.line] ?? '').slice(start.character, end.line > start.line ? undefined : end.character);
  return (await next(name)).map((one) => [one.code, at(one)]);
}

async function next(name: string): Promise<Diagnostic[]> {
  for (;;) {
    const { uri, diagnostics } = (await client.next(
      'textDocument/publishDiagnostics',
    )) as PublishDiagnosticsParams;
    if (uri === uriOf(pathOf(name))) return diagnostics;
  }
}

const half = {
  id: 'half',
  extends: 'nvidia-l4',
  name: 'Half an L4',
  memory: [{ name: 'GDDR6', bandwidthBytesPerSecond: 150e9 }],
};

describe('chips of the workspace', () => {
  it('are noticed, changed and gone, when their folders come in one go and nobody tells', async () => {
    await rm(join(folder, '.siliconlens'), { recursive: true });
    const document = await start({ chips: ['half'] });
    const hover = () => document.hoverText(document.at('Relu'));
    expect(await hover()).not.toContain('Half');
    // As from an archive or a checkout, in which editors' own watchers miss all that is inside.
    const prepared = await mkdtemp(join(tmpdir(), 'chips-'));
    await mkdir(join(prepared, '.siliconlens', 'chips'), { recursive: true });
    await writeFile(join(prepared, '.siliconlens', 'chips', 'half.json'), JSON.stringify(half));
    for (const time of ['first', 'second']) {
      await cp(join(prepared, '.siliconlens'), join(folder, '.copy'), { recursive: true });
      await rename(join(folder, '.copy'), join(folder, '.siliconlens'));
      await expect.poll(hover, { timeout: 20_000 }).toContain('Half an L4');
      await writeFile(pathOf('half.json'), JSON.stringify({ ...half, name: `Half the ${time} time` }));
      await expect.poll(hover, { timeout: 20_000 }).toContain(`Half the ${time} time`);
      await rm(join(folder, '.siliconlens'), { recursive: true });
      await expect.poll(hover, { timeout: 20_000 }).not.toContain('Half');
    }
    await rm(prepared, { recursive: true });
  });

  it('are in the hover, the choices and the report as soon as their file is there, and follow it', async () => {
    const document = await start({ chips: ['half'] });
    const at = document.at('Relu');
    expect(await document.hoverText(at)).not.toContain('Half');
    await save('half.json', half);
    await client.next('workspace/inlayHint/refresh');
    const before = await document.hoverText(at);
    expect(before).toContain('Half an L4');
    const choices = await client.request(choicesRequest, { uri: document.uri });
    expect(choices.chosen).toEqual(['half']);
    expect(choices.chips[0]).toMatchObject({ id: 'half', own: true });
    expect(choices.chips[0]?.description).toContain('150 GB/s');
    expect(choices.chips.filter(({ own }) => own)).toHaveLength(1);
    const seconds = async (): Promise<number | null | undefined> => {
      const { chips } = await client.request(summaryRequest, { uri: document.uri });
      expect(chips.map(({ name }) => name)).toEqual(['Half an L4']);
      return chips[0]?.total.latencySeconds?.value;
    };
    const fast = await seconds();

    // The bandwidth alone changes, under the same id: what was computed before must not be shown again.
    await save('half.json', { ...half, memory: [{ name: 'GDDR6', bandwidthBytesPerSecond: 150e6 }] });
    await next('half.json');
    await next('half.json');
    const after = await document.hoverText(at);
    expect(after).toContain('Half an L4');
    expect(after).not.toBe(before);
    // A thousandth of the bandwidth: reading the weights takes as long as all else together.
    expect(await seconds()).toBeGreaterThan(fast! * 1.5);
    const lenses = await document.lenses();
    expect(lenses.map(({ command }) => command?.title).join()).toContain('Half an L4');
  });

  it('are there from the start, also as the base of each other in any order', async () => {
    await writeFile(pathOf('a.json'), JSON.stringify({ id: 'a', extends: 'half', name: 'Chip A' }));
    await writeFile(pathOf('half.json'), JSON.stringify(half));
    const document = await start({ chips: ['a', 'half'] });
    expect(await document.hoverText(document.at('Relu'))).toMatch(/Chip A[\s\S]*Half an L4/);
    const result = await client.request(chipsRequest, {});
    expect(result.chips).toHaveLength(chips.length + 2);
    expect(result.chips.find(({ id }) => id === 'a')?.description).toContain('150 GB/s');
    // Typed words find them as the command line does, shipped chips by their number too.
    const found = (query: string) => client.request(searchChipsRequest, { query });
    expect((await found('Half an L4')).found).toEqual(['half']);
    expect((await found('엔비디아 H200')).found).toEqual(['nvidia-h200-sxm', 'nvidia-h200-nvl']);
    expect((await found('H20')).found).not.toContain('nvidia-h200-sxm');
    expect((await found('DGX H100')).systems).toContain('nvidia-dgx-h100');
  });

  it('tell their mistakes at the line and stay as they were before', async () => {
    await writeFile(pathOf('half.json'), JSON.stringify(half));
    const document = await start({ chips: ['half'] });
    expect(await next('half.json')).toEqual([]);
    const text = JSON.stringify({ ...half, name: 'Never seen', power: { tdpWatts: '72 W' } }, null, 2);
    await save('half.json', text);
    expect(await said('half.json', text)).toEqual([['chip.schema-number', '"72 W"']]);
    const hover = (): Promise<string> => document.hoverText(document.at('Relu'));
    await expect.poll(hover, { timeout: 20_000 }).toContain('Half an L4');
    expect(await hover()).not.toContain('Never seen');

    const broken = text.replace('"extends": "nvidia-l4",', '"extends": "nvidia-l4"');
    await save('half.json', broken);
    expect(await said('half.json', broken)).toEqual([['chip.syntax', '"']]);
    // 10 letters stand before the lists; the first 100 of those may stand in the object.
    const deep = `{"notes": ${'['.repeat(200)}`;
    await save('half.json', deep);
    const [tooDeep] = await next('half.json');
    expect(tooDeep).toMatchObject({ code: 'chip.depth', range: { start: { line: 0, character: 110 } } });
    await save('half.json', { ...half, name: 'Corrected' });
    expect(await next('half.json')).toEqual([]);
    await expect.poll(hover, { timeout: 20_000 }).toContain('Corrected');
  });

  it('say what becomes of them meanwhile, in the language of the reader', async () => {
    await writeFile(pathOf('new.json'), JSON.stringify({ ...half, id: 'New One' }));
    client = await TestClient.inProcess({ folders: [uriOf(folder)], locale: 'ko' });
    const [first] = await next('new.json');
    expect(first?.message).toBe(
      'id 값으로 “New One”을(를) 쓸 수 없습니다. 영문 소문자나 숫자로 시작하고 영문 소문자, 숫자, 점, 붙임표만 쓰세요. 고칠 때까지 이 칩은 제공되지 않습니다.',
    );
  });

  it('that go are told once if they were chosen, and the listing says so', async () => {
    await writeFile(pathOf('half.json'), JSON.stringify(half));
    await writeFile(pathOf('other.json'), JSON.stringify({ ...half, id: 'other' }));
    const document = await start({ chips: ['half', 'nvidia-t4'] });
    await document.lenses();
    await save('other.json', null);
    await save('half.json', null);
    const { message } = (await client.next('window/showMessage')) as ShowMessageParams;
    expect(message).toContain('Half an L4');
    expect(message).toContain('.siliconlens/chips/half.json');
    const hover = await document.hoverText(document.at('Relu'));
    expect(hover).toContain('T4');
    expect(hover).not.toContain('Half');
    const report = await document.diagnostics();
    expect(report.kind === 'full' && report.items.map(({ code }) => code)).toContain('settings.chip-unknown');
    expect(client.received.filter(({ method }) => method === 'window/showMessage')).toEqual([]);
  });

  it('that go while models are costed anew are told too', async () => {
    await writeFile(pathOf('half.json'), JSON.stringify(half));
    await writeFile(join(folder, 'm.onnx'), await fixture('bert-base.onnx'));
    const document = await start({ chips: ['nvidia-t4'] });
    await document.lenses();
    await client.changeSettings({ chips: ['half'] });
    await save('half.json', null);
    const { message } = (await client.next('window/showMessage')) as ShowMessageParams;
    expect(message).toContain('Half an L4');
  });

  it('clash neither with the catalogue nor with each other, and extend each other in no circle', async () => {
    const files = {
      'a.json': { id: 'a', extends: 'b', name: 'A' },
      'b.json': { id: 'b', extends: 'c', name: 'B' },
      'c.json': { id: 'c', extends: 'b', name: 'C' },
      'taken.json': { ...half, id: 'nvidia-t4' },
      'twice.json': { ...half, id: 'a' },
    };
    for (const [name, json] of Object.entries(files))
      await writeFile(pathOf(name), JSON.stringify(json, null, 2));
    client = await TestClient.inProcess({ folders: [uriOf(folder)] });
    const told: Record<string, Diagnostic[]> = {};
    for (const name of Object.keys(files)) told[name] = await next(name);
    expect(Object.entries(told).map(([name, list]) => [name, ...list.map(({ code }) => code)])).toEqual([
      ['a.json', 'chip.extends-broken'],
      ['b.json', 'chip.extends-circle'],
      ['c.json', 'chip.extends-circle'],
      ['taken.json', 'chip.id-taken'],
      ['twice.json', 'chip.id-twice'],
    ]);
    expect(told['b.json']![0]!.message).toContain('b → c → b');
    expect(told['b.json']![0]!.range.start).toEqual({ line: 2, character: 13 });
    expect((await client.request(chipsRequest, {})).chips).toHaveLength(chips.length);
  });

  it('are read inside the workspace folder alone', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'outside-'));
    try {
      await writeFile(join(outside, 'half.json'), JSON.stringify(half));
      await symlink(join(outside, 'half.json'), pathOf('link.json'));
      await writeFile(pathOf('large.json'), `{"id":"x","name":"${'x'.repeat(300_000)}"}`);
      client = await TestClient.inProcess({ folders: [uriOf(folder)] });
      expect((await next('large.json')).map(({ code }) => code)).toEqual(['chip.too-large']);
      client.received.length = 0;
      await save('good.json', half);
      expect((await next('link.json')).map(({ code }) => code)).toEqual(['chip.outside']);
      const { chips } = await client.request(chipsRequest, {});
      expect(chips.filter(({ own }) => own).map(({ id }) => id)).toEqual(['half']);
    } finally {
      await rm(outside, { recursive: true });
    }
  });
});

describe('mistakes of a chip file that the editor validates by its schema', () => {
  /** As VS Code's JSON support has them: `(` is written as `%28`. */
  const validated = (names: readonly string[]): Promise<void> => {
    const files = names.map((name) => uriOf(pathOf(name)).replace('(', '%28').replace(')', '%29'));
    return client.connection.sendNotification(validatedNotification, { files });
  };
  const codes = async (name: string): Promise<unknown[]> => (await next(name)).map(({ code }) => code);
  // One mistake against the schema, one field that it does not know, and one that only we see: 26 operations per second.
  const mistakes = { ...half, peakOpsPerSecond: { int8: 26 }, tops: 4, power: { tdpWatts: 5 } };
  const name = 'half (1).json';

  it('are all told by the server as long as no editor says that it validates the file', async () => {
    await writeFile(pathOf(name), JSON.stringify({ ...mistakes, power: { tdpWatts: '5' } }, null, 2));
    client = await TestClient.inProcess({ folders: [uriOf(folder)] });
    expect(await codes(name)).toEqual(['chip.schema-unknown', 'chip.schema-number']);
    await save(name, mistakes);
    expect(await codes(name)).toEqual(['chip.schema-unknown', 'chip.lint-missing-unit']);
  });

  it('are left to the editor while the file is open in it, but for those that it does not see', async () => {
    await writeFile(pathOf(name), JSON.stringify(mistakes, null, 2));
    await writeFile(pathOf('other.json'), JSON.stringify({ ...half, id: 'other', tops: 4 }));
    client = await TestClient.inProcess({ folders: [uriOf(folder)] });
    expect(await codes(name)).toEqual(['chip.schema-unknown', 'chip.lint-missing-unit']);
    expect(await codes('other.json')).toEqual(['chip.schema-unknown']);
    await validated([name]);
    expect(await codes(name)).toEqual(['chip.lint-missing-unit']);
    // Each kind: a wrong type, broken JSON, no object; then what an editor overlooks: 1e999, depth, an unknown base.
    const cases: [text: string, told: unknown[]][] = [
      [JSON.stringify({ ...half, power: { tdpWatts: '5' } }), []],
      ['{ "id": "half" ', []],
      ['[]', []],
      [JSON.stringify({ ...half, power: { tdpWatts: 5 } }).replace('5}', '1e999}'), ['chip.schema-number']],
      [`{"notes": ${'['.repeat(200)}`, ['chip.depth']],
      [JSON.stringify({ ...half, extends: 'nothing-like-it' }), ['chip.extends-unknown']],
    ];
    for (const [text, told] of cases) {
      await save(name, text);
      expect(await codes(name), text.slice(0, 80)).toEqual(told);
    }
    await save(name, mistakes);
    expect(await codes(name)).toEqual(['chip.lint-missing-unit']);
    // The other file is not open in the editor: all of it is told.
    expect(await codes('other.json')).toEqual(['chip.schema-unknown']);
    await validated([]);
    expect(await codes(name)).toEqual(['chip.schema-unknown', 'chip.lint-missing-unit']);
  });
});

describe('chips of the settings', () => {
  it('need no file, and say in the listing what is wrong with them', async () => {
    const entry = { extends: half.extends, name: half.name, memory: half.memory };
    const customChips = { half: entry, bad: { ...entry, power: { tdpWatts: -1 } } };
    const document = await start({ chips: ['half'], customChips });
    expect(await document.hoverText(document.at('Relu'))).toContain('Half an L4');
    const report = await document.diagnostics();
    const items = report.kind === 'full' ? report.items : [];
    expect(items.filter(({ code }) => code === 'chip.schema-low').map(({ message }) => message)).toEqual([
      'siliconlens.customChips.bad.power.tdpWatts is -1, but must be at least 0.',
    ]);
    await client.changeSettings({ chips: ['half'], customChips: { half: { ...entry, name: 'Renamed' } } });
    await client.next('workspace/inlayHint/refresh');
    expect(await document.hoverText(document.at('Relu'))).toContain('Renamed');
  });
});

describe('a new chip file', () => {
  it('extends the chip under a free id, with the figures that matter, and is right as it is', async () => {
    await start({});
    const params = { extends: 'nvidia-h100-sxm', name: 'My H100 (2)' };
    const made = await client.request(newChipRequest, params);
    expect(made.id).toBe('my-h100-2');
    expect(made.text).toContain('"bf16": 989.4e12');
    expect(made.text).toContain(
      '{ "name": "HBM3", "capacityBytes": 84942979072, "bandwidthBytesPerSecond": 3.352e12 }',
    );
    await save('my-h100-2.json', made.text);
    expect(await next('my-h100-2.json')).toEqual([]);
    expect((await client.request(newChipRequest, params)).id).toBe('my-h100-2-2');
    const korean = await client.request(newChipRequest, { ...params, name: '우리 칩' });
    expect(korean.id).toBe('my-chip');
  });
});
