import { Worker } from 'node:worker_threads';
import type { Job, JobEvent } from './job';
import type { ToWorker } from './worker';

/** How a job ended. */
export type JobEnd =
  | {
      readonly kind: 'done';
      readonly contentHash: string;
      readonly isFailed: boolean;
      readonly errors: number;
    }
  /** Its worker ran out of memory, took too long, or ended for another reason. */
  | {
      readonly kind: 'died';
      readonly contentHash: string | null;
      readonly of: 'memory' | 'time' | 'other';
      readonly detail: string;
    };

/** What a pool is made of. */
export interface PoolOptions {
  /** The script of a worker, which speaks as worker.ts does. */
  readonly script: string;
  readonly workers: number;
  /** What each worker is started with. */
  readonly data: unknown;
  /** What each may have on its heap, bytes. */
  readonly heapBytes: number;
  /** How long a job may take, milliseconds. */
  readonly mostMilliseconds: number;
}

type NamedJob = Pick<Job, 'name'>;

/** What is done with what a job tells; the next rows are made when these are taken. */
export interface JobListener {
  rows(job: NamedJob, lines: readonly string[]): Promise<void>;
  /** The model could be read; what is thrown ends the job. */
  opened?(job: NamedJob, contentHash: string, pack: Uint8Array | null): void;
}

/** What is done with jobs. */
export interface PoolListener extends JobListener {
  /** The next job; null where there is none left. */
  next(): Promise<Job | null>;
  end(job: Job, end: JobEnd): Promise<void>;
}

/** Runs jobs on threads until none is left. Rejects with what the listener rejects with; no thread is left then either. */
export async function runJobs(options: PoolOptions, listener: PoolListener): Promise<void> {
  const slots = Array.from({ length: options.workers }, () => new Slot(options));
  try {
    await Promise.all(
      slots.map(async (slot) => {
        for (let job = await listener.next(); job; job = await listener.next())
          await listener.end(job, await slot.run(job, listener));
      }),
    );
  } finally {
    await Promise.all(slots.map((slot) => slot.end()));
  }
}

/** A job that is under way. */
interface Running {
  readonly job: Job;
  readonly listener: JobListener;
  contentHash: string | null;
  readonly resolve: (end: JobEnd) => void;
  readonly reject: (error: unknown) => void;
}

/** The place of one worker, which is replaced when it dies. After a job that was rejected it has to be ended: its thread may still work on it. */
export class Slot {
  private worker: Worker | null = null;
  private running: Running | null = null;

  constructor(private readonly options: Omit<PoolOptions, 'workers'>) {}

  async run(job: Job, listener: JobListener): Promise<JobEnd> {
    const worker = (this.worker ??= this.started());
    const timer = setTimeout(() => {
      this.died('time', '');
      void worker.terminate();
    }, this.options.mostMilliseconds);
    try {
      return await new Promise<JobEnd>((resolve, reject) => {
        this.running = { job, listener, contentHash: null, resolve, reject };
        worker.postMessage({ kind: 'job', job } satisfies ToWorker);
      });
    } finally {
      this.running = null;
      clearTimeout(timer);
    }
  }

  async end(): Promise<void> {
    const { worker } = this;
    this.worker = null;
    await worker?.terminate();
  }

  private started(): Worker {
    const { script, data, heapBytes } = this.options;
    const worker = new Worker(script, {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: Math.max(1, Math.floor(heapBytes / 2 ** 20)) },
    });
    // Of a worker that was given up nothing is heard.
    const isOurs = (): boolean => this.worker === worker;
    worker.on('message', (event: JobEvent) => {
      if (isOurs()) void this.take(worker, event).catch((error: unknown) => this.running?.reject(error));
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      if (isOurs()) this.died(isMemory ? 'memory' : 'other', error.message);
    });
    worker.on('exit', (code) => {
      if (isOurs()) this.died('other', `exit ${code}`);
    });
    return worker;
  }

  private async take(worker: Worker, event: JobEvent): Promise<void> {
    const { running } = this;
    if (!running) return;
    if (event.kind === 'opened') {
      running.contentHash = event.contentHash;
      running.listener.opened?.(running.job, event.contentHash, event.pack);
    } else if (event.kind === 'done') running.resolve(event);
    else {
      await running.listener.rows(running.job, event.lines);
      worker.postMessage({ kind: 'more' } satisfies ToWorker);
    }
  }

  private died(of: 'memory' | 'time' | 'other', detail: string): void {
    this.worker = null;
    const contentHash = this.running?.contentHash ?? null;
    this.running?.resolve({ kind: 'died', contentHash, of, detail });
  }
}
