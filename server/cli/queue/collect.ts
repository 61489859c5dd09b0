import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { failed } from '../failure';
import type { JobEnd } from '../sweep/pool';
import type { Engine } from './engine';
import { jobId, keysOf, prefix, sweepId, sweepsKey, toldIn } from './names';
import type { QueuedJob, SweepKeys, SweepRecord } from './names';

/** How long a sweep that nobody collects is kept, seconds. */
const keptSeconds = 7 * 24 * 3600;
/** How long a process that stops without a word counts as collecting, and how often it says that it does, milliseconds. */
const ownedFor = 30_000;
const ownEvery = 10_000;
/** Entries of the list that are taken at a time. */
const takenAtOnce = 16;
/** Jobs that are put into the queue at a time. */
const addedAtOnce = 500;
/** How often is looked for rows where none are there, and for jobs that failed or got lost, milliseconds. */
const rowsEvery = 100;
const jobsEvery = 2000;
/** After so long without a worker that is told, milliseconds. */
const aloneAfter = 15_000;
/** How often a job is tried, and milliseconds before the second try; then twice as many each time. */
const attempts = 3;
const firstBackoff = 1000;
/** Jobs that are not done. */
const unfinished = ['waiting', 'active', 'delayed', 'prioritized'] as const;

/** What is done with what workers tell; each job ends once. */
export interface Listener {
  rows(name: string, lines: readonly string[]): Promise<void>;
  end(name: string, end: JobEnd): Promise<void>;
  /** No worker has come yet. */
  isAlone(): void;
}

/** What a collector works with. */
interface Parts {
  readonly engine: Engine;
  readonly id: string;
  readonly keys: SweepKeys;
  readonly queue: Queue<QueuedJob>;
  readonly isResumed: boolean;
  readonly listener: Listener;
}

/**
 * Puts the jobs of one sweep into a queue and takes their rows out. Rows stay in Redis until they are kept here, so that they may
 * come twice but never get lost; jobs whose end does not come although none is left are put in again.
 */
export class Collector {
  private readonly pending = new Map<string, QueuedJob>();
  private waiting: QueuedJob[] = [];
  private isComplete = false;
  private lostBefore = false;
  private readonly began = performance.now();
  private isSeen = false;
  private readonly token = `${hostname()} ${process.pid} ${Date.now()}`;
  private timer: NodeJS.Timeout | null = null;
  private failure: Error | null = null;

  private constructor(private readonly parts: Parts) {}

  /** Begins a sweep, or goes on with it. Throws a `Failure` where another process collects its rows. */
  static async begin(engine: Engine, record: SweepRecord, listener: Listener): Promise<Collector> {
    const id = sweepId(record);
    const keys = keysOf(id);
    const queue = new engine.bullmq.Queue<QueuedJob>(id, { connection: engine.redis, prefix });
    queue.on('error', engine.failed);
    const isResumed = (await engine.redis.exists(keys.record)) === 1;
    const collector = new Collector({ engine, id, keys, queue, isResumed, listener });
    try {
      await collector.own();
      await engine.redis.set(keys.record, JSON.stringify(record), 'EX', keptSeconds);
      await engine.redis.zadd(sweepsKey, 'NX', Date.now(), id);
      // What workers told before this process began.
      while (await collector.take());
      return collector;
    } catch (error) {
      await collector.close(false);
      throw error;
    }
  }

  /** Puts a model into the queue. Throws what collecting failed with. */
  async add(job: QueuedJob): Promise<void> {
    this.check();
    this.pending.set(job.name, job);
    this.waiting.push(job);
    if (this.waiting.length >= addedAtOnce) await this.flush();
  }

  /** Nothing is added any more. */
  async complete(): Promise<void> {
    await this.flush();
    this.isComplete = true;
  }

  /** Throws what collecting failed with. */
  check(): void {
    if (this.failure !== null) throw this.failure;
  }

  /** Takes rows until the ends of all jobs have come. Rejects with what the listener rejects with. */
  async collect(): Promise<void> {
    try {
      let looked = performance.now();
      while (!this.isComplete || this.pending.size > 0) {
        this.check();
        // Workers begin while the rest is still being opened.
        await this.flush();
        if (await this.take()) continue;
        await sleep(rowsEvery);
        if (performance.now() - looked < jobsEvery) continue;
        looked = performance.now();
        await this.lookForWorkers();
        await this.takeFailed();
        await this.addLost();
      }
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      throw this.failure;
    }
  }

