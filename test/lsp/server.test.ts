import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CancellationTokenSource, LSPErrorCodes } from 'vscode-languageserver/node';
import type { DocumentDiagnosticReport } from 'vscode-languageserver/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listingOf } from '../../server/address';
import type { Report } from '../../server/engine/report/types';
import {
  analysisNotification,
  choicesRequest,
  heatNotification,
  listingOutdatedNotification,
  listingRequest,
  locateNodeRequest,
  modelChangedRequest,
  nodeAtRequest,
  rowsRequest,
  summaryRequest,
} from '../../server/protocol';
import type { HeatParams } from '../../server/protocol';
import { chips } from '../../server/engine/chips/catalogue';
import { fixture, TestClient } from './client';
import type { TestDocument } from './client';

let folder: string;
let client: TestClient;
const pathOf = (name: string): string => join(folder, name);
const modelUri = (name: string): string => pathToFileURL(pathOf(name)).toString();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'listings-'));
  for (const name of ['tiny-mlp.onnx', 'unet-blocks.onnx']) {
    await writeFile(pathOf(name), await fixture(name));
  }
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

async function openMlp(options = {}): Promise<TestDocument> {
  client = await TestClient.inProcess(options);
  return client.open(modelUri('tiny-mlp.onnx'));
}

/** Items of a full report; fails for an unchanged one. */
function itemsOf(report: DocumentDiagnosticReport): { code?: unknown; message: unknown }[] {
  if (report.kind !== 'full') throw new Error('expected a full report');
  return report.items;
}

describe('the language server', () => {
  it('states what it can do', async () => {
    client = await TestClient.inProcess();
    expect(client.initialized.capabilities).toMatchObject({
      textDocumentSync: { openClose: true, change: 1 },
      hoverProvider: true,
      inlayHintProvider: { resolveProvider: true },
      codeLensProvider: {},
      definitionProvider: true,
      referencesProvider: true,
      documentHighlightProvider: true,
      documentSymbolProvider: true,
      foldingRangeProvider: true,
      diagnosticProvider: { workspaceDiagnostics: false },
    });
  });

  it('serves a listing that names weights and never prints them', async () => {
    const { listing, text } = await openMlp();
    expect(listing).toMatchObject({ revision: 1, state: 'ok' });
    expect(text).toContain('main_graph (float[batch, 16] features) => (float[batch, 4] scores)');
    expect(text).toContain('"fc1.weight" = ["location":');
    expect(text.split('\n').some((line) => line.includes('relu = Relu (linear_1)'))).toBe(true);
  });

  it('answers the same text and time while the file is the same', async () => {
    const { listing, uri } = await openMlp();
    expect(await client.request(listingRequest, { uri })).toEqual(listing);
  });

  it('finds a model whose path has blanks, 한글 and signs', async () => {
    const name = 'ab #1?모델 100%.onnx';
    await writeFile(pathOf(name), await fixture('tiny-mlp.onnx'));
    client = await TestClient.inProcess();
    const document = await client.open(modelUri(name));
    expect(document.listing?.state).toBe('ok');
    expect(await document.hoverText(document.at('Relu'))).toContain('**Relu**');
  });
});

describe('navigation', () => {
  it('goes from a use to the producer, and lists all uses', async () => {
    const document = await openMlp();
    const use = document.at('relu,');
    const [definition, ...others] = await document.definition(use);
    expect(others).toEqual([]);
    const at = document.at('relu = ');
    expect(definition).toEqual({
      uri: document.uri,
      range: { start: at, end: { line: at.line, character: at.character + 4 } },
    });
    expect((await document.references(at)).map(({ range }) => range.start)).toEqual([at, use]);
    expect((await document.highlights(use)).map(({ kind, range }) => [kind, range.start])).toEqual([
      [3, at],
      [2, use],
    ]);
  });

  it('knows graph inputs and initializers', async () => {
    const document = await openMlp();
    const input = document.at('features)');
    expect((await document.definition(document.at('features, ')))[0]?.range.start).toEqual(input);
    const weight = document.at('"fc2.weight" =');
    expect((await document.definition(document.at('"fc2.weight",')))[0]?.range.start).toEqual(weight);
  });

  it('answers nothing between names', async () => {
    const document = await openMlp();
    expect(await document.definition({ line: 0, character: 0 })).toEqual([]);
    expect(await document.references(document.at('axis'))).toEqual([]);
  });

  it('says where a node stands and which node stands there', async () => {
    const document = await openMlp();
    const { uri } = document;
    const { line } = document.at('relu = ');
    expect(await client.request(locateNodeRequest, { uri, node: 4 })).toEqual({ line });
    expect(await client.request(nodeAtRequest, { uri, line })).toEqual({ node: 4 });
    expect(await client.request(nodeAtRequest, { uri, line: 2 })).toEqual({ node: null });
    expect(await client.request(locateNodeRequest, { uri, node: 99 })).toEqual({ line: null });
  });
});

