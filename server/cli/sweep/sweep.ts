import { extname, resolve } from 'node:path';
import manifest from '../../../package.json';
import { message } from '../../../l10n/cli';
import type { Language } from '../../../l10n/language';
import { writeFile } from '../../node/writeFile';
import { targetOf } from '../../node/writeTarget';
import type { Arguments } from '../arguments';
import { exitCodes, Failure, usage, type Outcome } from '../failure';
import { queueStatus } from '../queue/status';
import { sweepThroughQueue } from '../queue/through';
import { onlyPath } from '../task';
import { errorLine, type JobSpec } from './job';
import { Journal } from './journal';
import { heapOf, reasonOf, timeLimitIn, workersIn, type SweepHost } from './machine';
import { readPlan } from './plan';
import { runJobs, type PoolListener } from './pool';
import { Progress } from './progress';
import { Results } from './results';
import { isInShard, shardOf, shardPath, type Shard } from './shard';
import { parquetOf } from './parquet';

/** `siliconlens sweep PLAN --out FILE`: all models of a plan under all of its workloads on all of its chips, a row each. */
export async function sweep(words: Arguments, language: Language, host: SweepHost): Promise<Outcome> {
  const path = onlyPath(words);
  const queue = words.text('queue');
  if (path === 'status' && queue !== undefined) return queueStatus(words, queue, language, host.note);
  if (words.text('store') !== undefined && queue === undefined) throw usage('cli.queue.storeAlone');
  const format = formatOf(words);
  const shard = shardOf(words.text('shard'), host.environment);
  const plan = await readPlan(path, language);
  const models = shard ? plan.models.filter(({ name }) => isInShard(name, shard)) : plan.models;
  const workers = workersIn(words, models.length);
  const heapBytes = heapOf(words, workers, host);
  const spec: JobSpec = { ...plan.spec, toolVersion: manifest.version, language, heapBytes };
  const out = shardPath(words.out!, shard);
  const inputs = [path, ...plan.read, ...plan.models.map((model) => model.path)];
  await targetOf(out, { inputs });
  const journalPath = `${out}.journal`;
  await targetOf(journalPath, { inputs });
  const journal = await Journal.open(journalPath);
  try {
    const results = new Results(models, spec, journal);
    const progress = new Progress(models.length, language, host.status);
    const mostMilliseconds = timeLimitIn(words);
    const pool = { script: host.workerScript, workers, data: spec, heapBytes, mostMilliseconds };
    let added = 0;
    const listener: PoolListener = {
      next: () => results.next(),
      async rows({ name }, lines) {
        await journal.add(name, lines);
        added += lines.length;
        progress.addRows(lines.length);
      },
      async end({ name }, end) {
        if (end.kind === 'died')
          await this.rows({ name }, [errorLine(spec, name, end.contentHash, reasonOf(end, language))]);
        results.end(name, end);
        progress.endModel();
      },
    };
    const running =
      queue === undefined
        ? runJobs(pool, listener)
        : sweepThroughQueue({
            url: queue,
            store: words.text('store') ?? null,
            out: resolve(out),
            pool,
            spec,
            results,
            listener,
            note: host.note,
          });
    await running.finally(() => progress.clear());
    const rows = results.rows();
    await writeFile(out, format === 'parquet' ? parquetOf(rows, manifest.version) : results.lines(), {
      inputs,
    });
    const counts = { models: models.length, rows: results.written, added, errors: results.failed, path: out };
    return {
      text: `${message(language, 'cli.sweep.done', counts)}\n`,
      isWritten: true,
      failure: results.failed > 0 ? incomplete(results.failed, models.length) : null,
      ...(shard && { notes: shardNote(shard, models.length, plan.models.length, language) }),
    };
  } finally {
    await journal.close();
  }
}

const formats: ReadonlyMap<string, 'jsonl' | 'parquet'> = new Map([
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.parquet', 'parquet'],
]);

function formatOf(words: Arguments): 'jsonl' | 'parquet' {
  if (words.out === undefined) throw usage('cli.error.needs', { command: words.command, option: '--out' });
  const format = formats.get(extname(words.out).toLowerCase());
  if (!format) throw usage('cli.sweep.out', { path: words.out, endings: [...formats.keys()].join(', ') });
  return format;
}

function incomplete(failedModels: number, models: number): Failure {
  const args = { failed: failedModels, models };
  return new Failure(exitCodes.unmet, (language) => message(language, 'cli.sweep.failed', args));
}

function shardNote(shard: Shard, models: number, all: number, language: Language): string {
  const args = { index: shard.index + 1, count: shard.count, models, all, from: shard.from ?? '--shard' };
  return message(language, 'cli.sweep.shardNote', args);
}
