// Answers pieces of test code inside the extension host, on a socket named after the window's folder.
const { createServer } = require('node:http');
const { rmSync } = require('node:fs');
const { basename, join } = require('node:path');
const vscode = require('vscode');

exports.activate = (context) => {
  const sockets = process.env.SILICONLENS_TEST_SOCKETS;
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!sockets || !folder) return;
  const socket = join(sockets, `${basename(folder.uri.path)}.sock`);
  rmSync(socket, { force: true });
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      try {
        const { code, args } = JSON.parse(Buffer.concat(chunks).toString());
        const value = await new Function('require', `return (${code})`)(require)(vscode, ...args);
        response.end(JSON.stringify({ value: value ?? null }));
      } catch (error) {
        response.end(JSON.stringify({ error: String(error?.stack ?? error) }));
      }
    });
  });
  server.listen(socket);
  context.subscriptions.push({ dispose: () => server.close() });
};
