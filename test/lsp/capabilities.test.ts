import { ErrorCodes, MarkupKind } from 'vscode-languageserver/node';
import type {
  ClientCapabilities,
  CompletionList,
  Diagnostic,
  PublishDiagnosticsParams,
  SignatureHelp,
  SymbolInformation,
} from 'vscode-languageserver/node';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { allCapabilities, fixture, TestClient } from './client';
import type { ClientOptions, TestDocument } from './client';

type TextCapabilities = NonNullable<ClientCapabilities['textDocument']>;
type Feature = keyof TextCapabilities;

/** `nobody` is a name that no node makes: an error. */
const text = [
  '<ir_version: 8, opset_import: ["" : 17]>',
  'g (float[8, 16] x) => (float[8, 4] y)',
  '<float[16, 4] w = ["location": "w.bin"]>',
  '{',
  '  p = MatMul (x, nobody)',
  '  y = Relu (p)',
  '}',
  '',
].join('\n');
const mended = text.replace('nobody', 'w');

let client: TestClient;
let folder: string;
let uri: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capabilities-'));
  await writeFile(join(folder, 'tiny-mlp.onnx'), await fixture('tiny-mlp.onnx'));
  uri = pathToFileURL(join(folder, 'note.onnxtxt')).toString();
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

/** VS Code with other abilities in some features, and without those that are undefined. */
function withText(changes: Partial<TextCapabilities>): ClientCapabilities {
  return { ...allCapabilities, textDocument: { ...allCapabilities.textDocument, ...changes } };
}

async function open(options: ClientOptions, content = text): Promise<TestDocument> {
  client = await TestClient.inProcess(options);
  return client.openText(uri, content);
}

async function providersFor(capabilities: ClientCapabilities): Promise<string[]> {
  client = await TestClient.inProcess({ capabilities });
  return Object.keys(client.initialized.capabilities).sort();
}

/** What answers each feature: the server's word for it, and a request. */
const features: readonly [Feature, string, string][] = [
  ['hover', 'hoverProvider', 'textDocument/hover'],
  ['inlayHint', 'inlayHintProvider', 'textDocument/inlayHint'],
  ['codeLens', 'codeLensProvider', 'textDocument/codeLens'],
  ['diagnostic', 'diagnosticProvider', 'textDocument/diagnostic'],
  ['documentSymbol', 'documentSymbolProvider', 'textDocument/documentSymbol'],
  ['foldingRange', 'foldingRangeProvider', 'textDocument/foldingRange'],
  ['definition', 'definitionProvider', 'textDocument/definition'],
  ['references', 'referencesProvider', 'textDocument/references'],
  ['documentHighlight', 'documentHighlightProvider', 'textDocument/documentHighlight'],
  ['completion', 'completionProvider', 'textDocument/completion'],
  ['signatureHelp', 'signatureHelpProvider', 'textDocument/signatureHelp'],
  ['codeAction', 'codeActionProvider', 'textDocument/codeAction'],
  ['formatting', 'documentFormattingProvider', 'textDocument/formatting'],
  ['rename', 'renameProvider', 'textDocument/rename'],
  ['semanticTokens', 'semanticTokensProvider', 'textDocument/semanticTokens/full'],
];

describe('what is announced', () => {
  const always = ['textDocumentSync'];
  const all = [...always, 'workspace', ...features.map(([, provider]) => provider)].sort();

  it('is everything to VS Code and nothing but texts to an editor that says nothing', async () => {
    expect(await providersFor(allCapabilities)).toEqual(all);
    // The extension's bundle leaves out what only these need (scripts/bundles.mjs).
    expect(client.initialized.capabilities.workspace).not.toHaveProperty('fileOperations');
    await client.stop();
    expect(await providersFor({})).toEqual(always);
  });

  it.each(features)('leaves out %s alone where the editor lacks it', async (feature, provider) => {
    expect(await providersFor(withText({ [feature]: undefined }))).toEqual(
      all.filter((one) => one !== provider),
    );
  });

  it('is answered, all of it', async () => {
    const { uri } = await open({});
    const at = { textDocument: { uri }, position: { line: 5, character: 3 } };
    const range = { start: at.position, end: at.position };
    const params = { ...at, range, newName: 'z', context: { diagnostics: [], includeDeclaration: true } };
    const requests = [
      ...features.map(([, , method]) => method),
      'textDocument/prepareRename',
      'textDocument/semanticTokens/range',
      'inlayHint/resolve',
      'completionItem/resolve',
    ];
    for (const method of requests) {
      const code = await client.ask(method, params).then(
        () => null,
        (error: unknown) => (error as { code: number }).code,
      );
      expect([method, code]).not.toEqual([method, ErrorCodes.MethodNotFound]);
    }
    await expect(client.ask('textDocument/moniker', params)).rejects.toMatchObject({
      code: ErrorCodes.MethodNotFound,
    });
  });

  it('is cut to the parts that the editor can take', async () => {
    const capabilities = withText({
      inlayHint: {},
      rename: {},
      codeAction: {},
      semanticTokens: { ...allCapabilities.textDocument!.semanticTokens!, requests: { range: true } },
    });
    client = await TestClient.inProcess({ capabilities });
    const { inlayHintProvider, renameProvider, codeActionProvider, semanticTokensProvider } =
      client.initialized.capabilities;
    expect(inlayHintProvider).toEqual({ resolveProvider: false });
    expect(renameProvider).toBe(true);
    expect(codeActionProvider).toBeUndefined();
    expect(semanticTokensProvider).toMatchObject({ full: false, range: true });
  });
});

