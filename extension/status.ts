import * as vscode from 'vscode';
import { languageId, listingScheme, type ChoicesResult, type StatusParams } from '../server/protocol';
import type { Choices } from './choices/choices';
import type { Server } from './server';
import type { Subject } from './subject';
import { text } from './text';

/** How many chips the status item names before it counts: the item has little room. */
const namedChips = 1;

/** The status item: chosen chips and bindings of the active model. Shown beside model texts only. */
export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'siliconlens.choices',
    vscode.StatusBarAlignment.Right,
    100,
  );
  private readonly health: vscode.LanguageStatusItem;
  private readonly disposables: vscode.Disposable[];
  private request = 0;

  constructor(
    server: Server,
    private readonly subject: Subject,
    private readonly choices: Choices,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.item.name = text('extension.status.name');
    this.item.command = 'siliconlens.showChoices';
    this.health = vscode.languages.createLanguageStatusItem('siliconlens.health', [
      { scheme: listingScheme, language: languageId },
      { scheme: 'file', language: languageId },
    ]);
    this.health.name = 'Siliconlens';
    this.health.command = { command: 'siliconlens.showLog', title: text('extension.page.log') };
    this.showHealth({ health: 'ok', quiescent: false, message: '' });
    this.disposables = [
      this.item,
      this.health,
      server.onStatus((status) => this.showHealth(status)),
      server.onRunning(() => this.showHealth({ health: 'ok', quiescent: true, message: '' })),
      server.onAnalysis(({ uri }) => {
        if (uri === this.subject.current?.toString()) this.update();
      }),
      subject.onDidChange(() => this.update()),
      vscode.window.onDidChangeActiveTextEditor(() => this.update()),
    ];
    this.update();
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private showHealth({ health, quiescent, message }: StatusParams): void {
    const severities = {
      ok: vscode.LanguageStatusSeverity.Information,
      warning: vscode.LanguageStatusSeverity.Warning,
      error: vscode.LanguageStatusSeverity.Error,
    };
    this.health.severity = severities[health];
    this.health.busy = !quiescent;
    this.health.text = message || text('extension.status.running');
  }

  private update(): void {
    const request = ++this.request;
    const uri = this.subject.current;
    if (!uri) {
      this.item.hide();
      return;
    }
    this.choices.of(uri).then(
      (choices) => {
        if (request !== this.request) return;
        this.item.text = `$(circuit-board) ${statusText(choices)}`;
        this.item.tooltip = statusTooltip(choices);
        this.item.show();
      },
      (error: unknown) => {
        this.log.debug(String(error));
        if (request === this.request) this.item.hide();
      },
    );
  }
}

/** `H100 +2 · batch=1, sequence=128`. */
export function statusText(choices: ChoicesResult): string {
  const names = chipNames(choices);
  const more = names.length > namedChips ? ` +${names.length - namedChips}` : '';
  const chips =
    names.length > 0 ? names.slice(0, namedChips).join(', ') + more : text('extension.status.noChips');
  const dimensions = choices.dimensions.map(({ name, value }) => `${name}=${value ?? '?'}`);
  return [chips, dimensions.slice(0, 3).join(', ') + (dimensions.length > 3 ? ', …' : '')]
    .filter(Boolean)
    .join(' · ');
}

function statusTooltip(choices: ChoicesResult): string {
  const dimensions = choices.dimensions.map(({ name, value }) => `${name} = ${value ?? '?'}`);
  return [...chipNames(choices), '', ...dimensions, '', text('extension.status.click')].join('\n');
}

function chipNames({ chips, chosen }: ChoicesResult): string[] {
  return chosen.map((id) => chips.find((chip) => chip.id === id)?.name ?? id);
}
