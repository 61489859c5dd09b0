import type { Queue } from 'bullmq';
import type { Engine } from './engine';
import { keysOf, prefix, recordIn, sweepsKey, type QueuedJob, type SweepRecord } from './names';

/** States of jobs that are told. */
export const jobStates = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const;
type JobState = (typeof jobStates)[number];

/** A sweep of a queue as it stands. */
export interface SweepState {
  readonly id: string;
  readonly record: SweepRecord;
  /** Whether a process takes its rows at present; workers leave it alone otherwise. */
  readonly isCollected: boolean;
  readonly jobs: Readonly<Record<JobState, number>>;
}

/** Looks at the sweeps of a queue's server. */
export class Sweeps {
  private readonly queues = new Map<string, Queue<QueuedJob>>();

  constructor(private readonly engine: Engine) {}

  /** All that there are, the oldest first. */
  async all(): Promise<readonly SweepState[]> {
    const { redis } = this.engine;
    const states: SweepState[] = [];
    for (const id of await redis.zrange(sweepsKey, 0, '-1')) {
      const { record: recordKey, owner } = keysOf(id);
      const record = recordIn(await redis.get(recordKey));
      if (record) {
        const isCollected = (await redis.exists(owner)) === 1;
        states.push({ id, record, isCollected, jobs: await this.countsOf(id) });
      } else await this.forget(id);
    }
    return states;
  }

  /** Connections that work on a sweep's queue. */
  workersOf(id: string): Promise<number> {
    return this.queueOf(id).getWorkersCount();
  }

  async close(): Promise<void> {
    for (const queue of this.queues.values()) await queue.close();
  }

  private async countsOf(id: string): Promise<SweepState['jobs']> {
    const counts = new Map(Object.entries(await this.queueOf(id).getJobCounts(...jobStates)));
    const of = (state: JobState): number => counts.get(state) ?? 0;
    return {
      waiting: of('waiting'),
      active: of('active'),
      delayed: of('delayed'),
      completed: of('completed'),
      failed: of('failed'),
    };
  }

  private queueOf(id: string): Queue<QueuedJob> {
    let queue = this.queues.get(id);
    if (!queue) {
      queue = new this.engine.bullmq.Queue<QueuedJob>(id, { connection: this.engine.redis, prefix });
      queue.on('error', this.engine.failed);
      this.queues.set(id, queue);
    }
    return queue;
  }

  /** A sweep that nobody has collected for so long that its record is gone. */
  private async forget(id: string): Promise<void> {
    await this.engine.redis.zrem(sweepsKey, id);
    await this.queueOf(id).obliterate({ force: true });
    await this.engine.redis.del(keysOf(id).rows);
    await this.queues.get(id)?.close();
    this.queues.delete(id);
  }
}
