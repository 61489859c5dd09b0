import * as vscode from 'vscode';
import { baseName, commonEnd } from '../outside/paths';
import {
  linkedCommands,
  listingScheme,
  type SourceCosts,
  sourceCostsRequest,
  sourceNamesRequest,
  sourceOfNodeRequest,
} from '../server/protocol';
import type { Server } from './server/server';
import { text } from './text';

/** Files of one name that are looked at when a place in a program is searched. */
const mostFiles = 200;
/** Nothing that is installed beside a program, unless it is open. */
const installed = '**/{node_modules,site-packages,dist-packages,.venv,venv}/**';

/**
 * Costs beside the lines of the program from which an open model was exported. Providers are registered once a model names
 * files, and for those alone.
 */
export class Sources
  implements vscode.Disposable, vscode.InlayHintsProvider, vscode.CodeLensProvider, vscode.HoverProvider
{
  /** Names of files by open model, the model that was analysed last at the end. */
  private readonly names = new Map<string, ReadonlySet<string>>();
  /** Answers by document, as long as its version and the analyses are the same. */
  private answers = new WeakMap<vscode.TextDocument, { version: number; costs: Promise<SourceCosts> }>();
  private readonly changes = new vscode.EventEmitter<void>();
  private providers: vscode.Disposable[] = [];
  private readonly disposables: vscode.Disposable[];

  readonly onDidChangeInlayHints = this.changes.event;
  readonly onDidChangeCodeLenses = this.changes.event;

  constructor(
    private readonly server: Server,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      this.changes,
      server.onAnalysis(({ uri }) => {
        this.learn(uri).catch((error: unknown) => log.debug(String(error)));
      }),
      server.onEnded(() => this.forget([...this.names.keys()])),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.forget([uri.toString()])),
    ];
  }

  async provideInlayHints(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.InlayHint[]> {
    const { hints } = await this.costsOf(document);
    return hints
      .filter(({ line }) => line >= range.start.line && line <= range.end.line)
      .map(({ line, label }) => {
        const hint = new vscode.InlayHint(document.lineAt(line).range.end, label);
        hint.paddingLeft = true;
        return hint;
      });
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const { lenses } = await this.costsOf(document);
    const model = this.modelOf(document);
    return lenses.map(({ line, title, target }) => {
      const range = new vscode.Range(line, 0, line, 0);
      return new vscode.CodeLens(range, {
        title,
        command: linkedCommands.revealLine,
        arguments: [model, target],
      });
    });
  }

  async provideHover(document: vscode.TextDocument, { line }: vscode.Position): Promise<vscode.Hover | null> {
    const { hints } = await this.costsOf(document);
    const found = hints.find((one) => one.line === line);
    if (!found) return null;
    const content = new vscode.MarkdownString(found.hover);
    content.isTrusted = { enabledCommands: [linkedCommands.revealLine] };
    return new vscode.Hover(content, document.lineAt(line).range);
  }

  /** Shows the line of the program that led to a node of a listing: the innermost of those that are here. */
  async goTo(listing: vscode.Uri, line: number): Promise<void> {
    const { frames } = await this.server.request(sourceOfNodeRequest, { uri: listing.toString(), line });
    for (const frame of frames) {
      const uri = await fileHere(frame.file);
      if (!uri) continue;
      const position = new vscode.Position(frame.line, 0);
      const selection = new vscode.Range(position, position);
      await vscode.window.showTextDocument(uri, { selection, preview: false });
      return;
    }
    const files = [...new Set(frames.map(({ file }) => file))].slice(0, 3).join(', ');
    const said =
      frames.length === 0 ? text('extension.source.none') : text('extension.source.notHere', { files });
    void vscode.window.showInformationMessage(said);
  }

  dispose(): void {
    for (const disposable of [...this.providers, ...this.disposables]) disposable.dispose();
  }

  private async learn(uri: string): Promise<void> {
    const isOpen = vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri);
    const { names } = isOpen ? await this.server.request(sourceNamesRequest, { uri }) : { names: [] };
    const before = this.all();
    this.names.delete(uri);
    if (names.length > 0) this.names.set(uri, new Set(names));
    this.refresh(before);
  }

  private forget(uris: readonly string[]): void {
    const before = this.all();
    if (uris.filter((uri) => this.names.delete(uri)).length > 0) this.refresh(before);
  }

  private all(): string {
    return [...new Set([...this.names.values()].flatMap((names) => [...names]))].sort().join('\n');
  }

  /** Files of other names get providers of their own: the filter of one can't be changed. */
  private refresh(before: string): void {
    this.answers = new WeakMap();
    const now = this.all();
    if (now !== before) {
      for (const provider of this.providers) provider.dispose();
      this.providers = now === '' ? [] : this.register(now.split('\n'));
    }
    this.changes.fire();
  }

  private register(names: readonly string[]): vscode.Disposable[] {
    const filter = names.map((name) => ({
      language: 'python',
      pattern: `**/${globOf(name)}`,
    }));
    return [
      vscode.languages.registerInlayHintsProvider(filter, this),
      vscode.languages.registerCodeLensProvider(filter, this),
      vscode.languages.registerHoverProvider(filter, this),
    ];
  }

  /** The model of a document: that which was analysed last of those that name it. */
  private modelOf({ uri }: vscode.TextDocument): string | undefined {
    const name = baseName(uri.path);
    return [...this.names].reverse().find(([, names]) => names.has(name))?.[0];
  }

  private async costsOf(document: vscode.TextDocument): Promise<SourceCosts> {
    const { version } = document;
    const known = this.answers.get(document);
    if (known?.version === version) return known.costs;
    const costs = this.ask(document);
    this.answers.set(document, { version, costs });
    return costs;
  }

  private async ask(document: vscode.TextDocument): Promise<SourceCosts> {
    const uri = this.modelOf(document);
    const nothing: SourceCosts = { hints: [], lenses: [] };
    if (uri === undefined || document.uri.scheme === listingScheme) return nothing;
    const params = { uri, path: document.uri.path, text: document.getText() };
    return this.server.request(sourceCostsRequest, params).catch((error: unknown) => {
      this.log.debug(String(error));
      return nothing;
    });
  }
}

/** The file of this workspace, or the open one, that has most of a path of another machine at its end. */
async function fileHere(path: string): Promise<vscode.Uri | undefined> {
  const open = vscode.workspace.textDocuments
    .map(({ uri }) => uri)
    .filter((uri) => uri.scheme !== listingScheme);
  const found = await vscode.workspace.findFiles(`**/${globOf(baseName(path))}`, installed, mostFiles);
  return [...open, ...found]
    .filter((uri) => commonEnd(uri.path, path) > 0)
    .sort((a, b) => commonEnd(b.path, path) - commonEnd(a.path, path))[0];
}

/** A name in a glob pattern, in which some letters mean others. */
function globOf(name: string): string {
  return name.replaceAll(/[*?{}[\]]/g, '?');
}
