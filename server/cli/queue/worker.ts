import { parseAmount, parseCount, type Arguments } from '../arguments';
import { message } from '../../../l10n/cli';
import type { Language } from '../../../l10n/language';
import { usage, type Outcome } from '../failure';
import { heapOf, timeLimitIn, workersIn, type SweepHost } from '../sweep/machine';
import { engineAt } from './engine';
import { Metrics, serveMetrics } from './metrics';
import { Station } from './station';

/** What ends a worker in an orderly way: jobs that are under way are finished first. */
const signals = ['SIGINT', 'SIGTERM'] as const;

/** `siliconlens worker --queue URL`: works on the sweeps of a queue until it is told to end. */
export async function worker(words: Arguments, language: Language, host: SweepHost): Promise<Outcome> {
  const url = words.text('queue');
  if (url === undefined) throw usage('cli.error.needs', { command: words.command, option: '--queue' });
  const [extra] = words.positionals;
  if (extra !== undefined) throw usage('cli.error.tooMany', { argument: extra });
  const workers = workersIn(words);
  const options = {
    script: host.workerScript,
    workers,
    heapBytes: heapOf(words, workers, host),
    mostMilliseconds: timeLimitIn(words),
    rate: parseCount('rate', words.text('rate')),
    folder: words.text('models'),
    idleMilliseconds: 1000 * (parseAmount('idle', words.text('idle')) ?? Infinity),
  };
  const metrics = new Metrics();
  const engine = await engineAt(url, language, host.note);
  const station = new Station(engine, options, metrics, language, host.note);
  const stop = (): void => station.stop();
  const server = await serveMetrics(words.text('metrics'), metrics, () => station.sweeps.all());
  for (const signal of signals) process.on(signal, stop);
  try {
    await station.run();
    return { text: `${message(language, 'cli.worker.done', metrics.counts)}\n`, failure: null };
  } finally {
    for (const signal of signals) process.off(signal, stop);
    server?.close();
    engine.close();
  }
}