describe('outline and folds', () => {
  it('lists the graph by module and node', async () => {
    const document = await openMlp();
    const [graph, ...others] = await document.symbols();
    expect(others).toEqual([]);
    expect(graph?.name).toBe('main_graph');
    const names = graph?.children?.map(({ name, children }) => [name, children?.map((one) => one.name)]);
    expect(names).toEqual([
      ['fc1', ['Gemm']],
      ['norm', ['LayerNormalization']],
      ['Gelu', []],
      ['fc2', ['Gemm']],
      ['Relu', []],
      ['head', ['Gemm']],
      ['Softmax', []],
    ]);
  });

  it('nests modules and covers their children', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(modelUri('unet-blocks.onnx'));
    const [graph] = await document.symbols();
    let modules = 0;
    const check = (parent: NonNullable<typeof graph>): void => {
      for (const child of parent.children ?? []) {
        if ((child.children?.length ?? 0) > 0) modules++;
        expect(child.range.start.line).toBeGreaterThanOrEqual(parent.range.start.line);
        expect(child.range.end.line).toBeLessThanOrEqual(parent.range.end.line);
        check(child);
      }
    };
    if (graph) check(graph);
    expect(modules).toBeGreaterThan(20);
  });

  it('folds the graph and the initializers', async () => {
    const document = await openMlp();
    const graph = document.at('main_graph').line;
    const weights = document.at('<', 1).line;
    const folds = await document.folds();
    expect(folds).toContainEqual({ startLine: graph, endLine: document.lines.lastIndexOf('}') - 1 });
    expect(folds.some(({ startLine, endLine }) => startLine === weights && endLine === weights + 8)).toBe(
      true,
    );
  });
});