describe('an editor that says nothing of itself', () => {
  it('is asked nothing and told nothing but lines of the log', async () => {
    const document = await open({ capabilities: {}, isOther: true });
    await document.lenses();
    await document.change(mended);
    await client.changeSettings({ chips: ['nvidia-t4'] });
    await document.lenses();
    await document.close();
    expect(client.asked).toEqual([]);
    expect(client.received.filter(({ method }) => method !== 'window/logMessage')).toEqual([]);
  });
});

describe('registrations after the start', () => {
  it('come where the editor takes them', async () => {
    const workspace = {
      ...allCapabilities.workspace,
      didChangeWatchedFiles: { dynamicRegistration: true },
    };
    const document = await open({ capabilities: { ...allCapabilities, workspace } });
    await document.lenses();
    expect(client.registered).toEqual([
      'workspace/didChangeConfiguration',
      'workspace/didChangeWatchedFiles',
    ]);
  });

  it('do not come where it does not', async () => {
    const workspace = { ...allCapabilities.workspace, didChangeConfiguration: {}, didChangeWatchedFiles: {} };
    const document = await open({ capabilities: { ...allCapabilities, workspace } });
    await document.lenses();
    expect(client.registered).toEqual([]);
  });
});

describe('refreshes', () => {
  it.each([
    ['inlayHint', 'workspace/inlayHint/refresh'],
    ['codeLens', 'workspace/codeLens/refresh'],
    ['diagnostics', 'workspace/diagnostic/refresh'],
  ])('of %s alone reach an editor that takes these alone', async (kind, method) => {
    const workspace = { configuration: true, [kind]: { refreshSupport: true } };
    const document = await open({ capabilities: { ...allCapabilities, workspace } });
    await document.lenses();
    await client.changeSettings({ chips: ['nvidia-t4'] });
    await client.next(method);
    // A file that changed without another text has other problems at most.
    await client.request('siliconlens/modelChanged', { uri: document.uri });
    await document.lenses();
    const others = client.asked.filter((one) => one.endsWith('refresh') && one !== method);
    expect(others).toEqual([]);
  });
});

describe('problems for an editor that does not ask', () => {
  const capabilities = withText({ diagnostic: undefined });
  /** The first problems told that are as they should be: those of files beside the model come later than others. */
  const told = async (isRight: (problems: Diagnostic[]) => boolean): Promise<void> => {
    for (;;) {
      const params = (await client.next('textDocument/publishDiagnostics')) as PublishDiagnosticsParams;
      expect(params.uri).toBe(uri);
      if (isRight(params.diagnostics)) return;
    }
  };
  const has =
    (code: string) =>
    (problems: Diagnostic[]): boolean =>
      problems.some((problem) => problem.code === code);

  it('are told when they are there, when they are others, and when the document goes', async () => {
    const document = await open({ capabilities });
    await told((problems) =>
      problems.some(
        ({ code, severity, range }) => code === 'text.undefined' && severity === 1 && range.start.line === 4,
      ),
    );
    await document.change(mended);
    await told((problems) => has('external-data-missing')(problems) && !has('text.undefined')(problems));
    await document.close();
    await told((problems) => problems.length === 0);
  });

  it('follow the settings', async () => {
    await open({ capabilities, settings: { chips: ['nvidia-t4'] } }, mended);
    await told((problems) => problems.length > 0 && !has('settings.chip-unknown')(problems));
    await client.changeSettings({ chips: ['acme-9000'] });
    await told(has('settings.chip-unknown'));
  });

  it('are not told to one that asks, or that takes neither', async () => {
    for (const publishDiagnostics of [{}, undefined]) {
      const diagnostic = publishDiagnostics && {};
      const document = await open({ capabilities: withText({ publishDiagnostics, diagnostic }) });
      await document.lenses();
      await document.change(mended);
      await document.lenses();
      expect(client.received.map(({ method }) => method)).not.toContain('textDocument/publishDiagnostics');
      await client.stop();
    }
    client = await TestClient.inProcess();
  });
});

