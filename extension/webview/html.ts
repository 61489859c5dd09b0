import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { language, text } from '../text';

/** Prepares a webview and gives it a page of the bundle; scripts run by nonce alone, and nothing remote is loaded. */
export function loadPage(webview: vscode.Webview, extensionUri: vscode.Uri, page: 'panel' | 'report'): void {
  const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const resource = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join('; ');
  webview.options = { enableScripts: true, localResourceRoots: [folder] };
  webview.html = `<!doctype html>
<html lang="${language()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${resource('style.css')}">
<title>Siliconlens</title>
</head>
<body>
<div id="app"><p>${text('extension.webview.opening')}</p></div>
<script nonce="${nonce}" src="${resource(`${page}.js`)}"></script>
</body>
</html>`;
}