describe('hovers and hints', () => {
  it('tells operator, shape and work of a node', async () => {
    const document = await openMlp({ settings: { models: { '*.onnx': { dimensions: { batch: 8 } } } } });
    const text = await document.hoverText(document.at('Gemm'));
    // 2 × 8 × 24 × 16 operations of the product; 24 × 16 + 24 weights of 4 bytes.
    expect(text).toContain('**Gemm** → `float[8,24]`');
    expect(text).toContain('6.14 kOP matrix');
    expect(text).toContain('1.63 kB of weights');
  });

  it('tells shapes by the names of their dimensions beside the numbers', async () => {
    const document = await openMlp({ settings: { models: { '*.onnx': { dimensions: { batch: 8 } } } } });
    // They are worked out when all else is answered.
    let text = '';
    for (let i = 0; i < 200 && !text.includes('= `['); i++) {
      text = await document.hoverText(document.at('Gemm'));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(text).toContain('**Gemm** → `float[8,24]` = `[batch, 24]`');
    expect(await document.hoverText(document.at('linear, '))).toContain(
      '`linear` `float[8,24]` = `[batch, 24]`',
    );
    // Where no dimension has a name there is nothing to add.
    expect(await document.hoverText(document.at('"norm.bias"'))).toMatch(/`float\[24\]`\n/);
  });

  it('tells what a value is', async () => {
    const document = await openMlp();
    expect(await document.hoverText(document.at('"norm.bias"'))).toContain('`norm.bias` `float[24]`');
    const value = await document.hoverText(document.at('linear, '));
    expect(value).toContain('`linear` `float[1,24]`');
    expect(value).toContain('written by Gemm');
  });

  it('describes the model at its heading, with links of the allow-list only', async () => {
    const document = await openMlp();
    const text = await document.hoverText(document.at('main_graph'));
    expect(text).toContain('7 nodes');
    expect(text).toContain(' ai.onnx 20 ');
    const commands = [...text.matchAll(/command:([\w.]+)/g)].map(([, name]) => name);
    expect(new Set(commands)).toEqual(
      new Set(['siliconlens.openReport', 'siliconlens.chooseChips', 'siliconlens.setDimensions']),
    );
  });

  it('gives hints for the lines asked for alone, and a tooltip on demand', async () => {
    const document = await openMlp({ settings: { hints: { cost: { enable: false } } } });
    const line = document.at('relu = ').line;
    const hints = await document.hints(line, line);
    expect(hints.map(({ position, label }) => [position, label])).toEqual([
      [{ line, character: document.text.split('\n')[line]!.indexOf(' = ') }, '1×12'],
    ]);
    const resolved = await client.ask<{ tooltip?: { value: string } }>('inlayHint/resolve', hints[0] ?? {});
    expect(resolved.tooltip?.value).toContain('**Relu**');
    const stale = { ...hints[0], data: { ...(hints[0]?.data as object), revision: -1 } };
    expect(await client.request('inlayHint/resolve', stale)).not.toHaveProperty('tooltip');
  });

  it('shows no hints when they are off', async () => {
    const document = await openMlp({ settings: { hints: { enable: false } } });
    expect(await document.hints()).toEqual([]);
  });
});

describe('choices', () => {
  it('follow the settings: refreshes come once, hints and diagnostics are new', async () => {
    const document = await openMlp();
    expect((await document.hints()).map(({ label }) => label)).toContain('1×24');
    const first = await document.diagnostics();
    const again = await document.diagnostics(first.resultId);
    expect(again.kind).toBe('unchanged');
    await client.changeSettings({ models: { 'tiny-mlp.onnx': { dimensions: { batch: 4 } } } });
    await client.next('workspace/inlayHint/refresh');
    await client.next('workspace/codeLens/refresh');
    await client.next('workspace/diagnostic/refresh');
    expect((await document.hints()).map(({ label }) => label)).toContain('4×24');
    expect((await document.diagnostics(first.resultId)).kind).toBe('full');
    expect(client.received.filter(({ method }) => method.endsWith('refresh'))).toEqual([]);
  });

  it('are told with what may be chosen', async () => {
    const { uri } = await openMlp({ folders: [pathToFileURL(folder).toString()] });
    const result = await client.request(choicesRequest, { uri });
    expect(result.key).toBe('tiny-mlp.onnx');
    expect(result.chips.length).toBe(chips.length);
    expect(result.dimensions).toEqual([{ name: 'batch', value: 1, origin: 'default' }]);
    expect(result.precision).toBe('as-stored');
  });

  it('names a chip that nobody knows', async () => {
    const document = await openMlp({ settings: { chips: ['acme-9000'] } });
    expect(itemsOf(await document.diagnostics())).toContainEqual(
      expect.objectContaining({ code: 'settings.chip-unknown', message: 'No chip is called "acme-9000".' }),
    );
  });

  it('marks assumed sizes beside totals', async () => {
    client = await TestClient.inProcess({ locale: 'ko-KR' });
    const document = await client.open(modelUri('unet-blocks.onnx'));
    const commands = (await document.lenses()).map(({ command }) => command);
    const titles = commands.map((command) => command?.title);
    const sizes = 'batch = 1 (가정), height = 224 (가정), width = 224 (가정), sequence = 128 (가정)';
    expect(titles).toEqual(expect.arrayContaining(['칩 선택…', '가정한 크기 모두 설정…', sizes]));
    expect(commands[0]?.tooltip).toContain(`크기 ${sizes}`);
    const line = document.lines.findIndex((text) => text.startsWith('main_graph ('));
    const hover = await document.hoverText({ line, character: 2 });
    expect(hover.replaceAll('\\', '')).toContain(sizes);
  });

  it('turn the lenses off', async () => {
    const document = await openMlp({ settings: { codeLens: { enable: false } } });
    expect(await document.lenses()).toEqual([]);
  });
});

describe('files that change or fail', () => {
  it.each([
    ['missing.onnx', null, 'missing'],
    ['empty.onnx', new Uint8Array(0), 'empty'],
    ['garbage.onnx', Uint8Array.from({ length: 300 }, (_, i) => (i * 37) % 256), 'can'],
  ])('%s has its written state', async (name, bytes, word) => {
    if (bytes) await writeFile(pathOf(name), bytes);
    client = await TestClient.inProcess();
    const document = await client.open(modelUri(name));
    expect(document.listing?.state).toBe('unreadable');
    expect(document.lines.slice(0, -1).every((line) => line.startsWith('#'))).toBe(true);
    expect(document.text).toContain(name);
    expect(document.text).toContain(word);
    expect(itemsOf(await document.diagnostics()).length).toBeGreaterThan(0);
    expect(await document.hints()).toEqual([]);
    expect(await document.symbols()).toEqual([]);
  });

  it('keeps the last good listing while an export is under way, then shows the new one', async () => {
    const name = 'export.onnx';
    const good = await fixture('tiny-mlp.onnx');
    await writeFile(pathOf(name), good);
    client = await TestClient.inProcess();
    const document = await client.open(modelUri(name));
    // Too short for any graph, then with a part of the nodes.
    for (const length of [10, good.length / 2]) {
      await writeFile(pathOf(name), good.subarray(0, length));
      expect(await client.request(modelChangedRequest, { uri: document.uri })).toEqual({ changed: false });
      await client.next('workspace/diagnostic/refresh');
    }
    const stale = await client.request(listingRequest, { uri: document.uri });
    expect(stale).toMatchObject({ state: 'stale', text: document.text, revision: 1 });
    const codes = itemsOf(await document.diagnostics()).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['files.stale', 'format.truncated']));
    expect(await document.hoverText(document.at('Relu'))).toContain('**Relu**');

    await writeFile(pathOf(name), await fixture('tiny-conv.onnx'));
    expect(await client.request(modelChangedRequest, { uri: document.uri })).toEqual({ changed: true });
    const fresh = await client.request(listingRequest, { uri: document.uri });
    expect(fresh).toMatchObject({ state: 'ok', revision: 2 });
    expect(fresh.mtime).toBeGreaterThan(stale.mtime);
    // The editor still shows the text before: its positions hold.
    expect(await document.hoverText(document.at('Relu'))).toContain('**Relu**');
    await document.change(fresh.text);
    expect(await document.hoverText(document.at('Conv'))).toContain('**Conv**');
  });

  it('keeps the listing of a model that was taken away', async () => {
    const name = 'moved.onnx';
    await writeFile(pathOf(name), await fixture('tiny-mlp.onnx'));
    client = await TestClient.inProcess();
    const document = await client.open(modelUri(name));
    await rename(pathOf(name), pathOf('elsewhere.onnx'));
    expect(await client.request(modelChangedRequest, { uri: document.uri })).toEqual({ changed: false });
    const codes = itemsOf(await document.diagnostics()).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['files.stale', 'files.missing']));
  });

  it('answers nothing for a text that it never served, and says so', async () => {
    client = await TestClient.inProcess();
    const uri = listingOf(modelUri('tiny-mlp.onnx'));
    const document = await client.openText(uri, 'relu = Relu (x)\n');
    expect(await document.hover({ line: 0, character: 8 })).toBeNull();
    expect(await document.hints()).toEqual([]);
    expect(await client.next(listingOutdatedNotification)).toEqual({ uri });
    // What is about the model, not about the text, is answered all the same.
    expect((await client.request(summaryRequest, { uri })).model.nodeCount).toBe(7);
  });
});

