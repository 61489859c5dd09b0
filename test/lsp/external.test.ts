import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { analysisNotification, statModelRequest, summaryRequest } from '../../server/protocol';
import type { AnalysisParams, StatFileParams, StatFileResult } from '../../server/protocol';
import { int, modelOf, part, someNode, text } from '../unit/formats/wire';
import { TestClient, type TestDocument } from './client';

let client: TestClient;
let folder = '';
beforeEach(async () => {
  client = await TestClient.inProcess();
  folder = mkdtempSync(join(tmpdir(), 'siliconlens-external-'));
});
afterEach(async () => {
  await client.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A model whose tensors lie in as many files beside it. */
function scattered(count: number): Uint8Array {
  const entry = (key: string, value: string): number[] => part(13, text(1, key), text(2, value));
  const tensors = Array.from({ length: count }, (_, i) =>
    part(5, int(1, 2), int(2, 1), text(8, `w${i}`), entry('location', `w${i}.bin`), int(14, 1)),
  );
  return modelOf([someNode, ...tensors]);
}

async function remarks(document: TestDocument): Promise<string[]> {
  const report = await document.diagnostics();
  const items = report.kind === 'full' ? report.items : [];
  return items
    .filter(({ code }) => String(code).startsWith('external-data'))
    .map(({ message }) => message as string);
}

it('missing files of weights are told after the listing, and asked for again', async () => {
  writeFileSync(join(folder, 'm.onnx'), scattered(30));
  for (let i = 3; i < 30; i++) writeFileSync(join(folder, `w${i}.bin`), Buffer.alloc(8));
  const document = await client.open(pathToFileURL(join(folder, 'm.onnx')).href);
  await client.next('workspace/diagnostic/refresh');
  const told = await remarks(document);
  expect(told).toHaveLength(3);
  expect(told[0]).toContain('"w0.bin" is not there');
});

it('a remark goes when its file comes while the model is closed, and another one takes its place', async () => {
  writeFileSync(join(folder, 'm.onnx'), scattered(2));
  const uri = pathToFileURL(join(folder, 'm.onnx')).href;
  writeFileSync(join(folder, 'w1.bin'), Buffer.alloc(8));
  const first = await client.open(uri);
  await client.next('workspace/diagnostic/refresh');
  const report = await first.diagnostics();
  const told = await remarks(first);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('"w0.bin"');
  await first.close();

  // As many remarks as before, of another file: a page that shows the old one must not be told that nothing changed.
  writeFileSync(join(folder, 'w0.bin'), Buffer.alloc(8));
  rmSync(join(folder, 'w1.bin'));
  client.received.length = 0;
  const second = await client.open(uri);
  await client.next('workspace/diagnostic/refresh');
  expect((await second.diagnostics((report as { resultId?: string }).resultId)).kind).toBe('full');
  expect((await remarks(second)).map((one) => one.includes('"w1.bin"'))).toEqual([true]);
  const summary = await client.request(summaryRequest, { uri: second.uri });
  expect(JSON.stringify(summary.problems)).toContain('w1.bin');
  await second.close();

  writeFileSync(join(folder, 'w1.bin'), Buffer.alloc(8));
  client.received.length = 0;
  const third = await client.open(uri);
  await client.next('workspace/diagnostic/refresh');
  expect(await remarks(third)).toEqual([]);
  const later = await client.request(summaryRequest, { uri: third.uri });
  expect(JSON.stringify(later.problems)).not.toContain('.bin');
});

it('of ten thousand files 500 are looked at, when the listing is there, and the rest is counted', async () => {
  const count = 10_000;
  client.files.set('vfs:/m.onnx', scattered(count));
  const looks: string[] = [];
  // A listing that waited for them would never come.
  let opened = (): void => {};
  const listed = new Promise<void>((resolve) => (opened = resolve));
  client.connection.onRequest<StatFileResult, void>(
    statModelRequest,
    async ({ uri }: StatFileParams): Promise<StatFileResult> => {
      const bytes = client.files.get(uri);
      if (bytes) return { ok: true, size: bytes.length, mtime: 1 };
      await listed;
      looks.push(uri);
      return { ok: false, reason: 'no such file' };
    },
  );
  const document = await client.open('vfs:/m.onnx');
  opened();
  await client.next('workspace/diagnostic/refresh');
  expect(looks).toHaveLength(500);
  const told = await remarks(document);
  // Twenty by name, those left out of the 500, and the files that nobody looked at.
  expect(told).toHaveLength(22);
  expect(told.at(-2)).toContain('480');
  expect(told.at(-1)).toContain('9500');
});

it('looks at no more files once the model is closed', async () => {
  client.files.set('vfs:/m.onnx', scattered(400));
  const looks: string[] = [];
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  client.connection.onRequest<StatFileResult, void>(
    statModelRequest,
    async ({ uri }: StatFileParams): Promise<StatFileResult> => {
      const bytes = client.files.get(uri);
      if (bytes) return { ok: true, size: bytes.length, mtime: 1 };
      looks.push(uri);
      await held;
      return { ok: false, reason: 'no such file' };
    },
  );
  const document = await client.open('vfs:/m.onnx');
  for (let i = 0; i < 300 && looks.length < 8; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  await document.close();
  // The closing is a notification: nothing tells when it has arrived.
  await new Promise((resolve) => setTimeout(resolve, 300));
  release();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(looks).toHaveLength(8);
});

it('of 100,000 files 500 are looked at, and the rest is counted', async () => {
  writeFileSync(join(folder, 'm.onnx'), scattered(100_000));
  const document = await client.open(pathToFileURL(join(folder, 'm.onnx')).href);
  await client.next('workspace/diagnostic/refresh');
  const told = await remarks(document);
  // Twenty remarks, the 480 others that were missing, and the 99,500 that nobody looked at.
  expect(told).toHaveLength(22);
  expect(told.at(-2)).toContain('480');
  expect(told.at(-1)).toMatch(/99[,.]?500/);
});

it('notes that come late are told to pages that show the analysis', async () => {
  const uri = 'vscode-vfs://github/o/r/late.onnx';
  const bytes = scattered(3);
  client.files.set(uri, bytes);
  let comeNow = (): void => {};
  const late = new Promise<void>((resolve) => (comeNow = resolve));
  client.connection.onRequest(
    statModelRequest,
    async ({ uri: file }: StatFileParams): Promise<StatFileResult> => {
      if (file === uri) return { ok: true, size: bytes.length, mtime: 1 };
      await late;
      return { ok: false, reason: 'none' };
    },
  );
  const document = await client.open(uri);
  const first = await client.request(summaryRequest, { uri: document.uri });
  expect(first.problems.filter(({ code }) => code === 'external-data-missing')).toHaveLength(0);
  const told = (await client.next(analysisNotification)) as AnalysisParams;
  comeNow();
  expect(await client.next(analysisNotification)).toEqual(told);
  const again = await client.request(summaryRequest, { uri: document.uri });
  expect(again.problems.filter(({ code }) => code === 'external-data-missing')).toHaveLength(3);
});

it('files of a hand-written text are looked for too, once for as long as it names the same', async () => {
  const uri = 'vscode-vfs://github/o/r/m.onnxtxt';
  const asked: string[] = [];
  client.connection.onRequest<StatFileResult, void>(statModelRequest, ({ uri: file }: StatFileParams) => {
    asked.push(file);
    return { ok: false, reason: 'none' };
  });
  const written = (file: string): string => `<ir_version: 10, opset_import: ["" : 18]>
g (float[2] x) => (float[2] y)
<float[2] w = ["location": "${file}"]>
{
  y = Add (x, w)
}
`;
  const document = await client.openText(uri, written('a.bin'));
  await document.lenses();
  await expect.poll(() => remarks(document)).toHaveLength(1);
  await document.change(`${written('a.bin')}# more`);
  await document.lenses();
  expect((await remarks(document))[0]).toContain('"a.bin"');
  await document.change(written('b.bin'));
  await expect.poll(async () => (await remarks(document))[0]).toContain('"b.bin"');
  expect(asked).toEqual(['a.bin', 'b.bin'].map((file) => `vscode-vfs://github/o/r/${file}`));
});

it('of more than a thousand problems of a text the gravest are told, and how many more there are', async () => {
  const lines = Array.from({ length: 1200 }, (_, i) => `  v${i} = Relu (u${i})`).join('\n');
  const head = '<ir_version: 10, opset_import: ["" : 18]>\ng (float[2] x) => (float[2] y)\n';
  const document = await client.openText('untitled:many', `${head}{\n${lines}\n  y = Relu (x)\n}\n`);
  const report = await document.diagnostics();
  const items = report.kind === 'full' ? report.items : [];
  expect(items).toHaveLength(1000);
  // Each name that nobody makes is an error; there are 1,200 of them, and unused values beside.
  expect(items.slice(0, 999).every(({ severity }) => severity === 1)).toBe(true);
  expect(items.at(-1)).toMatchObject({ severity: 3 });
  const { message } = items.at(-1)!;
  expect(typeof message === 'string' ? message : message.value).toMatch(/^\d[\d,]* more problems/);
});

/** A product after a Reshape by three integers that lie in `s.bin`. */
const reshaped = `<ir_version: 9, opset_import: ["" : 18]>
g (float[3, 32] x) => (float[] y)
<int64[3] s = ["location": "s.bin"]>
{
  r = Reshape (x, s)
  y = Relu (r)
}
`;
const shapeBytes = (...sizes: bigint[]): Uint8Array => new Uint8Array(new BigInt64Array(sizes).buffer);

/** The shape that stands before the Relu. */
async function shapeHints(document: TestDocument): Promise<string> {
  return (await document.hints()).map(({ label }) => JSON.stringify(label)).join(' ');
}

it('a shape is read from the file beside the model, and again when that has changed', async () => {
  writeFileSync(join(folder, 'm.onnxtxt'), reshaped);
  const uri = pathToFileURL(join(folder, 'm.onnxtxt')).href;
  const codes = async (document: TestDocument): Promise<unknown[]> => {
    const report = await document.diagnostics();
    return report.kind === 'full' ? report.items.map(({ code }) => code) : [];
  };
  const open = (): Promise<TestDocument> => client.openText(uri, reshaped);
  const first = await open();
  expect(await codes(first)).toContain('inference.constant-unread');
  await first.close();

  writeFileSync(join(folder, 's.bin'), shapeBytes(3n, 4n, -1n));
  const second = await open();
  await expect.poll(() => codes(second)).not.toContain('inference.constant-unread');
  expect(await shapeHints(second)).toContain('3×4×8');
  await second.close();

  writeFileSync(join(folder, 's.bin'), shapeBytes(2n, 6n, -1n));
  const third = await open();
  await expect.poll(() => shapeHints(third)).toContain('2×6×8');
});

it('a binary model is made anew when the file of its shapes has changed, though it has not', async () => {
  const entry = (key: string, value: string): number[] => part(13, text(1, key), text(2, value));
  const model = modelOf([
    part(1, text(1, 'x'), text(1, 's'), text(2, 'y'), text(4, 'Reshape')),
    part(5, int(1, 3), int(2, 7), text(8, 's'), entry('location', 's.bin'), int(14, 1)),
    part(11, text(1, 'x'), part(2, part(1, int(1, 1), part(2, part(1, int(1, 3)), part(1, int(1, 32)))))),
    part(12, text(1, 'y')),
  ]);
  writeFileSync(join(folder, 'm.onnx'), model);
  writeFileSync(join(folder, 's.bin'), shapeBytes(3n, 4n, 8n));
  const uri = pathToFileURL(join(folder, 'm.onnx')).href;
  const first = await client.open(uri);
  expect(await shapeHints(first)).toContain('3×4×8');
  expect(first.text).toContain('"location": "s.bin"');
  await first.close();
  writeFileSync(join(folder, 's.bin'), shapeBytes(6n, 2n, 8n));
  const second = await client.open(uri);
  expect(await shapeHints(second)).toContain('6×2×8');
  expect(second.text).toBe(first.text);
});

it('a file of shapes that changes, or comes, while its model is open is noticed', async () => {
  writeFileSync(join(folder, 'm.onnxtxt'), reshaped);
  const uri = pathToFileURL(join(folder, 'm.onnxtxt')).href;
  const document = await client.openText(uri, reshaped);
  await document.hints();
  const becomes = async (shape: string, ...sizes: bigint[]): Promise<void> => {
    // Nobody tells when a folder is watched from.
    await new Promise((resolve) => setTimeout(resolve, 300));
    client.received.length = 0;
    writeFileSync(join(folder, 's.bin'), shapeBytes(...sizes));
    // The editor asks again because it is told to.
    await client.next('workspace/inlayHint/refresh');
    expect(await shapeHints(document)).toContain(shape);
  };
  await becomes('3×4×8', 3n, 4n, -1n);
  await becomes('2×6×8', 2n, 6n, -1n);
});

it('a listing hears of it too', async () => {
  const entry = (key: string, value: string): number[] => part(13, text(1, key), text(2, value));
  const dims = part(2, part(1, int(1, 3)), part(1, int(1, 32)));
  const model = modelOf([
    part(1, text(1, 'x'), text(1, 's'), text(2, 'y'), text(4, 'Reshape')),
    part(5, int(1, 3), int(2, 7), text(8, 's'), entry('location', 'deep/s.bin'), int(14, 1)),
    part(11, text(1, 'x'), part(2, part(1, int(1, 1), dims))),
    part(12, text(1, 'y')),
  ]);
  writeFileSync(join(folder, 'm.onnx'), model);
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'deep', 's.bin'), shapeBytes(3n, 4n, 8n));
  const document = await client.open(pathToFileURL(join(folder, 'm.onnx')).href);
  expect(await shapeHints(document)).toContain('3×4×8');
  await new Promise((resolve) => setTimeout(resolve, 300));
  client.received.length = 0;
  writeFileSync(join(folder, 'deep', 's.bin'), shapeBytes(6n, 2n, 8n));
  await client.next('workspace/inlayHint/refresh');
  expect(await shapeHints(document)).toContain('6×2×8');
});

it('an editor that reads no files says that none was looked at, not that they are missing', async () => {
  const plain = await TestClient.inProcess({ isOther: true });
  const document = await plain.openText('vfs:/m.onnxtxt', reshaped);
  const report = await document.diagnostics();
  const told = (report.kind === 'full' ? report.items : []).map(({ code, message }) => [code, message]);
  expect(told).toContainEqual([
    'inference.constant-unread',
    expect.stringMatching(/constant s, .* file s\.bin/) as string,
  ]);
  await plain.next('workspace/diagnostic/refresh');
  expect((await remarks(document)).join()).toMatch(/gives no access to files beside the model/);
  await plain.stop();
});
