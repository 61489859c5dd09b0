import { problem } from '../../problem';
import type { ArgsOf, ProblemCode } from '../../problem';
import { entryOf } from '../../../../outside/table';
import type { Scheduler } from '../../scheduler';
import {
  isTime,
  profileLimits,
  sumOfRows,
  type Measurement,
  type MeasuredRow,
  type ReadProfile,
} from './measurement';
import { parseCsv, parseRows, type Row } from './rows';

/** Columns that may hold the name of a node, the first that is there. `outputs` holds values, separated by spaces. */
const nameColumns = ['name', 'node', 'outputs', 'layerName'];
/** Columns that may hold the time, with what brings it to seconds. */
const timeColumns: readonly (readonly [string, number])[] = [
  ['seconds', 1],
  ['ms', 1e-3],
  ['us', 1e-6],
  ['realTime (ms)', 1e-3],
];

/**
 * Reads a CSV with a head line. With a column `name`, `node` or `outputs` and one of `seconds`, `ms`, `us` (and
 * optionally `operator`, `count`, `median_seconds`) each line is a node of a model: a `node-table`. With the columns
 * that `parseRows` knows (README.md) each line is a kernel by size: a `kernel-table`. The detailed counters of
 * OpenVINO's benchmark_app (`layerName;…;realTime (ms);…`) are a table of nodes too; their last line is the sum.
 */
export async function readTable(text: string, origin: string, scheduler: Scheduler): Promise<ReadProfile> {
  const newline = text.indexOf('\n');
  const head = text.slice(0, newline === -1 ? text.length : newline);
  if (newline === -1 || head.length > profileLimits.line) return failure('profile.unknown', {});
  if (text.length > profileLimits.wholeCharacters)
    return failure('profile.too-large', { limit: profileLimits.wholeCharacters / 2 ** 20 });
  const columns = new Set(Object.keys(parseCsv(`${head}\n${head}`)[0] ?? {}));
  const { lines, isCut } = firstLines(text, profileLimits.rows + 1);
  const cut = isCut ? [problem('warning', 'profile.rows-cut', { count: profileLimits.rows })] : [];
  const kernels = parseRows(lines, origin);
  if (kernels.length > 0) return { profile: kernelTable(kernels), problems: cut };
  const name = nameColumns.find((column) => columns.has(column));
  const time = timeColumns.find(([column]) => columns.has(column));
  if (name === undefined || !time) return failure('profile.unknown', {});
  const read = await nodeTable(parseCsv(lines), name, time, scheduler);
  return { ...read, problems: [...read.problems, ...cut] };
}

function firstLines(text: string, most: number): { readonly lines: string; readonly isCut: boolean } {
  let at = 0;
  for (let line = 0; line < most; line++) {
    const newline = text.indexOf('\n', at);
    if (newline === -1) return { lines: text, isCut: false };
    at = newline + 1;
  }
  return { lines: text.slice(0, at), isCut: at < text.length };
}

function failure<C extends ProblemCode>(code: C, args: ArgsOf<C>): ReadProfile {
  return { profile: null, problems: [problem('error', code, args)] };
}

async function nodeTable(
  lines: readonly Record<string, string>[],
  nameColumn: string,
  [timeColumn, unit]: readonly [string, number],
  scheduler: Scheduler,
): Promise<ReadProfile> {
  const rows: MeasuredRow[] = [];
  let skipped = 0;
  for (const line of lines) {
    const pause = scheduler.tick();
    if (pause) await pause;
    const name = entryOf(line, nameColumn)!.slice(0, profileLimits.name);
    const seconds = Number(entryOf(line, timeColumn) || NaN) * unit;
    if (isSum(line)) continue;
    if (name === '' || !isTime(seconds)) {
      skipped++;
      continue;
    }
    const names = nameColumn === 'outputs' ? name.split(' ') : [name];
    const count = Number(line['count'] || 1);
    const median = Number(line['median_seconds'] || NaN);
    rows.push({
      ...plain,
      name,
      names: names.filter((one) => one !== ''),
      operator: line['operator'] || line['layerType'] || null,
      seconds,
      medianSeconds: median >= 0 ? median : seconds,
      count: count >= 1 ? count : 1,
    });
  }
  if (rows.length === 0) return failure('profile.no-rows', {});
  const problems = skipped > 0 ? [problem('warning', 'profile.lines-skipped', { count: skipped })] : [];
  return { profile: tableOf('node-table', rows, []), problems };
}

/** `Total;;;;1.2;1.2` at the end of OpenVINO's counters. */
function isSum(line: Record<string, string>): boolean {
  return line['layerName'] === 'Total' && line['layerType'] === '';
}

const plain = { isRange: false, repeat: 1, outputShapes: null, kernel: null } as const;

function kernelTable(kernels: readonly Row[]): Measurement {
  const rows = kernels.map((kernel): MeasuredRow => ({
    ...plain,
    name: sizeOf(kernel),
    names: [],
    operator: kernel.operator,
    seconds: kernel.seconds,
    medianSeconds: kernel.seconds,
    count: 1,
    kernel,
  }));
  const chips = [...new Set(kernels.map(({ chip }) => chip))].filter((chip) => chip !== '');
  return tableOf('kernel-table', rows, chips);
}

function tableOf(
  kind: Measurement['kind'],
  rows: readonly MeasuredRow[],
  places: readonly string[],
): Measurement {
  const seconds = kind === 'node-table' ? sumOfRows(rows) : null;
  return { kind, statistic: 'stated', runs: null, rows, seconds, wholeSeconds: null, places };
}

/** `gemm bf16 16×4096×4096`: what a row without a name is called. */
function sizeOf(row: Row): string {
  const { operator, precision, batch, m, n, k, rows, columns } = row;
  if (row.headSize > 0) {
    const { heads, kvHeads, headSize, queryLength, keyLength } = row;
    return `${operator} ${precision} ${batch}×${heads}/${kvHeads}×${headSize} ${queryLength}→${keyLength}`;
  }
  const size = m > 0 ? [...(batch > 1 ? [batch] : []), m, n, k] : [rows, columns];
  return `${operator} ${precision} ${size.join('×')}`;
}