describe('models that the client reads', () => {
  it('are read through it in pieces, and the older side of a comparison shows no costs', async () => {
    client = await TestClient.inProcess();
    const uri = `git:/w/a%20b.onnx?${encodeURIComponent(JSON.stringify({ path: '/w/a b.onnx', ref: '~' }))}`;
    client.files.set(uri, await fixture('tiny-mlp.onnx'));
    const document = await client.open(uri);
    expect(document.listing?.state).toBe('ok');
    expect(client.reads.length).toBeGreaterThan(0);
    expect(await document.hoverText(document.at('Relu'))).toContain('H100');
    const labels = (await document.hints()).map(({ label }) => label);
    expect(labels).toContain('1×24');
    expect(labels.filter((label) => /[µnm]s/.test(label as string))).toEqual([]);
  });

  it('have their written state when the client has none', async () => {
    client = await TestClient.inProcess();
    const document = await client.open('vscode-vfs://github/o/r/none.onnx');
    expect(document.listing?.state).toBe('unreadable');
    expect(document.text).toContain('no such file');
  });
});

describe('hand-written text', () => {
  const source = [
    '<ir_version: 8, opset_import: ["" : 17]>',
    'g (float[8, 16] x) => (float[8, 4] y)',
    '<float[16, 4] w = ["location": "w.bin"]>',
    '{',
    '  p = MatMul (x, w)',
    '  y = Relu (p)',
    '}',
    '',
  ].join('\n');

  it('has the same features as a listing, in the state that the editor has it', async () => {
    client = await TestClient.inProcess();
    const document = await client.openText(modelUri('note.onnxtxt'), source);
    expect(await document.hoverText(document.at('MatMul'))).toContain('**MatMul** → `float[8,4]`');
    expect((await document.hints()).length).toBe(4);
    expect((await document.definition(document.at('p)')))[0]?.range.start).toEqual(document.at('p ='));
    await document.change(source.replace('Relu', 'Tanh'));
    expect(await document.hoverText(document.at('Tanh'))).toContain('**Tanh**');
    expect((await document.symbols())[0]?.children?.map(({ name }) => name)).toEqual(['MatMul', 'Tanh']);
  });

  it('reports a broken line where it is, and goes on with the others', async () => {
    client = await TestClient.inProcess();
    const broken = source.replace('p = MatMul (x, w)', 'p = MatMul (x, w');
    const document = await client.openText(modelUri('broken.onnxtxt'), broken);
    const report = await document.diagnostics();
    const errors = report.kind === 'full' ? report.items.filter(({ severity }) => severity === 1) : [];
    expect(errors.map(({ range }) => range.start.line)).toEqual([4]);
    expect(await document.hoverText(document.at('Relu'))).toContain('**Relu**');
  });
});

