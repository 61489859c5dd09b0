import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { bringBrowser } from '../../scripts/browser.mjs';
import type {
  FromWebview,
  NodeRow,
  RowsParams,
  RowsResult,
  ToWebview,
  WhatIfParams,
  WhatIfResult,
} from '../../server/protocol';

const built = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../dist/webview/${name}`, import.meta.url)), 'utf8');

/** Stands in for the extension: keeps what the page says and its state, and answers what it asks for. */
interface Host {
  readonly sent: FromWebview[];
  state: unknown;
}
declare global {
  interface Window {
    readonly host: Host;
    readonly rows: (params: Omit<RowsParams, 'uri'>) => Promise<RowsResult>;
    readonly variants: (params: Omit<WhatIfParams, 'uri'>) => Promise<WhatIfResult>;
  }
}

/** Colours of a theme, as VS Code gives them to a page. */
const theme = {
  foreground: '#cccccc',
  'editor-background': '#1f1f1f',
  'charts-blue': '#3794ff',
  'charts-orange': '#d18616',
  'charts-green': '#89d185',
  'charts-red': '#f14c4c',
  'charts-purple': '#b180d7',
  'charts-foreground': '#cccccc',
  'panel-border': '#2b2b2b',
  focusBorder: '#0078d4',
};

/** A page of the built bundle in a browser of its own, with data that a test made. */
export class ViewPage {
  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
  ) {}

  /**
   * @param rows all rows of the table of nodes in the order that is asked for; the page gets the part in view
   * @param variants a chip at other precisions and sizes
   */
  static async open(
    name: 'report' | 'panel',
    rows: (params: Omit<RowsParams, 'uri'>) => readonly NodeRow[] = () => [],
    variants: (params: Omit<WhatIfParams, 'uri'>) => WhatIfResult | Promise<WhatIfResult> = (params) => ({
      ...params,
      sizes: [],
      rows: [],
    }),
  ): Promise<ViewPage> {
    const { executablePath, args, env } = await bringBrowser();
    const browser = await chromium.launch({
      executablePath,
      args: [...args],
      env: { ...process.env, ...env },
    });
    const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    await page.exposeFunction('rows', (params: Omit<RowsParams, 'uri'>): RowsResult => {
      const all = rows(params);
      const { revision, from, count, find } = params;
      const at = all.findIndex(({ node }) => node === find);
      return { revision, total: all.length, found: at < 0 ? null : at, rows: all.slice(from, from + count) };
    });
    await page.exposeFunction('variants', variants);
    const colors = Object.entries(theme).map(([key, value]) => `--vscode-${key}: ${value};`);
    await page.setContent(
      `<!doctype html><html lang="en"><style>body { ${colors.join(' ')} }</style>` +
        `<style>${built('style.css')}</style><body class="vscode-dark"><div id="app"></div></body></html>`,
    );
    await page.evaluate(() => {
      const host: Host = { sent: [], state: undefined };
      const answer = (message: ToWebview) => window.postMessage(message, '*');
      Object.assign(window, {
        host,
        acquireVsCodeApi: () => ({
          getState: () => host.state,
          setState: (state: unknown) => (host.state = state),
          postMessage: (message: FromWebview) => {
            host.sent.push(message);
            if (message.type === 'rows')
              void window
                .rows(message.params)
                .then((result) => answer({ type: 'rows', request: message.request, result }));
            if (message.type === 'whatIf')
              void window
                .variants(message.params)
                .then((result) => answer({ type: 'variants', request: message.request, result }));
          },
        }),
      });
    });
    await page.addScriptTag({ content: built(`${name}.js`) });
    return new ViewPage(browser, page);
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  /** Sends the page a message, as the extension does. */
  tell(message: ToWebview): Promise<void> {
    return this.page.evaluate((sent) => window.postMessage(sent, '*'), message);
  }

  /** What the page said to the extension. */
  sent(): Promise<readonly FromWebview[]> {
    return this.page.evaluate(() => window.host.sent);
  }
}
