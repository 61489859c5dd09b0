import { messageText } from '../../outside/label';
import * as vscode from 'vscode';
import { type ExportReportParams, exportReportRequest } from '../../server/protocol';
import { fileName, modelUri } from '../addresses';
import { inputsOf } from '../inputs';
import type { Server } from '../server/server';
import { text } from '../text';
import { loadPage } from './html';
import { Page } from './page';
import type { Reveal } from './reveal';
import { saveFile } from '../saveFile';

/** One view type for making panels and for bringing them back after a window reload. */
const viewType = 'siliconlens.report';

interface Report {
  readonly uri: vscode.Uri;
  readonly panel: vscode.WebviewPanel;
  readonly page: Page;
}

type ExportFormat = ExportReportParams['format'];
const formats: readonly { readonly format: ExportFormat; readonly extension: string }[] = [
  { format: 'html', extension: 'html' },
  { format: 'markdown', extension: 'md' },
  { format: 'csv', extension: 'csv' },
  { format: 'json', extension: 'json' },
];

/** The reports that are open: at most one for a model, each bound to it. */
export class Reports implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly reports = new Map<string, Report>();
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly server: Server,
    private readonly reveal: Reveal,
    private readonly extensionUri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      vscode.window.registerWebviewPanelSerializer(viewType, this),
      server.onAnalysis(({ uri }) => this.update(this.reports.get(uri))),
      ...[server.onRunning, server.onWithheld].map((event) => event(() => this.updateAll())),
      server.onEnded(() => server.down !== null && this.updateAll()),
      reveal.onDidMove(({ uri, node }) => this.reports.get(uri.toString())?.page.highlight(node)),
    ];
  }

  /** Shows a model's report: the one that is there, else a new one beside. */
  open(uri: vscode.Uri): Promise<void> {
    const report = this.reports.get(uri.toString());
    if (report) report.panel.reveal();
    else this.hold(uri, vscode.window.createWebviewPanel(viewType, '', vscode.ViewColumn.Beside));
    return Promise.resolve();
  }

  /** Brings a report back after a window reload; a panel that remembers no model can show none. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const uri = rememberedUri(state);
    if (uri && !this.reports.has(uri.toString())) this.hold(uri, panel);
    else panel.dispose();
    return Promise.resolve();
  }

  /** The model of the report that has the focus. */
  activeUri(): vscode.Uri | undefined {
    return [...this.reports.values()].find(({ panel }) => panel.active)?.uri;
  }

  async export(uri: vscode.Uri): Promise<void> {
    const items = formats.map((format) => ({
      ...format,
      label: format.format,
      description: `*.${format.extension}`,
    }));
    const picked = await vscode.window.showQuickPick(items, { title: text('extension.export.title') });
    if (!picked) return;
    const model = modelUri(uri);
    const name = `${fileName(model)}.${picked.extension}`;
    const folder = model.scheme === 'file' ? vscode.Uri.joinPath(model, '..') : undefined;
    const target = await vscode.window.showSaveDialog({
      defaultUri: folder && vscode.Uri.joinPath(folder, name),
      filters: { [picked.format]: [picked.extension] },
    });
    if (!target) return;
    if (!(await saveFile(target, this.chunks(uri, picked.format), await inputsOf(this.server, uri)))) return;
    const open = text('extension.export.open');
    const answer = await vscode.window.showInformationMessage(
      messageText(text('extension.export.done', { name: fileName(target) })),
      open,
    );
    if (answer === open) await vscode.commands.executeCommand('vscode.open', target);
  }

  private chunks(uri: vscode.Uri, format: ExportFormat): AsyncIterable<string> {
    return this.server.exports.read((id) => {
      const params: ExportReportParams = { uri: uri.toString(), format, export: id };
      return this.server.request(exportReportRequest, params);
    });
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
    for (const { page } of this.reports.values()) page.dispose();
  }

  private hold(uri: vscode.Uri, panel: vscode.WebviewPanel): void {
    const key = uri.toString();
    panel.title = text('extension.report.title', { name: fileName(modelUri(uri)) });
    const icon = (theme: string) => vscode.Uri.joinPath(this.extensionUri, 'media', `report-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const beside: Pick<Reveal, 'node'> = {
      node: (of, node) => this.reveal.node(of, node, panel.viewColumn),
    };
    const page = new Page(panel, () => uri, this.server, beside, this.log);
    const report = { uri, panel, page };
    this.reports.set(key, report);
    panel.onDidChangeViewState(() => this.update(report));
    panel.onDidDispose(() => {
      page.dispose();
      this.reports.delete(key);
    });
    loadPage(panel.webview, this.extensionUri, 'report');
  }

  private updateAll(): void {
    for (const report of this.reports.values()) this.update(report);
  }

  private update(report: Report | undefined): void {
    report?.page.update().catch((error: unknown) => this.log.error(String(error)));
  }
}

function rememberedUri(state: unknown): vscode.Uri | undefined {
  if (typeof state !== 'object' || state === null || !('uri' in state)) return undefined;
  return typeof state.uri === 'string' && state.uri !== '' ? vscode.Uri.parse(state.uri) : undefined;
}
