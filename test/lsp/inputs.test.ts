import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { nodePlatform } from '../../extension/node/platform';
import { installPlatform } from '../../extension/platform';
import type { Server } from '../../extension/server/server';
import { listingOf } from '../../server/address';
import { importProfileRequest } from '../../server/protocol';
import type { ImportProfileResult } from '../../server/protocol';
import { int, modelOf, part, someNode, text } from '../unit/formats/wire';
import { TestClient } from './client';

/** As much of the editor as saving needs. */
const fake = vi.hoisted(() => {
  const uriOf = (address: string): object => {
    const { protocol, host, pathname, search } = new URL(address);
    const path = decodeURIComponent(pathname);
    const parts = {
      href: address,
      scheme: protocol.slice(0, -1),
      authority: host,
      path,
      query: search.slice(1),
    };
    return { ...parts, fsPath: path, toString: () => address };
  };
  return { uriOf, shown: [] as string[], folders: [] as string[] };
});
vi.mock('vscode', () => ({
  env: { language: 'en' },
  Uri: {
    parse: fake.uriOf,
    joinPath: (base: { href: string }, ...parts: string[]) => fake.uriOf([base.href, ...parts].join('/')),
  },
  window: { showErrorMessage: (message: string) => Promise.resolve(void fake.shown.push(message)) },
  workspace: {
    get workspaceFolders() {
      return fake.folders.map((folder) => ({ uri: fake.uriOf(folder) }));
    },
  },
}));
installPlatform(nodePlatform);
const { inputsOf } = await import('../../extension/inputs');
const { saveFile } = await import('../../extension/saveFile');
type Uri = Parameters<typeof saveFile>[0];

let client: TestClient;
let folder = '';
const at = (name: string): string => join(folder, name);
const uriOf = (path: string): Uri => fake.uriOf(pathToFileURL(path).href) as Uri;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'siliconlens-inputs-'));
  mkdirSync(at('.siliconlens/chips'), { recursive: true });
  mkdirSync(at('.vscode'));
  mkdirSync(at('storage'));
  fake.folders.splice(0, 1, pathToFileURL(folder).href);
  client = await TestClient.inProcess({ folders: [...fake.folders], profiles: at('storage') });
});
afterEach(async () => {
  await client.stop();
  rmSync(folder, { recursive: true, force: true });
});

function withExternalData(): Uint8Array {
  const location = part(13, text(1, 'location'), text(2, 'weights.bin'));
  return modelOf([someNode, part(5, int(1, 2), int(2, 1), text(8, 'w'), location, int(14, 1))]);
}

async function inputs(listing: string): Promise<readonly Uri[]> {
  const request = (method: string, params: object): Promise<unknown> =>
    client.connection.sendRequest(method, params);
  return inputsOf({ request } as unknown as Server, fake.uriOf(listing) as Uri);
}

it('saves onto nothing that a listing or a report is made from, however it is named', async () => {
  const contents = {
    'm.onnx': Buffer.from(withExternalData()),
    'weights.bin': Buffer.alloc(8, 7),
    '.siliconlens/chips/mine.json': Buffer.from('{ "id": "mine", "extends": "nvidia-t4" }'),
    '.siliconlens/chips/broken.json': Buffer.from('{'),
    '.vscode/settings.json': Buffer.from('{}'),
  };
  for (const [name, content] of Object.entries(contents)) writeFileSync(at(name), content);
  const listing = listingOf(pathToFileURL(at('m.onnx')).href);
  const made = await inputs(listing);
  for (const [name, content] of Object.entries(contents)) {
    symlinkSync(at(name), at('link'));
    linkSync(at(name), at('hard'));
    for (const target of [at(name), at('link'), at('hard')]) {
      expect(await saveFile(uriOf(target), 'report', made), target).toBe(false);
      expect(fake.shown.pop()).toContain('is an input of this result');
    }
    expect(readFileSync(at(name)), name).toEqual(content);
    rmSync(at('link'));
    rmSync(at('hard'));
  }
  expect(await saveFile(uriOf(at('report.md')), 'report', made)).toBe(true);
});

it('saves onto no profile that was imported, nor onto what is kept of it', async () => {
  const fixtures = join(__dirname, '../fixtures');
  const listing = listingOf(pathToFileURL(join(fixtures, 'models/tiny-conv.onnx')).href);
  const run = readFileSync(join(fixtures, 'profiles/tiny-conv.onnxruntime.json'));
  writeFileSync(at('run.json'), run);
  const profile = pathToFileURL(at('run.json')).href;
  const params = { uri: listing, profile, chip: 'amd-epyc-9654' };
  const result = await client.connection.sendRequest<ImportProfileResult>(importProfileRequest, params);
  expect(result).toMatchObject({ ok: true });
  const made = await inputs(listing);
  const kept = made.map(String).filter((one) => one.includes('/storage/'));
  expect(kept).toHaveLength(1);
  const before = readFileSync(fileURLToPath(kept[0]!));
  for (const target of [at('run.json'), fileURLToPath(kept[0]!)])
    expect(await saveFile(uriOf(target), 'report', made)).toBe(false);
  expect(readFileSync(at('run.json'))).toEqual(run);
  expect(readFileSync(fileURLToPath(kept[0]!))).toEqual(before);
});

it('knows the weights of a model that only the editor can read, and of a text without a folder none', async () => {
  client.files.set('vfs://host/a/m.onnx', withExternalData());
  const made = await inputs(listingOf('vfs://host/a/m.onnx'));
  expect(made.map(String)).toContain('vfs://host/a/weights.bin');
  const untitled = await client.openText(
    'untitled:Untitled-1',
    '<ir_version: 8, opset_import: ["": 17]>\ng (float[1] x) => (float[1] y) <float[1] w = ["location": "w.bin"]> { y = Add(x, w) }\n',
  );
  expect((await inputs(untitled.uri)).map(String)).not.toContain('w.bin');
});

it('does not take a server that fails for a model without inputs', async () => {
  await expect(inputs('siliconlens:%')).rejects.toThrow();
});
