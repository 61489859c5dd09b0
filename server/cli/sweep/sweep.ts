import { availableParallelism, totalmem } from 'node:os';
import { extname } from 'node:path';
import manifest from '../../../package.json';
import { message } from '../../../l10n/cli';
import type { Language } from '../../../l10n/language';
import { writeFile } from '../../node/writeFile';
import { targetOf } from '../../node/writeTarget';
import { parseCount, type Arguments } from '../arguments';
import { exitCodes, Failure, usage, type Outcome } from '../failure';
import { onlyPath } from '../task';
import { errorLine, type JobSpec } from './job';
import { Journal } from './journal';
import { readPlan } from './plan';
import { runJobs, type JobEnd } from './pool';
import { Progress } from './progress';
import { Results } from './results';
import { isInShard, shardOf, shardPath, type Shard } from './shard';
import { parquetOf } from './parquet';

/** What surrounds a sweep. */
export interface SweepHost {
  /** The script that workers run. */
  readonly workerScript: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes over the line before; undefined where nobody watches. */
  readonly status?: (line: string) => void;
  /** What this process may have on its heap, bytes. */
  readonly heapBytes: number;
}

/** How long a model may take where nothing is said, seconds. */
const usualSeconds = 600;
/** The part of the machine's memory that workers share. */
const shareOfMemory = 0.75;
const megabyte = 1e6;

/** `siliconlens sweep PLAN --out FILE`: all models of a plan under all of its workloads on all of its chips, a row each. */
export async function sweep(words: Arguments, language: Language, host: SweepHost): Promise<Outcome> {
  const path = onlyPath(words);
  const format = formatOf(words);
  const shard = shardOf(words.text('shard'), host.environment);
  const plan = await readPlan(path, language);
  const models = shard ? plan.models.filter(({ name }) => isInShard(name, shard)) : plan.models;
  const workers = Math.max(
    1,
    Math.min(parseCount('jobs', words.text('jobs')) ?? availableParallelism(), models.length),
  );
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
    const mostMilliseconds = 1000 * (parseCount('time-limit', words.text('time-limit')) ?? usualSeconds);
    const pool = { script: host.workerScript, workers, data: spec, heapBytes, mostMilliseconds };
    let added = 0;
    await runJobs(pool, {
      next: () => results.next(),
      async rows(job, lines) {
        await journal.add(job.name, lines);
        added += lines.length;
        progress.addRows(lines.length);
      },
      async end(job, end) {
        if (end.kind === 'died') {
          await journal.add(job.name, [errorLine(spec, job.name, end.contentHash, reasonOf(end, language))]);
          added++;
        }
        results.end(job.name, end);
        progress.endModel();
      },
    }).finally(() => progress.clear());
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

/** What each worker may have on its heap: as much as this process may, and no more than its part of the machine's memory. */
function heapOf(words: Arguments, workers: number, { heapBytes }: SweepHost): number {
  const given = parseCount('memory', words.text('memory'));
  if (given !== undefined) return given * megabyte;
  // Zero or an absurd number where nothing constrains the process.
  const constrained = process.constrainedMemory();
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.min(heapBytes, (memory * shareOfMemory) / workers);
}

function reasonOf(end: JobEnd & { kind: 'died' }, language: Language): string {
  return message(language, `cli.sweep.died.${end.of}`, { detail: end.detail });
}

function incomplete(failedModels: number, models: number): Failure {
  const args = { failed: failedModels, models };
  return new Failure(exitCodes.unmet, (language) => message(language, 'cli.sweep.failed', args));
}

function shardNote(shard: Shard, models: number, all: number, language: Language): string {
  const args = { index: shard.index + 1, count: shard.count, models, all, from: shard.from ?? '--shard' };
  return message(language, 'cli.sweep.shardNote', args);
}
