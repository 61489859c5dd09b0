import { message } from '../../../l10n/cli';
import { errorLine, type JobSpec } from '../sweep/job';
import { runJobs, type PoolListener, type PoolOptions } from '../sweep/pool';
import type { Results } from '../sweep/results';
import { Collector } from './collect';
import { engineAt } from './engine';
import { sharedSpec } from './names';
import { storeAt } from './store';

/** A sweep whose models workers elsewhere work out. */
export interface QueuedSweep {
  readonly url: string;
  /** Where models are sent, as `s3://BUCKET/PREFIX`; null: workers see them at the same path. */
  readonly store: string | null;
  /** Where its rows go. */
  readonly out: string;
  readonly pool: PoolOptions;
  readonly spec: JobSpec;
  readonly results: Results;
  readonly listener: PoolListener;
  readonly note: (line: string) => void;
}

/**
 * Opens every model on threads of this machine, as its content is the id of its job, and puts those with missing rows into a queue;
 * takes the rows that workers make. A model that can't be opened never gets there.
 */
export async function sweepThroughQueue(sweep: QueuedSweep): Promise<void> {
  const { url, out, store: address, pool, results, listener, note } = sweep;
  const spec = sharedSpec(sweep.spec);
  const store = address === null ? null : await storeAt(address);
  /** What models that are being opened are sent as. */
  const packs = new Map<string, Uint8Array>();
  const engine = await engineAt(url, spec.language, note);
  try {
    const collector = await Collector.begin(
      engine,
      { out, spec, store: address },
      {
        rows: (name, lines) => listener.rows({ name }, lines),
        end: (name, end) => listener.end({ name, path: '', known: [] }, end),
        isAlone: () => note(message(spec.language, 'cli.queue.alone')),
      },
    );
    const collecting = collector.collect();
    // What goes wrong there is told by `check`, while models are opened.
    collecting.catch(() => {});
    let isDone = false;
    try {
      const opening = { ...pool, data: { ...sweep.spec, targets: [] } };
      await runJobs(opening, {
        async next() {
          collector.check();
          const job = await listener.next();
          return job && { ...job, isPacked: store !== null };
        },
        opened({ name }, _contentHash, pack) {
          if (pack) packs.set(name, pack);
        },
        rows: (job, lines) => listener.rows(job, lines),
        async end(job, end) {
          const isOpened = end.kind === 'done' && !end.isFailed;
          const pack = packs.get(job.name);
          packs.delete(job.name);
          if (!isOpened || results.hasAll(job, end.contentHash)) return listener.end(job, end);
          if (store && !pack) {
            const reason = message(spec.language, 'cli.queue.noPack');
            await listener.rows(job, [errorLine(sweep.spec, job.name, end.contentHash, reason)]);
            return listener.end(job, { ...end, isFailed: true, errors: 1 });
          }
          if (store && pack) await store.put(end.contentHash, pack);
          await collector.add({ name: job.name, path: job.path, contentHash: end.contentHash });
        },
      });
      await collector.complete();
      await collecting;
      isDone = true;
    } finally {
      await collector.close(isDone);
    }
  } finally {
    store?.close();
    engine.close();
  }
}
