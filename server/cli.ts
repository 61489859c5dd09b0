import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { exitCodes } from './cli/failure';
import { run } from './cli/run';
import { serveJobs } from './cli/sweep/worker';
import { oldGenerationBytes } from './node/heap';
import { nodePlatform } from './node/platform';
import { installPlatform } from './platform';

installPlatform(nodePlatform);

// A reader that closes early (`| head`) ends us, quietly.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(exitCodes.brokenPipe);
  });
}

let shown = -1;
function showProgress(done: number, all: number): void {
  const percent = all > 0 ? Math.floor((100 * done) / all) : 100;
  if (percent === shown) return;
  shown = percent;
  process.stderr.write(done < all ? `\r${percent} %` : '\r      \r');
}

function runCommand(): void {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  void run(process.argv.slice(2), {
    out: (text) => new Promise<void>((written) => process.stdout.write(text, () => written())),
    error: (text) => void process.stderr.write(text),
    descriptor: 1,
    // Lines that are written over and over are for people only, not for logs.
    ...(process.stderr.isTTY && {
      progress: showProgress,
      status: (line: string) => process.stderr.write(`\r${line}\x1b[K`),
    }),
    workerScript: __filename,
    environment: process.env,
    heapBytes: oldGenerationBytes(),
    locale: LC_ALL || LC_MESSAGES || LANG,
  }).then((code) => {
    process.exitCode = code;
  });
}

if (!isMainThread) serveJobs();
// A bundle of its own, which no other command needs.
else if (process.argv[2] === 'mcp') createRequire(__filename)(join(__dirname, 'mcp.js'));
else runCommand();
