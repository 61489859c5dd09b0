import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** Why there is no server to test with; null where there is one. */
export const noRedis =
  spawnSync('redis-server', ['--version']).status === 0 ? null : 'redis-server is not installed';
if (noRedis !== null) console.warn(`Tests of the queue are skipped: ${noRedis}.`);

/** A server of its own for a test, which keeps every change in a file. */
export interface RedisServer {
  readonly url: string;
  /** What it was asked for last, and what it holds. */
  readonly client: Redis;
  /** Ends it at once, without a word to anybody. */
  kill(): Promise<void>;
  /** Starts it again with what it had. */
  start(): Promise<void>;
  end(): Promise<void>;
}

export async function redisServer(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'siliconlens-redis-'));
  const port = await freePort();
  const words = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--save',
    '',
  ];
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  // It is away between an end and a start.
  client.on('error', () => {});
  let server: ChildProcess | null = null;
  const kill = async (): Promise<void> => {
    const running = server;
    server = null;
    if (!running) return;
    const ended = new Promise((resolve) => running.on('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  };
  const start = async (): Promise<void> => {
    server = spawn('redis-server', words, { stdio: 'ignore' });
    await client.ping();
  };
  await start();
  return {
    url,
    client,
    kill,
    start,
    async end() {
      client.disconnect();
      await kill();
      rmSync(folder, { recursive: true });
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
