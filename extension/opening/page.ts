import { htmlText } from '../../outside/html';
import type * as vscode from 'vscode';
import { newNonce } from '../nonce';
import { language, text } from '../text';
import type { ExtensionKey } from '../../l10n/extension';

/** What the page of a model may ask for. */
const pageActions = ['listing', 'report', 'openWith', 'restart', 'log'] as const;
export type PageAction = (typeof pageActions)[number];

export interface PageContent {
  readonly title: string;
  readonly message: string;
  readonly actions: readonly PageAction[];
  readonly busy?: boolean;
}

const labels: Record<PageAction, ExtensionKey> = {
  listing: 'extension.page.listing',
  report: 'extension.page.report',
  openWith: 'extension.page.openWith',
  restart: 'extension.page.restart',
  log: 'extension.page.log',
};

/** Shows a small page in a model's own tab: progress, an error, or where to go from here. */
export function showPage(panel: vscode.WebviewPanel, content: PageContent): void {
  panel.webview.options = { enableScripts: true, localResourceRoots: [] };
  panel.webview.html = pageHtml(content, newNonce());
}

/** The action of a message from the page; null for anything else. */
export function pageAction(message: unknown): PageAction | null {
  return pageActions.find((action) => action === message) ?? null;
}

function pageHtml(content: PageContent, nonce: string): string {
  const buttons = content.actions.map(
    (action) => `<button data-action="${action}">${htmlText(text(labels[action]))}</button>`,
  );
  return `<!doctype html>
<html lang="${language()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<title>${htmlText(content.title)}</title>
<style nonce="${nonce}">
body { font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); color: var(--vscode-foreground);
  display: flex; flex-direction: column; align-items: center; justify-content: center; min-height: 90vh; text-align: center; }
p { max-width: 60ch; overflow-wrap: anywhere; color: var(--vscode-descriptionForeground); white-space: pre-line; }
button { font: inherit; margin: 4px; padding: 4px 14px; border: 1px solid var(--vscode-contrastBorder, transparent); border-radius: 2px;
  background: var(--vscode-button-background); color: var(--vscode-button-foreground); cursor: pointer; }
button:hover { background: var(--vscode-button-hoverBackground); }
button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
progress { width: 20ch; accent-color: var(--vscode-progressBar-background); }
</style>
</head>
<body>
<h2>${htmlText(content.title)}</h2>
<p role="status">${htmlText(content.message)}</p>
${content.busy ? '<progress></progress>' : ''}
<div>${buttons.join('\n')}</div>
<script nonce="${nonce}">
const api = acquireVsCodeApi();
for (const button of document.querySelectorAll('button'))
  button.addEventListener('click', () => api.postMessage(button.dataset.action));
</script>
</body>
</html>`;
}