  /** Leaves the queue. What is unfinished goes on when the sweep does. */
  async close(isDone: boolean): Promise<void> {
    const { engine, id, keys, queue } = this.parts;
    if (this.timer) clearInterval(this.timer);
    this.failure ??= new Error('the queue was left');
    if (isDone) {
      await engine.redis.zrem(sweepsKey, id);
      await engine.redis.del(keys.record);
      await queue.obliterate({ force: true });
      await engine.redis.del(keys.rows);
    }
    if ((await engine.redis.get(keys.owner)) === this.token) await engine.redis.del(keys.owner);
    await queue.close();
  }

  private async lookForWorkers(): Promise<void> {
    if (performance.now() - this.began < aloneAfter || this.pending.size === 0 || this.isSeen) return;
    this.isSeen = true;
    if ((await this.parts.queue.getWorkersCount()) === 0) this.parts.listener.isAlone();
  }

  private async own(): Promise<void> {
    const { engine, keys } = this.parts;
    const last = performance.now() + ownedFor + ownEvery;
    while ((await engine.redis.set(keys.owner, this.token, 'PX', ownedFor, 'NX')) === null) {
      const owner = await engine.redis.get(keys.owner);
      if (owner !== null && isGone(owner)) await engine.redis.del(keys.owner);
      else if (performance.now() > last) throw failed('cli.queue.owned', { owner: owner ?? '' });
      else await sleep(1000);
    }
    this.timer = setInterval(() => void this.ownOn().catch(engine.failed), ownEvery);
  }

  /** A process that was stopped for a while may find that another one has taken its place. */
  private async ownOn(): Promise<void> {
    const { engine, keys } = this.parts;
    const owner = await engine.redis.get(keys.owner);
    if (owner === null) await engine.redis.set(keys.owner, this.token, 'PX', ownedFor, 'NX');
    else if (owner === this.token) await engine.redis.pexpire(keys.owner, ownedFor);
    else this.failure = failed('cli.queue.owned', { owner });
    await engine.redis.expire(keys.record, keptSeconds);
  }

  private async flush(): Promise<void> {
    const jobs = this.waiting;
    this.waiting = [];
    if (jobs.length > 0) await this.put(jobs, this.parts.isResumed);
  }

  /** @param mayBeThere whether a job of an earlier run, which had its end, may have the id: it would not run again */
  private async put(jobs: readonly QueuedJob[], mayBeThere: boolean): Promise<void> {
    const { queue } = this.parts;
    const ids = jobs.map(({ name, contentHash }) => jobId(name, contentHash));
    if (mayBeThere)
      for (const id of ids)
        if (['completed', 'failed'].includes(await queue.getJobState(id))) await queue.remove(id);
    const backoff = { type: 'exponential', delay: firstBackoff };
    // Completed ids stay until the sweep ends, so that no job is done a second time.
    const options = { attempts, backoff, removeOnComplete: false, removeOnFail: false };
    await queue.addBulk(
      jobs.map((data, i) => ({ name: 'model', data, opts: { ...options, jobId: ids[i]! } })),
    );
  }

  /** Takes some of what workers told; false where nothing is there. It leaves Redis when it is kept here. */
  private async take(): Promise<boolean> {
    const { engine, keys, listener } = this.parts;
    const entries = await engine.redis.lrange(keys.rows, 0, takenAtOnce - 1);
    for (const entry of entries) {
      const told = toldIn(entry);
      if (told?.lines) await listener.rows(told.name, told.lines);
      if (told?.end) await this.end(told.name, told.end);
    }
    if (entries.length > 0) await engine.redis.ltrim(keys.rows, entries.length, -1);
    return entries.length > 0;
  }

  private async end(name: string, end: JobEnd): Promise<void> {
    if (this.pending.delete(name)) await this.parts.listener.end(name, end);
  }

  /** Jobs that were tried as often as they may, or whose workers died as often. */
  private async takeFailed(): Promise<void> {
    for (const job of await this.parts.queue.getFailed(0, addedAtOnce - 1)) {
      const { name, contentHash } = job.data;
      const detail = job.failedReason ?? '';
      await this.end(name, { kind: 'died', contentHash, of: 'other', detail });
      await job.remove();
    }
  }

  /** A server that lost its last moments may have lost jobs, or what they told. */
  private async addLost(): Promise<void> {
    const { engine, keys, queue } = this.parts;
    if (!this.isComplete || this.pending.size === 0) return;
    const counts = await queue.getJobCounts(...unfinished);
    const isLost =
      Object.values(counts).every((count) => count === 0) && (await engine.redis.llen(keys.rows)) === 0;
    // Twice in a row: an end may come between two looks.
    if (isLost && this.lostBefore) await this.put([...this.pending.values()], true);
    this.lostBefore = isLost && !this.lostBefore;
  }
}

/** Whether a process of this machine that collected is there no more. */
function isGone(owner: string): boolean {
  const [host, pid] = owner.split(' ');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
