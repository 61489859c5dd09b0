import { parentPort, workerData } from 'node:worker_threads';
import { runJob, type Job, type JobEvent, type JobSpec } from './job';

/** What a worker is told beside its spec, and what it tells. */
export type ToWorker = { readonly kind: 'job'; readonly job: Job } | { readonly kind: 'more' };

/**
 * Works on one model after the other, as the thread that started this one sends them. Parsed tables and compiled code stay
 * warm; nothing of a model stays. After each piece of rows it waits until they are written.
 */
export function serveJobs(): void {
  const port = parentPort!;
  const spec = workerData as JobSpec;
  let goOn = (): void => {};
  port.on('message', (told: ToWorker) => {
    if (told.kind === 'more') return goOn();
    void work(told.job);
  });

  async function work(job: Job): Promise<void> {
    for await (const event of runJob(spec, job)) {
      const isTaken = new Promise<void>((resolve) => (goOn = resolve));
      port.postMessage(event satisfies JobEvent);
      if (event.kind === 'rows') await isTaken;
    }
  }
}