describe('reports', () => {
  it('come as a summary, pages of rows, and files', async () => {
    const { uri } = await openMlp();
    const summary = await client.request(summaryRequest, { uri });
    const chip = summary.chips[0]!;
    expect(summary.chips.map(({ id }) => id)).toEqual(['nvidia-h100-sxm', 'intel-xeon-8480', 'apple-m4-ane']);
    // 24·16 + 24 + 2·24 + 12·24 + 12 + 4·12 + 4
    expect(summary.model.parameters).toBe(808);
    const params = { uri, revision: summary.revision, chip: chip.id, filter: '', from: 0, count: 3 };
    const bySeconds = await client.request(rowsRequest, {
      ...params,
      sort: 'seconds',
      descending: true,
    });
    expect(bySeconds).toMatchObject({ revision: summary.revision, total: 7 });
    expect(bySeconds.rows.map(({ node }) => node)).toEqual(
      chip?.costliest.slice(0, 3).map(({ node }) => node),
    );
    const filtered = await client.request(rowsRequest, {
      ...params,
      sort: 'index',
      descending: false,
      filter: 'GEMM fc2',
    });
    expect(filtered.rows.map(({ name }) => name)).toEqual(['node_linear_1']);
    const report = JSON.parse(await client.exported(uri, 'json')) as Report;
    expect(report.nodes.map(({ line }) => line)).toEqual([20, 21, 22, 23, 24, 25, 26]);
    expect(report.model.inputs[0]).toMatchObject({ shape: [1, 16], symbolicShape: ['batch', 16] });
    expect(report.chips[0]?.total.latencySeconds?.value).toBe(chip?.total.latencySeconds?.value);
    for (const format of ['markdown', 'csv', 'html'] as const) {
      expect(await client.exported(uri, format)).toContain('LayerNormalization');
    }
    expect(await client.exported(uri, 'perfetto')).toContain('"name":"LayerNormalization"');
    expect(await client.exported(uri, 'model-explorer')).toContain('"node_layer_norm":{"value":');
  });

  it('are told as soon as they are there', async () => {
    const { uri } = await openMlp();
    expect(await client.next(analysisNotification)).toMatchObject({ uri });
    const heat = (await client.next(heatNotification)) as HeatParams;
    expect(heat.lines.length).toBeGreaterThan(3);
    const shares = heat.lines.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
  });
});

describe('requests that make no sense', () => {
  it('get a default answer, a line in the log, and do not end the server', async () => {
    const document = await openMlp();
    expect(await client.request('textDocument/hover', { textDocument: { uri: document.uri } })).toBeNull();
    expect(await client.request('siliconlens/nodeAt', { uri: 'nonsense:', line: 1 })).toEqual({ node: null });
    await expect(client.ask(rowsRequest, { uri: document.uri })).rejects.toMatchObject({
      code: LSPErrorCodes.RequestFailed,
    });
    expect(await client.next('window/logMessage')).toMatchObject({ type: 1 });
    expect(await document.hoverText(document.at('Relu'))).toContain('**Relu**');
  });
});

describe('choices that change while an analysis is under way', () => {
  it('supersede it: a request that waits gets the latest', async () => {
    const document = await openMlp();
    const set = (batch: number): Promise<void> =>
      client.changeSettings({ models: { '*': { dimensions: { batch } } } });
    await set(2);
    const early = document.hints();
    await set(3);
    await set(5);
    expect((await document.hints()).map(({ label }) => label)).toContain('5×24');
    expect((await early).map(({ label }) => label)).toContain('5×24');
  });
});

describe('cancellation', () => {
  it('answers a cancelled request as cancelled and goes on', async () => {
    const document = await openMlp();
    const source = new CancellationTokenSource();
    const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
    const params = { textDocument: { uri: document.uri }, range };
    const request = client.connection.sendRequest('textDocument/inlayHint', params, source.token);
    source.cancel();
    await expect(request).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    expect((await document.hints()).length).toBeGreaterThan(0);
  });
});
