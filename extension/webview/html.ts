import * as vscode from 'vscode';
import { newNonce } from '../nonce';
import { language, text } from '../text';

let style: Promise<string> | undefined;

/**
 * VS Code shows a page at its load event or after 200 ms. So that the page is seen at once, nothing delays that event:
 * the styles stand in the page, and the script is asked for afterwards.
 */
function styles(folder: vscode.Uri): Promise<string> {
  style ??= readStyles(folder);
  // Whoever asks next tries again.
  style.catch(() => (style = undefined));
  return style;
}

async function readStyles(folder: vscode.Uri): Promise<string> {
  const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, 'style.css'));
  return new TextDecoder().decode(bytes);
}

/** Pages of the bundle. */
export type PageName = 'panel' | 'report' | 'finder' | 'graph' | 'overview';

/** Prepares a webview and gives it a page of the bundle; scripts run by nonce alone, and nothing remote is loaded. */
export async function loadPage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  page: PageName,
): Promise<void> {
  const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const script = webview.asWebviewUri(vscode.Uri.joinPath(folder, `${page}.js`)).toString();
  const nonce = newNonce();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join('; ');
  const css = await styles(folder);
  webview.options = { enableScripts: true, localResourceRoots: [folder] };
  webview.html = `<!doctype html>
<html lang="${language()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="${nonce}">${css}</style>
<title>Siliconlens</title>
</head>
<body>
<div id="app" data-page="${page}"><p>${text('extension.webview.opening')}</p></div>
<script nonce="${nonce}">
addEventListener('load', () => {
  const script = document.createElement('script');
  script.nonce = '${nonce}';
  script.src = '${script}';
  document.body.append(script);
});
</script>
</body>
</html>`;
}