describe('settings of an editor that cannot be asked', () => {
  it('are those that it tells', async () => {
    const workspace = { ...allCapabilities.workspace, configuration: undefined };
    const document = await open(
      { capabilities: { ...allCapabilities, workspace }, settings: { chips: ['nvidia-t4'] } },
      mended,
    );
    const titles = async (): Promise<string> =>
      (await document.lenses()).map(({ command }) => command?.title).join();
    expect(await titles()).toContain('H100');
    await client.changeSettings({ chips: ['nvidia-t4'] });
    expect(await titles()).toMatch(/T4(?!.*H100)/);
    expect(client.asked).not.toContain('workspace/configuration');
  });
});

describe('forms that older editors take', () => {
  const hoverOf = async (contentFormat: MarkupKind[] | undefined): Promise<unknown> => {
    const document = await open({ capabilities: withText({ hover: { contentFormat } }) }, mended);
    await document.lenses();
    return (await document.hover(document.at('MatMul')))?.contents;
  };

  it('hovers are Markdown, plain text, or the string from before there was a choice', async () => {
    const markdown = await hoverOf([MarkupKind.PlainText, MarkupKind.Markdown]);
    expect(markdown).toMatchObject({
      kind: 'markdown',
      value: expect.stringContaining('**MatMul** → `float[8,4]`') as string,
    });
    await client.stop();
    const plain = await hoverOf([MarkupKind.PlainText]);
    expect(plain).toMatchObject({
      kind: 'plaintext',
      value: expect.stringMatching(/^MatMul → float\[8,4\]\n/) as string,
    });
    expect((plain as { value: string }).value).not.toMatch(/[|`\\]|\*\*|--:|\]\(/);
    await client.stop();
    expect(await hoverOf(undefined)).toEqual((markdown as { value: string }).value);
  });

  it('symbols are a list in the kinds of the first version', async () => {
    const document = await open({ capabilities: withText({ documentSymbol: {} }) }, mended);
    const symbols = (await document.symbols()) as unknown as SymbolInformation[];
    expect(symbols.map(({ name, containerName }) => [name, containerName])).toEqual([
      ['g', undefined],
      ['MatMul', 'g'],
      ['Relu', 'g'],
    ]);
    expect(symbols[2]?.location).toMatchObject({ uri, range: { start: { line: 5 } } });
  });

  it('completions have no kinds that the editor does not know, no snippets, and plain documentation', async () => {
    const document = await open({ capabilities: withText({ completion: {} }) }, mended);
    const ask = (line: number, character: number): Promise<CompletionList> =>
      document.ask('completion', { position: { line, character } });
    const types = (await ask(1, 3)).items;
    expect(types.map(({ label }) => label)).toContain('float');
    // 18 is the last kind of the protocol's first version.
    expect(types.filter(({ kind }) => kind !== undefined && kind > 18)).toEqual([]);
    const relu = (await ask(5, 6)).items.find(({ label }) => label === 'Relu');
    expect(relu?.insertTextFormat).toBeUndefined();
    expect(await client.ask('completionItem/resolve', relu!)).toMatchObject({
      documentation: expect.not.stringContaining('**') as string,
    });
  });

  it('signatures name their parameters by texts, with one active for all', async () => {
    const document = await open({ capabilities: withText({ signatureHelp: {} }) }, mended);
    const { line, character } = document.at(', w)');
    const help = await document.ask<SignatureHelp>('signatureHelp', {
      position: { line, character: character + 2 },
    });
    const [signature] = help.signatures;
    expect(signature?.parameters?.map(({ label }) => label)).toEqual(['A: T', 'B: T']);
    expect([help.activeParameter, signature?.activeParameter]).toEqual([1, undefined]);
  });
});

describe('an editor that is not our extension', () => {
  it('gets totals without our commands, and hovers without links to them', async () => {
    const unbound = mended.replaceAll('float[8, ', 'float[height, ');
    const document = await open({ isOther: true }, unbound);
    const lenses = await document.lenses();
    expect(lenses.map(({ command }) => command?.title).join()).toContain('H100');
    expect(new Set(lenses.map(({ command }) => command?.command))).toEqual(new Set(['']));
    const heading = await document.hoverText({ line: 1, character: 0 });
    expect(heading).toContain('H100');
    expect(heading + (await document.hoverText(document.at('MatMul')))).not.toContain('command:');
    expect(client.received.filter(({ method }) => method.startsWith('siliconlens/'))).toEqual([]);
  });

  it.each([
    null,
    'all',
    7,
    ['isExtension'],
    { locale: 3, profiles: [], withheld: 5 },
    { isExtension: 'yes', locale: '', withheld: { models: [{ uri: 'file:///a' }] } },
  ])('may give %j along as its options', async (says) => {
    const document = await open({ isOther: true, says }, mended);
    expect(await document.hoverText(document.at('MatMul'))).toContain('**MatMul** → `float[8,4]`');
    expect(client.received.filter(({ method }) => method.startsWith('siliconlens/'))).toEqual([]);
  });
});
