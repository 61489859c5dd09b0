import { setTimeout as sleep } from 'node:timers/promises';
import type { Job as BullJob } from 'bullmq';
import manifest from '../../../package.json';
import { message } from '../../../l10n/cli';
import type { Language } from '../../../l10n/language';
import type { JobSpec } from '../sweep/job';
import { reasonOf } from '../sweep/machine';
import { Slot, type PoolOptions } from '../sweep/pool';
import type { Engine } from './engine';
import type { Metrics } from './metrics';
import { errorIn, jobIn, keysOf, prefix, type QueuedJob, type Told } from './names';
import { packedPlaces, pathPlaces, type Place, type Places } from './places';
import { storeAt } from './store';
import { Sweeps, type SweepState } from './sweeps';

/** How often is looked for sweeps, and whether there is still something to do, milliseconds. */
const lookEvery = 500;
/** Entries of rows that may wait to be collected: some 60 MB. Beyond that workers wait. */
const mostEntries = 256;
/** How long a job belongs to a worker that says nothing more, and how often it is looked for such jobs, milliseconds. */
const lockFor = 15_000;
const stalledEvery = 5000;
/** How often a worker may die over a job before that counts as the job's fault. */
const mostDeaths = 2;
/** How long a job rests that was put back because nobody takes its rows, milliseconds. */
const restFor = 5000;

export interface StationOptions extends Omit<PoolOptions, 'data'> {
  /** Models a second that all workers of a sweep together begin at the most. */
  readonly rate: number | undefined;
  /** Where the folder of plans lies on this machine; undefined: where it lies on that which began the sweep. */
  readonly folder: string | undefined;
  /** After so long without work it ends. */
  readonly idleMilliseconds: number;
}

/** Works on the sweeps of a queue, one after the other, on threads of this machine. */
export class Station {
  readonly sweeps: Sweeps;
  private isStopping = false;
  /** Sweeps of another version of which was told. */
  private readonly refused = new Set<string>();

  constructor(
    private readonly engine: Engine,
    private readonly options: StationOptions,
    private readonly metrics: Metrics,
    private readonly language: Language,
    private readonly note: (line: string) => void,
  ) {
    this.sweeps = new Sweeps(engine);
  }

  /**
   * Finishes what is under way and takes nothing new. Ends at once when it is asked a second time, or when the server is away:
   * nothing can be told then, and others get the jobs when nobody renews their locks.
   */
  stop(): void {
    if (this.isStopping || this.engine.redis.status !== 'ready') process.exit(1);
    this.isStopping = true;
    this.note(message(this.language, 'cli.worker.stopping'));
  }

  async run(): Promise<void> {
    let idleSince = performance.now();
    while (!this.isStopping) {
      const sweep = await this.next();
      if (sweep) {
        await this.serve(sweep);
        idleSince = performance.now();
      } else if (performance.now() - idleSince >= this.options.idleMilliseconds) break;
      else await sleep(lookEvery);
    }
    await this.sweeps.close();
  }

  /** The oldest sweep with waiting jobs, else one whose jobs others have, who may die. */
  private async next(): Promise<SweepState | null> {
    const served = (await this.sweeps.all()).filter(({ isCollected, record }) => {
      return isCollected && this.isOurs(record.spec.toolVersion);
    });
    const waits = ({ jobs }: SweepState): boolean => jobs.waiting + jobs.delayed > 0;
    return served.find(waits) ?? served.find(({ jobs }) => jobs.active > 0) ?? null;
  }

  /** Another version may cost models otherwise. */
  private isOurs(version: string): boolean {
    if (version === manifest.version) return true;
    if (!this.refused.has(version))
      this.note(message(this.language, 'cli.worker.version', { version, own: manifest.version }));
    this.refused.add(version);
    return false;
  }

