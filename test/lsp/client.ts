import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import {
  createConnection,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  MarkupKind,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import type {
  ClientCapabilities,
  CodeLens,
  DocumentDiagnosticReport,
  DocumentHighlight,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InitializeResult,
  InlayHint,
  Location,
  MarkupContent,
  MessageConnection,
  MessageReader,
  MessageWriter,
  RegistrationParams,
} from 'vscode-languageserver/node';
import { listingOf } from '../../server/address';
import '../setup';
import { startServer } from '../../server/features/server';
import {
  exportChunkRequest,
  exportReportRequest,
  listingRequest,
  readModelRequest,
  statModelRequest,
} from '../../server/protocol';
import type { Budget } from '../../server/workspace/budget';
import type { OpenModel } from '../../server/workspace/openModel';
import type {
  ExportChunkParams,
  ExportReportParams,
  InitializationOptions,
  ListingResult,
  ReadFileParams,
  ReadFileResult,
  StatFileParams,
  StatFileResult,
  WithheldParams,
  RequestMethod,
} from '../../server/protocol';
import { fileURLToPath } from 'node:url';

export interface ClientOptions {
  /** The section `siliconlens` as the client's settings have it. */
  settings?: object;
  locale?: string;
  folders?: string[];
  /** Folder in which the server keeps imported profiles. */
  profiles?: string;
  /** Models that the server leaves alone. */
  withheld?: WithheldParams['models'];
  /** Capabilities of the client; those of VS Code when left out. */
  capabilities?: ClientCapabilities;
  /** An editor that is not our own extension, and what it gives along as its options. */
  isOther?: boolean;
  says?: unknown;
  /** Memory of a server in this process; without bounds when left out. */
  budget?: Budget<OpenModel>;
  /** Heap of a server in a process of its own. */
  heapMegabytes?: number;
}

const refresh = { refreshSupport: true };
const formats: MarkupKind[] = [MarkupKind.Markdown, MarkupKind.PlainText];
const kindsTo = <T extends number>(last: number): T[] => Array.from({ length: last }, (_, i) => (i + 1) as T);

/** What VS Code says that it can take, as far as the server asks. */
export const allCapabilities: ClientCapabilities = {
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeConfiguration: { dynamicRegistration: true },
    inlayHint: refresh,
    codeLens: refresh,
    diagnostics: refresh,
  },
  textDocument: {
    publishDiagnostics: {},
    diagnostic: {},
    hover: { contentFormat: formats },
    inlayHint: { resolveSupport: { properties: ['tooltip', 'label.tooltip'] } },
    codeLens: {},
    completion: {
      completionItem: { documentationFormat: formats },
      completionItemKind: { valueSet: kindsTo(25) },
    },
    signatureHelp: {
      signatureInformation: {
        documentationFormat: formats,
        parameterInformation: { labelOffsetSupport: true },
        activeParameterSupport: true,
      },
    },
    definition: {},
    references: {},
    documentHighlight: {},
    documentSymbol: { hierarchicalDocumentSymbolSupport: true, symbolKind: { valueSet: kindsTo(26) } },
    foldingRange: {},
    formatting: {},
    rename: { prepareSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
    semanticTokens: {
      requests: { range: true, full: true },
      tokenTypes: [],
      tokenModifiers: [],
      formats: ['relative'],
    },
  },
};

function ownOptions({ profiles, withheld }: ClientOptions): InitializationOptions {
  return { isExtension: true, profiles, withheld: { models: withheld ?? [] } };
}

/** A client of the language server, over streams in this process or to one of its own. */
export class TestClient {
  /** Every notification and refresh that came from the server, in order. */
  readonly received: { method: string; params: unknown }[] = [];
  initialized: InitializeResult = { capabilities: {} };
  /** Methods of the server's requests, in order. */
  readonly asked: string[] = [];
  /** Methods that the server registered for after the start. */
  readonly registered: string[] = [];
  /** Files of schemes that the server can't read, by URI. */
  readonly files = new Map<string, Uint8Array>();
  /** Chunks of reports by the number of their export. */
  private readonly exports = new Map<number, string[]>();
  /** Lengths of the pieces that the server asked for. */
  readonly reads: number[] = [];
  private readonly waiting: { method: string; done: (params: unknown) => void }[] = [];

  private constructor(
    readonly connection: MessageConnection,
    readonly process: ChildProcess | null,
    private options: ClientOptions,
  ) {}

  /** Server and client in this process, joined by streams. */
  static inProcess(options: ClientOptions = {}): Promise<TestClient> {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    const server = createConnection(
      ProposedFeatures.all,
      new StreamMessageReader(toServer),
      new StreamMessageWriter(toClient),
    );
    startServer(server, options.budget);
    server.listen();
    const [reader, writer] = [new StreamMessageReader(toClient), new StreamMessageWriter(toServer)];
    return TestClient.connect(reader, writer, null, options);
  }

  /** A built server in a process of its own. */
  static spawned(
    serverModule: string,
    transport: 'stdio' | 'ipc' = 'stdio',
    options: ClientOptions = {},
  ): Promise<TestClient> {
    if (transport === 'ipc') {
      const heap = options.heapMegabytes;
      const execArgv = heap === undefined ? [] : [`--max-old-space-size=${heap}`];
      const child = fork(serverModule, ['--node-ipc'], { execArgv });
      return TestClient.connect(new IPCMessageReader(child), new IPCMessageWriter(child), child, options);
    }
    const child = spawn(process.execPath, [serverModule, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [reader, writer] = [new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin)];
    return TestClient.connect(reader, writer, child, options);
  }

  /** A server at the other end of a connection that is made already. */
  static async connect(
    reader: MessageReader,
    writer: MessageWriter,
    child: ChildProcess | null,
    options: ClientOptions,
  ): Promise<TestClient> {
    const connection = createMessageConnection(reader, writer);
    const client = new TestClient(connection, child, options);
    connection.onNotification((method, params) => client.take(method, params));
    client.answerRequests();
    connection.listen();
    client.initialized = await connection.sendRequest<InitializeResult>('initialize', {
      processId: null,
      rootUri: null,
      locale: options.locale,
      initializationOptions: options.isOther ? options.says : ownOptions(options),
      capabilities: options.capabilities ?? allCapabilities,
      workspaceFolders: (options.folders ?? []).map((uri) => ({ uri, name: uri })),
    });
    await connection.sendNotification('initialized', {});
    return client;
  }

  /** Answers what the server asks. */
  private answerRequests(): void {
    const on = (method: string, answer: (params: never) => unknown): void => {
      this.connection.onRequest(method, (params) => {
        this.asked.push(method);
        return answer(params as never);
      });
    };
    on('workspace/configuration', ({ items }: { items: unknown[] }) =>
      items.map(() => this.options.settings ?? {}),
    );
    on('client/registerCapability', ({ registrations }: RegistrationParams) => {
      for (const { method } of registrations) this.registered.push(method);
      return null;
    });
    on(statModelRequest, ({ uri }: StatFileParams): StatFileResult => {
      const bytes = this.files.get(uri);
      return bytes ? { ok: true, size: bytes.length, mtime: 1 } : { ok: false, reason: 'no such file' };
    });
    on(readModelRequest, ({ uri, offset, length }: ReadFileParams): ReadFileResult => {
      this.reads.push(length);
      const bytes = this.files.get(uri)?.subarray(offset, offset + length);
      return { ok: true, base64: Buffer.from(bytes ?? []).toString('base64') };
    });
    on(exportChunkRequest, ({ export: id, text }: ExportChunkParams) => {
      this.exports.get(id)?.push(text);
      return null;
    });
    for (const method of [
      'workspace/inlayHint/refresh',
      'workspace/codeLens/refresh',
      'workspace/diagnostic/refresh',
    ]) {
      on(method, () => {
        this.take(method, null);
        return null;
      });
    }
  }

  /** Opens the listing of a model as the editor does: the text by our request, then the document. */
  async open(modelUri: string): Promise<TestDocument> {
    const uri = listingOf(modelUri);
    const listing = await this.request(listingRequest, { uri });
    return this.openText(uri, listing.text, listing);
  }

  async openText(uri: string, text: string, listing?: ListingResult): Promise<TestDocument> {
    const textDocument = { uri, languageId: 'onnx', version: 1, text };
    await this.connection.sendNotification('textDocument/didOpen', { textDocument });
    return new TestDocument(this, uri, text, listing);
  }

  async changeSettings(settings: object): Promise<void> {
    this.options = { ...this.options, settings };
    await this.connection.sendNotification('workspace/didChangeConfiguration', {
      settings: { siliconlens: settings },
    });
  }

  /** A report as its chunks say it. */
  async exported(uri: string, format: ExportReportParams['format']): Promise<string> {
    return (await this.exportedChunks(uri, format)).join('');
  }

  async exportedChunks(uri: string, format: ExportReportParams['format']): Promise<string[]> {
    const id = this.exports.size + 1;
    const got: string[] = [];
    this.exports.set(id, got);
    const params: ExportReportParams = { uri, format, export: id };
    const { chunks } = await this.request(exportReportRequest, params);
    if (chunks !== got.length) throw new Error(`${got.length} of ${chunks} chunks came`);
    return got;
  }

  request<P extends object, R>(method: RequestMethod<P, R>, params: P): Promise<R> {
    return this.connection.sendRequest<R>(method, params);
  }

  /** A request of the protocol itself. */
  ask<R>(method: string, params: object): Promise<R> {
    return this.connection.sendRequest<R>(method, params);
  }

  /** The next notification or refresh of a method that has not been seen yet. */
  next(method: string): Promise<unknown> {
    const index = this.received.findIndex((one) => one.method === method);
    if (index >= 0) return Promise.resolve(this.received.splice(index, 1)[0]?.params);
    return new Promise((done) => this.waiting.push({ method, done }));
  }

  async stop(): Promise<void> {
    if (!this.process || this.process.exitCode === null) {
      await this.connection.sendRequest('shutdown');
      if (this.process) await this.connection.sendNotification('exit');
    }
    this.connection.dispose();
  }

  private take(method: string, params: unknown): void {
    const index = this.waiting.findIndex((one) => one.method === method);
    if (index >= 0) this.waiting.splice(index, 1)[0]?.done(params);
    else this.received.push({ method, params });
  }
}

/** An open document with the requests of an editor. */
export class TestDocument {
  private version = 1;

  constructor(
    readonly client: TestClient,
    readonly uri: string,
    public text: string,
    readonly listing?: ListingResult,
  ) {}

  get lines(): string[] {
    return this.text.split('\n');
  }

  /** The place of the first (or nth) occurrence of a text. */
  at(part: string, nth = 0): { line: number; character: number } {
    let found = -1;
    for (let i = 0; i <= nth; i++) found = this.text.indexOf(part, found + 1);
    if (found < 0) throw new Error(`not in the listing: ${part}`);
    const before = this.text.slice(0, found).split('\n');
    return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  }

  hover(position: { line: number; character: number }): Promise<Hover | null> {
    return this.ask('hover', { position });
  }

  /** The text of a hover once the analysis is there: before that it says that costs are being computed. */
  async hoverText(position: { line: number; character: number }): Promise<string> {
    await this.lenses();
    return ((await this.hover(position))?.contents as MarkupContent | undefined)?.value ?? '';
  }

  hints(from = 0, to = this.lines.length): Promise<InlayHint[]> {
    const range = { start: { line: from, character: 0 }, end: { line: to, character: 0 } };
    return this.ask('inlayHint', { range });
  }

  lenses(): Promise<CodeLens[]> {
    return this.ask('codeLens', {});
  }

  symbols(): Promise<DocumentSymbol[]> {
    return this.ask('documentSymbol', {});
  }

  folds(): Promise<FoldingRange[]> {
    return this.ask('foldingRange', {});
  }

  definition(position: { line: number; character: number }): Promise<Location[]> {
    return this.ask('definition', { position });
  }

  references(position: { line: number; character: number }): Promise<Location[]> {
    return this.ask('references', { position, context: { includeDeclaration: true } });
  }

  highlights(position: { line: number; character: number }): Promise<DocumentHighlight[]> {
    return this.ask('documentHighlight', { position });
  }

  diagnostics(previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.ask('diagnostic', { previousResultId });
  }

  async change(text: string): Promise<void> {
    this.text = text;
    await this.client.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: this.uri, version: ++this.version },
      contentChanges: [{ text }],
    });
  }

  async close(): Promise<void> {
    await this.client.connection.sendNotification('textDocument/didClose', {
      textDocument: { uri: this.uri },
    });
  }

  ask<R>(method: string, params: object): Promise<R> {
    return this.client.ask(`textDocument/${method}`, { textDocument: { uri: this.uri }, ...params });
  }
}

/** A fixture's bytes, unpacked. */
export async function fixture(name: string): Promise<Uint8Array> {
  const path = fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
  return await readFile(path).catch(async () => gunzipSync(await readFile(`${path}.gz`)));
}
