// Answers pieces of test code inside the extension host; it listens on a socket that the test names.
const { createServer } = require('node:http');
const { rmSync } = require('node:fs');
const vscode = require('vscode');

exports.activate = (context) => {
  const socket = process.env.SILICONLENS_TEST_SOCKET;
  if (!socket) return;
  rmSync(socket, { force: true });
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      try {
        const { code, args } = JSON.parse(Buffer.concat(chunks).toString());
        const value = await new Function(`return (${code})`)()(vscode, ...args);
        response.end(JSON.stringify({ value: value ?? null }));
      } catch (error) {
        response.end(JSON.stringify({ error: String(error?.stack ?? error) }));
      }
    });
  });
  server.listen(socket);
  context.subscriptions.push({ dispose: () => server.close() });
};