  /** Works on one sweep until nothing is left of it, nobody takes its rows, or another one waits. */
  private async serve({ id, record }: SweepState): Promise<void> {
    const { options, engine } = this;
    const spec: JobSpec = { ...record.spec, heapBytes: options.heapBytes };
    const store = record.store === null ? null : await storeAt(record.store);
    const places = store ? packedPlaces(store) : pathPlaces(options.folder);
    const shift = new Shift({ engine, id, spec, options, places, metrics: this.metrics });
    const bull = new engine.bullmq.Worker<QueuedJob>(id, (job, token) => shift.work(job, token ?? ''), {
      connection: engine.redis,
      prefix,
      concurrency: options.workers,
      lockDuration: lockFor,
      stalledInterval: stalledEvery,
      maxStalledCount: mostDeaths,
      ...(options.rate !== undefined && { limiter: { max: options.rate, duration: 1000 } }),
    });
    bull.on('error', engine.failed);
    bull.on('stalled', () => this.metrics.stalled++);
    try {
      const { owner } = keysOf(id);
      for (let isOn = true; isOn && !this.isStopping;) {
        await sleep(lookEvery);
        isOn = shift.active > 0 ? (await engine.redis.exists(owner)) === 1 : (await this.next())?.id === id;
      }
    } finally {
      shift.isEnding = true;
      await bull.close();
      await shift.end();
      store?.close();
    }
  }
}

/** What a shift works with. */
interface ShiftParts {
  readonly engine: Engine;
  readonly id: string;
  readonly spec: JobSpec;
  readonly options: StationOptions;
  readonly places: Places;
  readonly metrics: Metrics;
}

/** The threads of a worker while it works on one sweep. */
class Shift {
  /** Jobs that are under way. */
  active = 0;
  /** Whoever waits until rows are taken waits no longer. */
  isEnding = false;
  private readonly slots: readonly Slot[];
  private readonly free: Slot[];

  constructor(private readonly parts: ShiftParts) {
    const { options, spec } = parts;
    this.slots = Array.from({ length: options.workers }, () => new Slot({ ...options, data: spec }));
    this.free = [...this.slots];
  }

  async end(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.end()));
  }

  /** Works out a model and tells its rows and its end. Rejects where another try, here or elsewhere, may do better. */
  async work(job: BullJob<QueuedJob>, token: string): Promise<void> {
    const queued = jobIn(job.data);
    const slot = this.free.pop();
    if (!queued || !slot) throw new Error('no job of ours');
    this.active++;
    const start = performance.now();
    const tell = (told: Omit<Told, 'name'>): Promise<void> =>
      this.tell(job, token, { name: queued.name, ...told });
    let isOpened = false;
    let refusal: readonly string[] = [];
    let place: Place | null = null;
    try {
      place = await this.parts.places(queued);
      const end = await slot.run(
        { name: queued.name, path: place.path, known: [] },
        {
          opened(_job, contentHash) {
            if (contentHash !== queued.contentHash)
              throw new Error(`${queued.name} has another content here`);
            isOpened = true;
          },
          async rows(_job, lines) {
            if (isOpened) await tell({ lines });
            else refusal = lines;
          },
        },
      );
      // It could be read where the sweep began: it is this machine that can't.
      if (end.kind === 'done' && end.isFailed) throw new Error(errorIn(refusal));
      if (end.kind === 'died' && end.of === 'other') throw new Error(reasonOf(end, this.parts.spec.language));
      await tell({ end });
      this.parts.metrics.models++;
    } catch (error) {
      // Its thread may be in the middle of the job.
      await slot.end();
      this.parts.metrics.failures++;
      throw error;
    } finally {
      await place?.leave();
      this.parts.metrics.seconds += (performance.now() - start) / 1000;
      this.free.push(slot);
      this.active--;
    }
  }

  /** Tells something once what others told before is taken; a job whose rows nobody takes is put back. */
  private async tell(job: BullJob<QueuedJob>, token: string, told: Told): Promise<void> {
    const { redis, bullmq } = this.parts.engine;
    const { rows } = keysOf(this.parts.id);
    while ((await redis.llen(rows)) >= mostEntries) {
      if (this.isEnding) {
        await job.moveToDelayed(Date.now() + restFor, token);
        throw new bullmq.DelayedError();
      }
      await sleep(lookEvery);
    }
    await redis.rpush(rows, JSON.stringify(told));
    this.parts.metrics.rows += told.lines?.length ?? 0;
  }
}
