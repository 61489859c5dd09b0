import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PublishDiagnosticsParams } from 'vscode-languageserver/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { choicesRequest, suggestionsRequest, summaryRequest } from '../../server/protocol';
import { publishedConfiguration } from '../unit/lower/published';
import { TestClient, type TestDocument } from './client';

const model = `<ir_version: 10, opset_import: ["": 21]>
g (float[8,256] x) => (float[8,256] y) <float[256,256] w = ["location": "w.bin"]> {
  [a] a = MatMul (x, w)
  [b] b = Tanh (a)
  [c] y = MatMul (b, w)
}`;
const units = [
  { id: 'gpu', chip: 'nvidia-l4', runtime: 'onnxruntime-cuda' },
  { id: 'cpu', chip: 'intel-xeon-8480' },
];
const middle = { schemaVersion: 1, units, nodes: { cpu: ['b'] } };

let folder: string;
let client: TestClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mappings-'));
  await mkdir(join(folder, '.siliconlens', 'mappings'), { recursive: true });
});
afterEach(async () => {
  await client.stop();
  await rm(folder, { recursive: true });
});

const uriOf = (path: string): string => pathToFileURL(path).toString();
const fileOf = (name: string): string => join(folder, '.siliconlens', 'mappings', `${name}.json`);

/** Writes a mapping (or removes it for null) and tells the server as the editor does. */
async function save(name: string, content: object | null): Promise<void> {
  if (content) {
    await writeFile(join(folder, 'whole'), JSON.stringify(content));
    await rename(join(folder, 'whole'), fileOf(name));
  } else await rm(fileOf(name));
  const change = { uri: uriOf(fileOf(name)), type: content ? 2 : 3 };
  await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [change] });
}

async function start(settings: object): Promise<TestDocument> {
  client = await TestClient.inProcess({ settings, folders: [uriOf(folder)] });
  return client.openText(uriOf(join(folder, 'm.onnxtxt')), model);
}

/** Name and milliseconds of the first chip. */
async function lead({ uri }: TestDocument): Promise<[name: string, seconds: number]> {
  const { chips } = await client.request(summaryRequest, { uri });
  return [chips[0]!.name, chips[0]!.total.latencySeconds!.value!];
}

const codes = async (document: TestDocument): Promise<unknown[]> => {
  const report = await document.diagnostics();
  return report.kind === 'full' ? report.items.map(({ code }) => code) : [];
};

it('totals, hover and name follow the mapping that the settings of a model name', async () => {
  await writeFile(fileOf('middle'), JSON.stringify(middle));
  const models = { 'm.onnxtxt': { mapping: 'middle', runtime: 'onnxruntime-cuda' } };
  const document = await start({ chips: ['nvidia-t4', 'nvidia-l4'], models });
  const [name, mapped] = await lead(document);
  expect(name).toBe('L4 + Xeon Platinum 8480+ (Sapphire Rapids)');
  // Without it: both products and the activation on the L4. The transfers there and back over 31 GB/s at 0.85 are 8.3 µs each.
  await client.changeSettings({
    chips: ['nvidia-l4'],
    models: { 'm.onnxtxt': { runtime: 'onnxruntime-cuda' } },
  });
  const [alone, whole] = await lead(document);
  expect(alone).not.toContain(' + ');
  const link = 8e-6 + (8 * 256 * 4) / (31e9 * 0.85);
  // Both runtimes are started once more, 4.3 and 20 µs; a few microseconds of launching the activation on the L4 are saved.
  const more = 2 * link + 4.3e-6 + 20e-6;
  expect(mapped - whole).toBeGreaterThan(more - 6e-6);
  expect(mapped - whole).toBeLessThan(more);
  await client.changeSettings({ chips: ['nvidia-t4', 'nvidia-l4'], models });
  expect(await document.hoverText(document.at('Tanh'))).toContain('Xeon Platinum 8480');
  const { mapping, mappings, chosen } = await client.request(choicesRequest, { uri: document.uri });
  expect({ mapping, mappings, chosen }).toEqual({
    mapping: 'middle',
    mappings: ['middle'],
    chosen: ['nvidia-l4', 'nvidia-t4'],
  });
});

it('a mapping that changes is followed, one that is gone is told', async () => {
  await writeFile(fileOf('m'), JSON.stringify(middle));
  const document = await start({ models: { '*': { mapping: 'm' } } });
  const [, before] = await lead(document);
  await save('m', { ...middle, nodes: { cpu: ['b', 'c'] } });
  let after = before;
  while (after === before) [, after] = await lead(document);
  // Only one value crosses now: a to the processor; y is there.
  expect(after).not.toBe(before);
  expect(await codes(document)).not.toContain('settings.mapping-unknown');
  await save('m', null);
  while (!(await codes(document)).includes('settings.mapping-unknown'));
  const [name] = await lead(document);
  expect(name).not.toContain(' + ');
});

