import type { ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { inject } from 'vitest';
import type * as vscode from 'vscode';
import { folderAddress, unpackSamples } from '../../scripts/vscode-host.mjs';

const artifacts = fileURLToPath(new URL('../artifacts', import.meta.url));

export interface TabState {
  readonly label: string;
  readonly kind: 'text' | 'diff' | 'custom' | 'webview' | 'other';
  /** Address of the text, or of the modified side of a diff. */
  readonly uri: string | null;
  readonly original: string | null;
  readonly active: boolean;
  readonly preview: boolean;
}

export interface WindowOptions {
  readonly prepare?: (folder: string) => Promise<void> | void;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Port of another VS Code than the suite's. */
  readonly port?: number;
}

/** One window on a folder of its own, driven by hand and from inside the extension host. */
export class Workbench {
  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
    readonly folder: string,
    private readonly socket: string,
  ) {}

  /** Opens a window on a new folder with the sample models; `prepare` may change the folder first. */
  static async open(name: string, options: WindowOptions = {}): Promise<Workbench> {
    const { port, data, browser: launched } = inject('vscode');
    const folder = join(data, name);
    await unpackSamples(folder);
    await options.prepare?.(folder);
    const browser = await chromium.launch({
      executablePath: launched.executablePath,
      args: [...launched.args],
      env: { ...process.env, ...launched.env },
    });
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1280, height: 800 },
    });
    const page = await context.newPage();
    const bench = new Workbench(browser, page, folder, join(data, `${name}.sock`));
    await page.goto(folderAddress(options.port ?? port, folder));
    await bench.reloaded();
    return bench;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  /** Reloads the window once its state has been kept, which takes VS Code some seconds. */
  async reload(): Promise<void> {
    await this.page.waitForTimeout(7000);
    await this.page.reload();
    await this.reloaded();
  }

  /** Waits until the window and the test driver in it are there. */
  async reloaded(): Promise<void> {
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
    await this.until(() => this.inHost(() => true).catch(() => false), 'the test driver answers');
  }

  /** Runs a function in the extension host; it can't use anything around it but its arguments. */
  inHost<A extends unknown[], R>(
    run: (api: typeof vscode, ...args: A) => R | Promise<R>,
    ...args: A
  ): Promise<R> {
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: this.socket, method: 'POST' }, (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
        answer.on('end', () => {
          const { value, error } = JSON.parse(body) as { value: R; error?: string };
          if (error) reject(new Error(error));
          else resolve(value);
        });
      });
      asked.on('error', reject);
      asked.end(JSON.stringify({ code: run.toString(), args }));
    });
  }

  command(id: string, ...args: unknown[]): Promise<unknown> {
    return this.inHost(
      async (api, command, rest) => {
        await api.commands.executeCommand(command, ...rest);
        return null;
      },
      id,
      args,
    );
  }

  /** Titles of the lenses of the open file. */
  lenses(): Promise<string[]> {
    return this.inHost(async (api) => {
      const { document } = api.window.visibleTextEditors[0]!;
      const found = await api.commands.executeCommand<{ command?: { title: string } }[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
        10,
      );
      return found.map(({ command }) => command?.title ?? '');
    });
  }

  async setting(name: string, value: unknown): Promise<void> {
    await this.inHost(
      async (api, key, next) => {
        await api.workspace.getConfiguration().update(key, next, api.ConfigurationTarget.Workspace);
      },
      name,
      value,
    );
  }

  closeEditors(): Promise<unknown> {
    return this.command('workbench.action.closeAllEditors');
  }

  /** Tabs by group. */
  tabs(): Promise<TabState[][]> {
    return this.inHost((api) => {
      const state = ({ label, input, isActive, isPreview }: vscode.Tab) => {
        const of = (kind: string, uri: vscode.Uri | null = null, original: vscode.Uri | null = null) => ({
          label,
          kind: kind as 'text',
          uri: uri && uri.toString(),
          original: original && original.toString(),
          active: isActive,
          preview: isPreview,
        });
        if (input instanceof api.TabInputText) return of('text', input.uri);
        if (input instanceof api.TabInputTextDiff) return of('diff', input.modified, input.original);
        if (input instanceof api.TabInputCustom) return of('custom', input.uri);
        return of(input instanceof api.TabInputWebview ? 'webview' : 'other');
      };
      return api.window.tabGroups.all.map((group) => group.tabs.map(state));
    });
  }

  /** Waits until the tabs are as told, written as `name`, with `>` before the active and `~` before a preview one. */
  async tabsBecome(...groups: string[][]): Promise<void> {
    const write = (tab: TabState) => {
      const kind = tab.kind === 'text' ? '' : ` (${tab.kind})`;
      return `${tab.active ? '>' : ''}${tab.preview ? '~' : ''}${tab.label}${kind}`;
    };
    const wanted = JSON.stringify(groups);
    let seen = '';
    await this.until(
      async () => {
        seen = JSON.stringify((await this.tabs()).map((group) => group.map(write)));
        return seen === wanted;
      },
      () => `tabs ${wanted}, not ${seen}`,
    );
  }

  /** Waits for something that will come about. */
  async until(check: () => Promise<boolean>, what: string | (() => string), timeout = 45_000): Promise<void> {
    const end = Date.now() + timeout;
    while (!(await check())) {
      if (Date.now() > end) throw new Error(`Never came: ${typeof what === 'string' ? what : what()}`);
      await this.page.waitForTimeout(100);
    }
  }

  /** A file in the Explorer. */
  file(name: string): Locator {
    return this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first();
  }

  /** Picks from the context menu of a file in the Explorer. */
  async fileMenu(name: string, item: string): Promise<void> {
    await this.file(name).click({ button: 'right' });
    const entry = this.page.getByRole('menuitem', { name: item });
    await entry.waitFor();
    // A menu takes no click in its first moments, lest the click that opened it picks from it.
    await this.page.waitForTimeout(600);
    await entry.click();
  }

  /** Whether the keyboard is with a part of the window: `explorer`, `editor`, or somewhere else. */
  focus(): Promise<'explorer' | 'editor' | 'other'> {
    return this.page.evaluate(() => {
      const at = document.activeElement;
      if (at?.closest('.explorer-folders-view')) return 'explorer';
      return at?.closest('.monaco-editor') ? 'editor' : 'other';
    });
  }

  /** Opens a model and waits for its listing. */
  async openModel(name: string): Promise<void> {
    await this.file(name).dblclick();
    await this.until(
      async () => (await this.tabs()).flat().some((tab) => tab.active && tab.label === `${name}.onnxtxt`),
      `the listing of ${name}`,
    );
  }

  /** The language server of this window; null while there is none. */
  serverProcess(): Promise<number | null> {
    return this.inHost(() => {
      // A bare machine has no program that lists processes; the extension host knows its children.
      const host = process as unknown as { _getActiveHandles(): object[] };
      const servers = host
        ._getActiveHandles()
        .filter(
          (one): one is ChildProcess => 'spawnargs' in one && String(one.spawnargs).includes('server.js'),
        );
      return (
        servers.find(({ exitCode, signalCode }) => exitCode === null && signalCode === null)?.pid ?? null
      );
    });
  }

  /** Sends the language server a signal and answers with the process that got it. */
  async signalServer(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<number> {
    const pid = await this.serverProcess();
    if (pid === null) throw new Error('There is no language server.');
    process.kill(pid, signal);
    return pid;
  }

  /** Whether the active text has hints. */
  hasHints(): Promise<boolean> {
    return this.inHost(async (api) => {
      const document = api.window.activeTextEditor?.document;
      if (!document) return false;
      const range = new api.Range(0, 0, document.lineCount, 0);
      const hints = await api.commands.executeCommand<unknown[]>(
        'vscode.executeInlayHintProvider',
        document.uri,
        range,
      );
      return hints.length > 0;
    });
  }

  /** The text of the active editor's document. */
  activeText(): Promise<string | null> {
    return this.inHost((api) => api.window.activeTextEditor?.document.getText() ?? null);
  }

  /** Lines on screen in the active editor, hints included; spaces are ordinary ones. */
  async linesOnScreen(): Promise<string[]> {
    const lines = await this.page
      .locator('.editor-group-container.active .monaco-editor .view-line')
      .allInnerTexts();
    return lines.map((line) => line.replaceAll('\u00a0', ' '));
  }

  /** The page inside the webview whose content has this element. */
  async webview(selector: string, timeout?: number): Promise<FrameLocator> {
    let found: FrameLocator | undefined;
    const look = async (): Promise<boolean> => {
      const outer = this.page.locator('iframe.webview');
      for (let i = 0; i < (await outer.count()); i++) {
        const inner = outer.nth(i).contentFrame().locator('iframe').contentFrame();
        if (
          (await inner
            .locator(selector)
            .count()
            .catch(() => 0)) > 0
        ) {
          found = inner;
          return true;
        }
      }
      return false;
    };
    await this.until(look, `a webview with ${selector}`, timeout);
    if (!found) throw new Error('unreachable');
    return found;
  }

  /** The side panel with all figures of its first chip open. */
  async panelFigures(): Promise<FrameLocator> {
    const panel = await this.webview('.panel .card');
    const card = panel.locator('.card');
    if ((await card.getAttribute('open')) === null) await card.locator('summary').click();
    return panel;
  }

  async picture(name: string): Promise<void> {
    await mkdir(artifacts, { recursive: true });
    await this.page.screenshot({ path: join(artifacts, `${name}.png`) });
  }
}
