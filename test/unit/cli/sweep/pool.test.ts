import { describe, expect, it } from 'vitest';
import { runJobs, type JobEnd, type PoolOptions } from '../../../../server/cli/sweep/pool';
import { temporaryFolder } from '../commandLine';

const { write } = temporaryFolder();
/** Speaks as a worker of a sweep does; the name of a job says what becomes of it. */
const script = write(
  'worker.cjs',
  `const { parentPort: port, threadId } = require('node:worker_threads');
  const acts = {
    memory() { const all = []; for (;;) all.push(new Array(1e5).fill({})); },
    hang() { for (;;); },
    crash() { throw new Error('boom'); },
    exit() { process.exit(3); },
  };
  let goOn;
  port.on('message', async ({ kind, job }) => {
    if (kind === 'more') return goOn();
    port.postMessage({ kind: 'opened', contentHash: 'hash of ' + job.name });
    for (let i = 0; i < 3; i++) {
      port.postMessage({ kind: 'rows', lines: [job.name + i + '@' + threadId] });
      await new Promise((resolve) => (goOn = resolve));
      if (i === 1) acts[job.name.split(' ')[0]]?.();
    }
    port.postMessage({ kind: 'done', contentHash: 'hash of ' + job.name, isFailed: false, errors: 0 });
  });`,
);

interface Ran {
  readonly ends: ReadonlyMap<string, JobEnd>;
  readonly lines: readonly string[];
}

async function ran(names: readonly string[], options: Partial<PoolOptions> = {}): Promise<Ran> {
  const ends = new Map<string, JobEnd>();
  const lines: string[] = [];
  const waiting = names.map((name) => ({ name, path: name, known: [] }));
  const pool = {
    script,
    workers: 1,
    data: {},
    heapBytes: 64 * 2 ** 20,
    mostMilliseconds: 20_000,
    ...options,
  };
  await runJobs(pool, {
    next: () => Promise.resolve(waiting.shift() ?? null),
    rows: (_job, some) => Promise.resolve(void lines.push(...some)),
    end: (job, end) => Promise.resolve(void ends.set(job.name, end)),
  });
  return { ends, lines };
}

describe('workers of a sweep', () => {
  it('work on one job after the other and stay', async () => {
    const { ends, lines } = await ran(['a', 'b', 'c']);
    expect([...ends.values()].map(({ kind }) => kind)).toEqual(['done', 'done', 'done']);
    expect(lines.map((line) => line.split('@')[0])).toEqual([
      'a0',
      'a1',
      'a2',
      'b0',
      'b1',
      'b2',
      'c0',
      'c1',
      'c2',
    ]);
    expect(new Set(lines.map((line) => line.split('@')[1])).size).toBe(1);
  });

  it.each([
    ['memory', 'memory', /memory/],
    ['crash', 'other', /boom/],
    ['exit', 'other', /exit 3/],
  ] as const)('are replaced where one ends by %s, and the others go on', async (name, of, detail) => {
    const { ends, lines } = await ran(['a', name, 'b']);
    expect(ends.get(name)).toMatchObject({ kind: 'died', of, contentHash: `hash of ${name}` });
    expect((ends.get(name) as { detail: string }).detail).toMatch(detail);
    expect([ends.get('a')?.kind, ends.get('b')?.kind]).toEqual(['done', 'done']);
    // What it had told is kept.
    expect(lines.filter((line) => line.startsWith(name))).toHaveLength(2);
  });

  it('are stopped where a job takes too long', async () => {
    const { ends } = await ran(['a', 'hang', 'b'], { mostMilliseconds: 4000 });
    expect(ends.get('hang')).toMatchObject({ kind: 'died', of: 'time' });
    expect(ends.get('b')?.kind).toBe('done');
  });

  it('share the jobs, each done once', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `job${i}`);
    const { ends, lines } = await ran(names, { workers: 3 });
    expect(ends.size).toBe(20);
    expect(new Set(lines.map((line) => line.split('@')[0])).size).toBe(60);
    expect(new Set(lines.map((line) => line.split('@')[1])).size).toBeGreaterThan(1);
  });

  it('are stopped where rows cannot be kept', async () => {
    const pool = { script, workers: 2, data: {}, heapBytes: 64 * 2 ** 20, mostMilliseconds: 20_000 };
    const full = runJobs(pool, {
      next: () => Promise.resolve({ name: 'a', path: 'a', known: [] }),
      rows: () => Promise.reject(new Error('full')),
      end: () => Promise.resolve(),
    });
    await expect(full).rejects.toThrow('full');
  });
});
