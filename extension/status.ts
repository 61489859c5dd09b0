import { visible } from '../outside/hidden';
import { labelText } from '../outside/label';
import * as vscode from 'vscode';
import { modelTexts } from './addresses';
import type { ChoicesResult, StatusParams } from '../server/protocol';
import type { Choices } from './choices/choices';
import { serverCommands, withheldText } from './server/notices';
import type { Server } from './server/server';
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
    private readonly server: Server,
    private readonly subject: Subject,
    private readonly choices: Choices,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.item.name = text('extension.status.name');
    this.health = vscode.languages.createLanguageStatusItem('siliconlens.health', modelTexts);
    this.health.name = 'Siliconlens';
    this.showHealth({ health: 'ok', quiescent: false, message: '' });
    this.disposables = [
      this.item,
      this.health,
      server.onStatus((status) => this.showHealth(status)),
      server.onRunning(() => {
        this.showHealth({ health: 'ok', quiescent: true, message: '' });
        this.update();
      }),
      server.onEnded(() => this.ended()),
      server.onWithheld(() => this.update()),
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

  private ended(): void {
    const { down } = this.server;
    if (down !== null) this.showHealth({ health: 'error', quiescent: true, message: down });
    else
      this.showHealth({ health: 'warning', quiescent: false, message: text('extension.server.restarting') });
    this.update();
  }

  private showHealth({ health, quiescent, message }: StatusParams): void {
    const severities = {
      ok: vscode.LanguageStatusSeverity.Information,
      warning: vscode.LanguageStatusSeverity.Warning,
      error: vscode.LanguageStatusSeverity.Error,
    };
    this.health.severity = severities[health];
    this.health.busy = !quiescent;
    this.health.text = labelText(message) || text('extension.status.running');
    this.health.command =
      this.server.down === null
        ? { command: serverCommands.showLog, title: text('extension.page.log') }
        : { command: serverCommands.restart, title: text('extension.page.restart') };
  }

  private update(): void {
    const request = ++this.request;
    const uri = this.subject.current;
    if (!uri) {
      this.item.hide();
      return;
    }
    if (this.showTrouble(uri)) return;
    this.choices.of(uri).then(
      (choices) => {
        if (request !== this.request) return;
        this.item.text = `$(circuit-board) ${labelText(statusText(choices))}`;
        this.item.tooltip = statusTooltip(choices);
        this.item.command = 'siliconlens.showChoices';
        this.item.backgroundColor = undefined;
        this.item.show();
      },
      (error: unknown) => {
        this.log.debug(String(error));
        // While another server is being started, what is shown is still what was chosen.
        if (request === this.request && this.server.isRunning) this.item.hide();
      },
    );
  }

  /** No server, or none that works on this model: that is said in place of choices. */
  private showTrouble(uri: vscode.Uri): boolean {
    const { down } = this.server;
    const why = down ?? withheldText(this.server, uri);
    if (why === null) return false;
    const [icon, label, kind] =
      down === null
        ? ['warning', text('extension.status.withheld'), 'warning']
        : ['error', text('extension.status.down'), 'error'];
    this.item.text = `$(${icon}) ${label}`;
    this.item.backgroundColor = new vscode.ThemeColor(`statusBarItem.${kind}Background`);
    this.item.command =
      down === null
        ? { command: serverCommands.analyseAgain, title: text('extension.withheld.again'), arguments: [uri] }
        : serverCommands.restart;
    this.item.tooltip = troubleTooltip(why, down !== null, uri);
    this.item.show();
    return true;
  }
}

/** `H100 +2 · batch=1, sequence=128`. */
function statusText(choices: ChoicesResult): string {
  const names = choices.target === null ? chipNames(choices) : [choices.target];
  const more = names.length > namedChips ? ` +${names.length - namedChips}` : '';
  const chips =
    names.length > 0 ? names.slice(0, namedChips).join(', ') + more : text('extension.status.noChips');
  const dimensions = choices.dimensions.map(({ name, value }) => `${name}=${value ?? '?'}`);
  const mapping = choices.mapping === null ? '' : text('extension.status.mapping', { name: choices.mapping });
  return [chips, mapping, dimensions.slice(0, 3).join(', ') + (dimensions.length > 3 ? ', …' : '')]
    .filter(Boolean)
    .join(' · ');
}

function statusTooltip(choices: ChoicesResult): string {
  const dimensions = choices.dimensions.map(({ name, value, origin }) => {
    const number = `${name} = ${value ?? '?'}`;
    return origin === 'default' ? text('extension.status.assumed', { number }) : number;
  });
  return [
    ...chipNames(choices).map(visible),
    '',
    ...dimensions.map(visible),
    '',
    text('extension.status.click'),
  ].join('\n');
}

/** The reason, and the ways out as links. */
function troubleTooltip(why: string, isDown: boolean, uri: vscode.Uri): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString().appendText(visible(why));
  tooltip.isTrusted = { enabledCommands: Object.values(serverCommands) };
  const argument = encodeURIComponent(JSON.stringify([uri.toString()]));
  const first = isDown
    ? `[${text('extension.page.restart')}](command:${serverCommands.restart})`
    : `[${text('extension.withheld.again')}](command:${serverCommands.analyseAgain}?${argument})`;
  return tooltip.appendMarkdown(
    `\n\n${first} · [${text('extension.page.log')}](command:${serverCommands.showLog})`,
  );
}

function chipNames({ chips, chosen }: ChoicesResult): string[] {
  return chosen.map((id) => chips.find((chip) => chip.id === id)?.name ?? id);
}
