import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SweepRow } from '../../../../server/engine/report/sweepRow';
import { siliconlens } from '../commandLine';
import { sweepFolder, type SweepFolder } from '../sweep/sweepRuns';
import { objectServer } from './objectServer';
import { freePort, noRedis, redisServer, type RedisServer } from './redisServer';

const chips = ['nvidia-l4', 'hailo-8', 'apple-m4-ane'];
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** A `siliconlens worker` in a process of its own. */
interface Worker {
  readonly child: ChildProcess;
  /** What it said on standard error. */
  error(): string;
  ended(): Promise<number | null>;
}

describe.skipIf(noRedis !== null)('sweeps through a queue', () => {
  let folder: SweepFolder;
  let server: RedisServer;
  let plan: string;
  const running = new Set<ChildProcess>();
  beforeAll(async () => {
    server = await redisServer();
    folder = await sweepFolder(13);
    // Where the packages are that users install beside the product.
    symlinkSync(resolve('node_modules'), folder.at('node_modules'));
    plan = folder.plan('plan.json', { models: ['models/**/*.onnx'], chips, bindings: { batch: [1, 8] } });
    expect((await folder.sweep([plan, '--out', folder.at('serial.jsonl'), '--jobs', '1'])).code).toBe(0);
  });
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await server.end();
    folder.remove();
  });

  function worker(...words: string[]): Worker {
    const child = spawn(
      process.execPath,
      [folder.script, 'worker', '--queue', server.url, '--jobs', '1', ...words],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, LANG: 'en_US.UTF-8', LC_ALL: '' },
      },
    );
    running.add(child);
    let error = '';
    child.stderr.on('data', (piece: Buffer) => (error += String(piece)));
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    return { child, error: () => error, ended: () => ended };
  }
  const queued = (name: string, of = plan): ReturnType<SweepFolder['sweep']> =>
    folder.sweep([of, '--out', folder.at(name), '--queue', server.url]);
  async function stopped(workers: readonly Worker[]): Promise<void> {
    for (const { child } of workers) child.kill('SIGTERM');
    for (const one of workers) expect(await one.ended()).toBe(0);
  }
  /** Nothing of a sweep stays behind. */
  const left = async (): Promise<string[]> =>
    (await server.client.keys('*')).filter((key) => key.includes('siliconlens'));

  it('have the same content with two workers as with one thread, and leave nothing behind', async () => {
    const workers = [worker(), worker()];
    const { code, out, error } = await queued('queued.jsonl');
    expect([code, error]).toEqual([0, '']);
    expect(out).toContain('120 rows of 20 models (120 new)');
    expect(readFileSync(folder.at('queued.jsonl'), 'utf8')).toBe(
      readFileSync(folder.at('serial.jsonl'), 'utf8'),
    );
    expect(await left()).toEqual([]);
    // Nothing is to be made, so that nothing is queued.
    expect((await queued('queued.jsonl')).out).toContain('(0 new)');
    await stopped(workers);
  });

  it('lose nothing when workers, the server and the sweep itself are killed in the middle', async () => {
    const path = folder.at('killed.jsonl');
    const workers = [worker(), worker()];
    const words = [folder.script, 'sweep', plan, '--out', path, '--queue', server.url, '--jobs', '1'];
    const first = spawn(process.execPath, words, { stdio: 'ignore' });
    const firstEnded = new Promise((ended) => first.on('exit', ended));
    const journal = `${path}.journal`;
    await until(() => existsSync(journal) && statSync(journal).size > 20_000);
    workers[0]!.child.kill('SIGKILL');
    await server.kill();
    await sleep(500);
    await server.start();
    first.kill('SIGKILL');
    await firstEnded;
    expect(existsSync(path)).toBe(false);
    workers.push(worker());
    const second = queued('killed.jsonl');
    expect((await second).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(readFileSync(folder.at('serial.jsonl'), 'utf8'));
    expect(await left()).toEqual([]);
    await stopped(workers.slice(1));
  });

  it('keep no worker that is told to end while the server is away', async () => {
    const one = worker();
    // Its connection beside that of the test.
    await until(
      async () =>
        String(await server.client.client('LIST'))
          .trim()
          .split('\n').length > 1,
    );
    await server.kill();
    await until(() => one.error().includes('trying again'));
    one.child.kill('SIGTERM');
    expect(await Promise.race([one.ended(), sleep(20_000, 'still there')])).toBe(1);
    await server.start();
  });

  it('go on after a model that kills every worker, which gets a row that says so', async () => {
    const few = folder.plan('few.json', { models: ['models/tiny-*.onnx'], chips });
    const script = readFileSync(folder.script, 'utf8');
    // A process that is killed over a model, as by the system when memory is short: no thread can answer for it.
    const deadly = folder.at('deadly.cjs');
    writeFileSync(
      deadly,
      script.replace(
        '"use strict";',
        `"use strict"; require('node:worker_threads').isMainThread || require('node:worker_threads').parentPort.on('message', ({ job }) => { if (job && job.name.includes('tiny-mlp')) process.kill(process.pid, 'SIGKILL'); });`,
      ),
    );
    expect(readFileSync(deadly, 'utf8')).not.toBe(script);
    let isOver = false;
    const sweeping = queued('deadly.jsonl', few).finally(() => (isOver = true));
    while (!isOver) {
      const child = spawn(
        process.execPath,
        [deadly, 'worker', '--queue', server.url, '--jobs', '1', '--idle', '60'],
        {
          stdio: 'ignore',
        },
      );
      const ended = new Promise((resolve) => child.on('exit', resolve));
      await Promise.race([ended, sweeping]);
      child.kill('SIGKILL');
    }
    const { code, error } = await sweeping;
    expect([code, error]).toEqual([
      3,
      expect.stringContaining('1 of 2 models could not be worked out') as string,
    ]);
    const rows = folder.rows('deadly.jsonl');
    expect(rows.map(({ path, chip }) => [path, chip])).toEqual([
      ...chips.map((chip) => ['models/tiny-conv.onnx', chip]),
      ['models/tiny-mlp.onnx', null],
    ]);
    expect(rows.at(-1)!.error).toContain('stalled');
  });

  it('say how far they are, to people and to Prometheus', async () => {
    const few = folder.plan('few.json', { models: ['models/tiny-*.onnx'], chips });
    const sweeping = queued('status.jsonl', few);
    await until(async () => {
      const waiting = (await left()).find((key) => key.endsWith(':wait'));
      return waiting !== undefined && (await server.client.llen(waiting)) === 2;
    });
    const words = ['sweep', 'status', '--queue', server.url];
    const { out } = await siliconlens(...words);
    expect(out).toMatch(/Sweeps in the queue\nid +results +being collected +waiting/);
    expect(out).toMatch(/status\.jsonl +yes +2 +0 +0 +0 +0 +0/);
    const port = await freePort();
    const began = performance.now();
    const one = worker('--metrics', String(port), '--models', folder.path);
    await sweeping;
    const elapsed = (performance.now() - began) / 1000;
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    // Two models on three chips.
    expect(metrics).toContain('# TYPE siliconlens_models_total counter\nsiliconlens_models_total 2\n');
    expect(metrics).toContain('\nsiliconlens_rows_total 6\n');
    // One job after the other, the first with the start of a thread: no less than 10 ms, no longer than all of it.
    const seconds = Number(/\nsiliconlens_job_seconds_total (\S+)\n/.exec(metrics)![1]);
    expect(seconds).toBeGreaterThan(0.01);
    expect(seconds).toBeLessThan(elapsed);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    await stopped([one]);
    expect(folder.rows('status.jsonl')).toHaveLength(6);
    expect((await siliconlens(...words, '--format', 'json')).out).toContain('"sweeps": []');
  });

  it('send models by content, without their weights', async () => {
    const store = await objectServer();
    for (const [name, value] of Object.entries({
      AWS_ENDPOINT_URL_S3: store.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    }))
      vi.stubEnv(name, value);
    const workers = [worker(), worker()];
    const words = ['--queue', server.url, '--store', 's3://models/sent'];
    const { code, error } = await folder.sweep([plan, '--out', folder.at('sent.jsonl'), ...words]);
    expect([code, error]).toEqual([0, '']);
    expect(readFileSync(folder.at('sent.jsonl'), 'utf8')).toBe(
      readFileSync(folder.at('serial.jsonl'), 'utf8'),
    );
    expect(store.objects.size).toBe(20);
    // Each was fetched by a worker at least once.
    expect(store.asked.get('GET')).toBeGreaterThanOrEqual(20);
    for (const path of store.objects.keys()) expect(path).toMatch(/^\/models\/sent\/[0-9a-f]{64}$/);
    await stopped(workers);
    await store.end();
    vi.unstubAllEnvs();
  });

  it('tell where a worker sees other models, and what is wrong with an address', async () => {
    const few = folder.plan('one.json', { models: ['models/tiny-mlp.onnx'], chips });
    const one = worker('--models', folder.at('models'));
    const { code } = await queued('elsewhere.jsonl', few);
    expect(code).toBe(3);
    const [row] = folder.rows('elsewhere.jsonl') as [SweepRow];
    expect(row.error).toContain('there is no file');
    await stopped([one]);
    const away = await siliconlens('sweep', 'status', '--queue', `redis://127.0.0.1:${await freePort()}`);
    expect([away.code, away.error]).toEqual([1, expect.stringMatching(/can't be reached\n$/) as string]);
    const wrong = await siliconlens('worker', '--queue', 'http://user:secret@host');
    expect([wrong.code, wrong.error]).toEqual([2, expect.not.stringContaining('secret') as string]);
  });
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}
