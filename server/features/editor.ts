import { MarkupKind } from 'vscode-languageserver';
import type {
  ClientCapabilities,
  Connection,
  Diagnostic,
  Hover,
  InitializeParams,
  MarkupContent,
} from 'vscode-languageserver';
import { languageOf, type Language } from '../../l10n/language';
import { markdownAsPlainText } from '../../outside/markdown';
import type { InitializationOptions, NotificationMethod, RequestMethod } from '../protocol';
import { ask, describe } from './handler';
import type { Log } from './handler';

/** What was answered about open documents and is asked anew on request, by the client's word for it. */
const refreshes = {
  inlayHint: 'workspace/inlayHint/refresh',
  codeLens: 'workspace/codeLens/refresh',
  diagnostics: 'workspace/diagnostic/refresh',
} as const;

/** The editor at the other end: what it says that it can take, and everything that is sent to it. */
export class Editor {
  readonly log: Log;
  capabilities: ClientCapabilities = {};
  language: Language = 'en';
  /** Our own extension: it takes the messages of protocol.ts and runs the commands of lenses and links. */
  isOurs = false;

  constructor(readonly connection: Connection) {
    this.log = { error: (text) => connection.console.error(text) };
  }

  begin({ capabilities, locale }: InitializeParams, options: InitializationOptions): void {
    this.capabilities = capabilities;
    this.language = languageOf(options.locale ?? locale);
    this.isOurs = options.isExtension === true;
  }

  /** It is told of problems, since it does not ask for them. */
  get isToldProblems(): boolean {
    const { diagnostic, publishDiagnostics } = this.capabilities.textDocument ?? {};
    return !diagnostic && publishDiagnostics !== undefined;
  }

  /** Tells the editor something of our own. */
  tell<P extends object>(method: NotificationMethod<P>, params: P): void {
    if (this.isOurs) this.watch(this.connection.sendNotification(method, params));
  }

  /** Asks the editor something of our own; others know no such question. */
  async ask<P extends object, R>(method: RequestMethod<P, R>, params: P): Promise<R> {
    if (!this.isOurs) throw new Error(`the client does not answer ${method}`);
    return ask(this.connection, method, params);
  }

  /** Tells the problems of a file: those of files that the editor never asks about, else see {@link isToldProblems}. */
  publish(uri: string, diagnostics: Diagnostic[]): void {
    if (!this.capabilities.textDocument?.publishDiagnostics) return;
    this.watch(this.connection.sendDiagnostics({ uri, diagnostics }));
  }

  /** Refreshes are global and costly for the editor: only after a change that no document shows, never on a timer. */
  refresh(): void {
    for (const kind of Object.keys(refreshes) as (keyof typeof refreshes)[]) this.refreshOne(kind);
  }

  refreshOne(kind: keyof typeof refreshes): void {
    if (this.capabilities.workspace?.[kind]?.refreshSupport)
      this.watch(this.connection.sendRequest(refreshes[kind]));
  }

  /** A hover as the editor can show it; editors from before there was a choice take Markdown as a plain string. */
  hover(hover: Hover | null): Hover | null {
    const formats = this.capabilities.textDocument?.hover?.contentFormat;
    if (!hover || !isMarkup(hover.contents)) return hover;
    const contents = formats ? inFormat(hover.contents, formats) : hover.contents.value;
    return { ...hover, contents };
  }

  /** What fails is a line in the log. */
  watch(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.log.error(describe(error)));
  }
}

/** Markdown for a reader who takes these formats. */
export function inFormat(content: MarkupContent, formats: readonly MarkupKind[]): MarkupContent {
  if (formats.includes(content.kind)) return content;
  return { kind: MarkupKind.PlainText, value: markdownAsPlainText(content.value) };
}

function isMarkup(contents: Hover['contents']): contents is MarkupContent {
  return typeof contents === 'object' && 'kind' in contents;
}
