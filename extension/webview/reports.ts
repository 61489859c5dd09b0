import { messageText } from '../../outside/label';
import * as vscode from 'vscode';
import {
  type ExportFormat,
  exportFormats,
  type ExportReportParams,
  exportReportRequest,
} from '../../server/protocol';
import { fileName, modelUri, writableFolder } from '../addresses';
import { inputsOf } from '../inputs';
import type { Server } from '../server/server';
import { text } from '../text';
import { ModelPages, type PageKind } from './modelPages';
import type { Reveal } from './reveal';
import { saveFile } from '../saveFile';

const reportPages: PageKind = {
  viewType: 'siliconlens.report',
  page: 'report',
  title: 'extension.report.title',
};

/** The reports that are open, and their export. */
export class Reports extends ModelPages {
  constructor(server: Server, reveal: Reveal, extensionUri: vscode.Uri, log: vscode.LogOutputChannel) {
    super(reportPages, server, reveal, extensionUri, log);
  }

  async export(uri: vscode.Uri): Promise<void> {
    const items = exportFormats.map(({ format, extension }) => ({
      format,
      extension,
      label: text(`extension.export.format.${format}`),
      description: `*.${extension}`,
    }));
    const picked = await vscode.window.showQuickPick(items, { title: text('extension.export.title') });
    if (!picked) return;
    const model = modelUri(uri);
    const name = `${fileName(model)}.${picked.extension}`;
    const folder = writableFolder(model);
    const target = await vscode.window.showSaveDialog({
      defaultUri: folder && vscode.Uri.joinPath(folder, name),
      filters: { [picked.label]: [picked.extension.replace(/^.*[.]/, '')] },
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
}
