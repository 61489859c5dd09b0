import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic, PublishDiagnosticsParams } from 'vscode-languageserver/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { chipsRequest, choicesRequest, newSystemRequest, type SystemChoice } from '../../server/protocol';
import { fixture, TestClient } from './client';

let folder: string;
let client: TestClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'systems-'));
  await writeFile(join(folder, 'm.onnx'), await fixture('tiny-mlp.onnx'));
  await mkdir(join(folder, '.siliconlens', 'chips'), { recursive: true });
  await mkdir(join(folder, '.siliconlens', 'systems'), { recursive: true });
});
afterEach(async () => {
  await client.stop();
  await rm(folder, { recursive: true });
});

const uriOf = (path: string): string => pathToFileURL(path).toString();
const pathOf = (of: 'chips' | 'systems', name: string): string => join(folder, '.siliconlens', of, name);

/** Writes a file at once, since the server watches the folder, and tells the server as the editor does. */
async function save(of: 'chips' | 'systems', name: string, content: object): Promise<void> {
  const whole = join(folder, 'whole');
  await writeFile(whole, JSON.stringify(content, null, 2));
  await rename(whole, pathOf(of, name));
  const change = { uri: uriOf(pathOf(of, name)), type: 2 };
  await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [change] });
}

const textOf = (text: Diagnostic['message']): string => (typeof text === 'string' ? text : text.value);

/** What is said next at a system file: lines, counted from 1, and texts. */
async function said(name: string): Promise<[line: number, text: string][]> {
  for (;;) {
    const { uri, diagnostics } = (await client.next(
      'textDocument/publishDiagnostics',
    )) as PublishDiagnosticsParams;
    if (uri === uriOf(pathOf('systems', name)))
      return diagnostics.map(({ range, message }) => [range.start.line + 1, textOf(message)]);
  }
}

const box = { id: 'box', name: 'Our box', place: ['device'], devices: [{ id: 'gpu', chip: 'half' }] };
const half = { id: 'half', extends: 'nvidia-l4', name: 'Half an L4' };

async function systems(): Promise<readonly SystemChoice[]> {
  return (await client.request(chipsRequest, {})).systems;
}

it('systems of the workspace are told their mistakes, offered once they have none, and follow their chips', async () => {
  client = await TestClient.inProcess({ settings: {}, folders: [uriOf(folder)] });
  expect((await systems()).map(({ own }) => own)).not.toContain(true);
  await save('systems', 'box.json', box);
  // The chip stands in the tenth line of what JSON.stringify writes.
  expect(await said('box.json')).toEqual([
    [
      10,
      'devices.0.chip: there is no chip “half”. Name one of the catalogue or of your own chip files. The system is not offered until this is corrected.',
    ],
  ]);
  expect((await systems())[0]).toMatchObject({ own: false });
  // Nobody touches the system: the chip that it names is there now.
  await save('chips', 'half.json', half);
  expect(await said('box.json')).toEqual([]);
  expect((await systems())[0]).toEqual({
    ...{ id: 'box', name: 'Our box', aliases: ['device'], own: true, description: '1 × Half an L4' },
    ...{ chips: ['half'], host: null },
  });
  await save('systems', 'box.json', { ...box, place: ['moon'] });
  const [[line, text]] = (await said('box.json')) as [[number, string]];
  expect(line).toBe(5);
  expect(text).toContain('The system Our box stays as it was until this is corrected.');
  expect((await systems())[0]).toMatchObject({ id: 'box' });
});

it('systems are offered with the chips of a model, by the names of both languages', async () => {
  client = await TestClient.inProcess({ settings: {}, folders: [uriOf(folder)] });
  const { uri } = await client.open(uriOf(join(folder, 'm.onnx')));
  const { systems: offered, chips } = await client.request(choicesRequest, { uri });
  const found = (word: string): string[] =>
    offered
      .filter(({ name, aliases, description }) => [name, ...aliases, description].join(' ').includes(word))
      .map(({ id }) => id);
  expect(found('DGX')).toContain('nvidia-dgx-h100');
  expect(found('phone')).toContain('phone-soc');
  expect(found('라즈베리')).toEqual(['raspberry-pi-coral', 'raspberry-pi-hailo']);
  for (const { chips: ids, host } of offered)
    for (const id of [...ids, ...(host === null ? [] : [host])])
      expect(chips.map((chip) => chip.id)).toContain(id);
  const made = await client.request(newSystemRequest, { like: 'phone-soc', name: 'My phone' });
  expect(made.id).toBe('my-phone');
  await save('systems', 'my-phone.json', JSON.parse(made.text!) as object);
  expect(await said('my-phone.json')).toEqual([]);
});