it('a mistake in a mapping is told at its place, and what was right before stays', async () => {
  await writeFile(fileOf('m'), JSON.stringify(middle));
  const document = await start({ models: { '*': { mapping: 'm' } } });
  expect((await lead(document))[0]).toContain(' + ');
  await save('m', { ...middle, units: [units[0], { id: 'cpu', chip: 'no-such-chip' }] });
  for (;;) {
    const { uri, diagnostics } = (await client.next(
      'textDocument/publishDiagnostics',
    )) as PublishDiagnosticsParams;
    if (uri !== uriOf(fileOf('m')) || diagnostics.length === 0) continue;
    expect(diagnostics.map(({ code }) => code)).toEqual(['system.no-chip']);
    expect(diagnostics[0]!.message).toContain('The mapping m stays as it was');
    break;
  }
  expect((await lead(document))[0]).toContain(' + ');
});

it('what is suggested beside a mapping leaves its nodes, and gains on it what it says', async () => {
  await writeFile(fileOf('m'), JSON.stringify(middle));
  const large = model.replaceAll('8,256', '4096,4096').replace('256,256', '4096,4096');
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-l4'] }, folders: [uriOf(folder)] });
  const document = await client.openText(uriOf(join(folder, 'm.onnxtxt')), large);
  const { uri } = document;
  const suggested = async () => (await client.request(suggestionsRequest, { uri })).suggestions;
  const alone = await suggested();
  const pinned = { runtime: 'onnxruntime-cuda', mapping: 'm' };
  await client.changeSettings({ chips: ['nvidia-l4'], models: { '*': pinned } });
  const found = await suggested();
  expect(found.length).toBeGreaterThan(0);
  // Another chip or runtime would move nodes.
  expect(found.every(({ setting }) => setting?.kind !== 'chip' && setting?.kind !== 'runtime')).toBe(true);
  const precise = found.find(({ setting }) => setting?.kind === 'precision')!;
  expect(precise.command).toContain(' --mapping .siliconlens/mappings/m.json');
  expect(precise.command).not.toContain('--chip');
  const [, before] = await lead(document);
  const { value: precision } = precise.setting as { value: string };
  await client.changeSettings({ chips: ['nvidia-l4'], models: { '*': { ...pinned, precision } } });
  const [name, after] = await lead(document);
  expect(name).toContain(' + ');
  expect(precise.saving).toContain(`(${((1 - after / before) * 100).toFixed(0)}%)`);
  // The activation is where it was, and what crosses to it is in the sum: of the chip alone the share is another one.
  const onChip = alone.find(({ setting }) => setting?.kind === 'precision')!;
  expect(onChip.saving).not.toBe(precise.saving);
});

it('devices that share a configuration lead lens, hover and summary, or what keeps them from it is told', async () => {
  const { uri, ...split } = {
    uri: uriOf(join(folder, 'config.json')),
    schemaVersion: 1,
    system: 'nvidia-dgx-h100',
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(publishedConfiguration('Llama-3.1-8B')));
  await writeFile(fileOf('four'), JSON.stringify({ ...split, split: { tp: 2, pp: 2 } }));
  await writeFile(fileOf('many'), JSON.stringify({ ...split, split: { tp: 5, pp: 3 } }));
  const pinned = (mapping: string) => {
    const sizes = { batch: 4, past: 512 };
    return {
      chips: ['nvidia-h100-sxm'],
      models: { 'config.json': { phase: 'decode', dimensions: sizes, mapping } },
    };
  };
  client = await TestClient.inProcess({ settings: pinned('four'), folders: [uriOf(folder)] });
  const document = await client.open(uri);
  const { chips } = await client.request(summaryRequest, { uri: document.uri });
  expect(chips[0]!.name).toBe('4 × H100 SXM5 80GB · tp 2 pp 2');
  // The head takes as long as some layers, so the second stage has fewer of them.
  const [first, second] = chips[0]!.spread!.stages.map(({ layers }) => layers!);
  expect([first![0], second![0], second![1]]).toEqual([1, first![1] + 1, 32]);
  expect(first![1]).toBeGreaterThan(16);
  const choices = await client.request(choicesRequest, { uri: document.uri });
  expect([choices.mapping, choices.target]).toEqual(['four', chips[0]!.name]);
  // 15 devices of eight.
  await client.changeSettings(pinned('many'));
  const alone = await client.request(summaryRequest, { uri: document.uri });
  expect(alone.chips[0]!.name).toBe('H100 SXM5 80GB');
});
