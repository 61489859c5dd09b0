/**
 * Opens the files that the makers of this folder wrote with the command line, times them with ONNX Runtime at the sizes that
 * were assumed, and writes docs/real-files.md (run.sh calls it):
 *   npm run conformance:real-files -- FOLDER PYTHON
 * FOLDER holds a folder of models for each exporter; PYTHON has onnxruntime. Exit code 1 where fewer files than the goal open
 * with a total.
 */
import { execFileSync, spawnSync, type StdioOptions } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addTo } from '../../../server/engine/lists';
import type { Report } from '../../../server/engine/report/types';
import { entryOf } from '../../../outside/table';
import exporters from './exporters.json';
import reasons from './reasons.json';

const machine = 'test/accuracy/machines/amd-epyc-genoa-2vcpu.json';
const goal = 0.95;
/** Within which an estimate is called right. */
const factor = 2;

/** Seconds: the profiler adds some 2 to 4 µs to every node. */
const leastProfile = 1e-3;

/** What ONNX Runtime did with a file (measure.py). */
interface Answer {
  readonly loads: boolean;
  readonly error?: string;
  readonly seconds?: number;
  readonly profile?: number | null;
}

/** One file: what its report says, and ONNX Runtime. */
interface Row {
  readonly exporter: string;
  readonly name: string;
  readonly assumed: string;
  /** The total, and what starting a run takes, which every measured run has. */
  readonly seconds: number | null;
  readonly startSeconds: number;
  /** Something is missing in it. */
  readonly isLowerBound: boolean;
  /** Codes of what is wrong or unknown. */
  readonly problems: readonly string[];
  readonly answer: Answer;
}

/** Sizes for ONNX Runtime; null where the report has none for some input. */
type Question = { readonly shapes: Readonly<Record<string, readonly number[]>> } | null;

/** The report of the command line, as it was kept where neither the model nor the program is newer. */
function reportOf(path: string): Report {
  const kept = path.replace(/\.onnx$/, '.report.json');
  const age = (file: string): number => (existsSync(file) ? statSync(file).mtimeMs : 0);
  if (age(kept) < Math.max(age(path), age('dist/cli.js'))) writeFileSync(kept, printed(path));
  return JSON.parse(readFileSync(kept, 'utf8')) as Report;
}

function printed(path: string): Buffer {
  const words = ['--chip', machine, '--runtime', 'onnxruntime-cpu', '--format', 'json'];
  const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
  const { stdout } = spawnSync('node', ['dist/cli.js', 'analyze', path, ...words], {
    maxBuffer: 1 << 30,
    stdio,
  });
  // The report of a model with errors comes with exit code 1.
  if (stdout.length === 0) throw new Error(`the command line has no report of ${path}`);
  return stdout;
}

function questionOf({ model }: Report): Question {
  const shapes: Record<string, readonly number[]> = {};
  for (const { name, shape } of model.inputs) {
    if (!shape?.every((size) => typeof size === 'number')) return null;
    shapes[name] = shape;
  }
  return { shapes };
}

function rowOf(exporter: string, name: string, report: Report, answer: Answer): Row {
  const { bindings, assumed } = report.workload;
  const total = report.chips[0]!.total;
  const problems = report.problems.filter(
    ({ severity }) => severity !== 'information' || total.latencySeconds === null,
  );
  return {
    exporter,
    name,
    assumed: assumed.map((one) => `${one}=${entryOf(bindings, one)}`).join(', '),
    seconds: total.latencySeconds?.value ?? null,
    startSeconds: total.startSeconds ?? 0,
    isLowerBound: total.latencySeconds?.isLowerBound === true,
    problems: [...new Set(problems.map(({ code }) => code))].filter((code) => !code.startsWith('chip.')),
    answer,
  };
}

/** The larger by the smaller; null where one is missing. */
function apart(a: number | null | undefined, b: number | null | undefined): number | null {
  return a && b ? Math.max(a / b, b / a) : null;
}

/** How far the estimate is from the fastest run. */
function distance({ seconds, startSeconds, answer, isLowerBound }: Row): number | null {
  return seconds === null || isLowerBound ? null : apart(seconds + startSeconds, answer.seconds);
}

/** How far it is from the profile; null where that is of nodes so short that it holds mostly the profiler. */
function profileDistance({ seconds, isLowerBound, answer: { profile } }: Row): number | null {
  return profile && !isLowerBound && profile >= leastProfile ? apart(seconds, profile) : null;
}

function timeText(seconds: number | null | undefined): string {
  if (!seconds) return '?';
  return seconds >= 1e-3 ? `${(seconds * 1e3).toPrecision(3)} ms` : `${(seconds * 1e6).toPrecision(3)} µs`;
}

const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${part} (${((100 * part) / whole).toFixed(0)} %)`;

function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

const opens = (row: Row): boolean => row.seconds !== null && !row.isLowerBound;

function summaryLine(label: string, rows: readonly Row[]): string {
  const loaded = rows.filter(({ answer }) => answer.loads);
  const far = rows.map(distance).filter((one) => one !== null);
  const profiled = rows.map(profileDistance).filter((one) => one !== null);
  const near = (some: readonly number[]): string =>
    share(some.filter((one) => one <= factor).length, some.length);
  const cells = [
    label,
    rows.length,
    loaded.length,
    share(loaded.filter(opens).length, loaded.length),
    far.length,
    near(far),
    median(far)?.toFixed(2) ?? '–',
    near(profiled),
  ];
  return `| ${cells.join(' | ')} |`;
}

function fileLine(row: Row): string {
  const far = distance(row);
  const isOff = Math.max(far ?? 0, profileDistance(row) ?? 0) > factor;
  const why = entryOf(reasons as Readonly<Record<string, string>>, `${row.exporter}/${row.name}`);
  const remark = [
    row.answer.loads ? '' : 'ONNX Runtime does not load it',
    row.answer.loads && row.answer.error ? 'ONNX Runtime does not run it with made-up input' : '',
    opens(row) ? '' : row.problems.join(', '),
    isOff ? (why ?? 'not looked into') : '',
  ];
  const times = [row.seconds, row.answer.seconds, row.answer.profile].map((one) => timeText(one));
  return `| ${[row.name, row.assumed, ...times, far?.toFixed(2) ?? '–', remark.filter((one) => one !== '').join('; ')].join(' | ')} |`;
}

/** Exporters whose maker has written nothing yet. */
function missingLine(by: ReadonlyMap<string, readonly Row[]>): string {
  const titles = Object.entries(exporters).flatMap(([name, { title }]) => (by.has(name) ? [] : [title]));
  return titles.length === 0 ? '' : `No file was made yet of: ${titles.join(', ')}.\n\n`;
}

function pageOf(rows: readonly Row[]): string {
  const by = new Map<string, Row[]>();
  for (const row of rows) addTo(by, row.exporter, row);
  const parts = [...by].map(([exporter, own]) => {
    const about = entryOf(exporters as Readonly<Record<string, { title: string; text: string }>>, exporter)!;
    return `## ${about.title}

${about.text}

| file | assumed | total | run | profile | factor | remark |
| --- | --- | ---: | ---: | ---: | ---: | --- |
${own.map(fileLine).join('\n')}
`;
  });
  return `# Files of exporters

Written by \`test/conformance/realFiles/run.sh\`, which makes every file with the exporter itself (versions in
\`environments.json\` beside it, weights random) and opens it with the command line, without any option but the chip. Sizes
that the file leaves open are assumed, as everywhere, and marked so. ONNX Runtime then ran the file at those sizes on the
processor that the chip file describes: two virtual cores of an EPYC Genoa (\`${machine}\`).

Total is the estimate. Run is the fastest run of the model from Python, without the profiler; factor is how far it is from the total and
the start of a run together, the larger by the smaller. Profile is what the nodes sum to in the profile's fastest run; the profiler adds
some microseconds to every node, so only profiles of at least a millisecond are held against the total. Where a file has no total, the
remark has the codes of the problems that say why; where the factor, or that of the profile, is above ${factor}, the reason.

| exporter | files | ONNX Runtime loads | of these with a total | timed | within a factor of ${factor} | median factor | of profiles within ${factor} |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${[...by].map(([exporter, own]) => summaryLine(exporter, own)).join('\n')}
${summaryLine('all', rows)}

${missingLine(by)}${parts.join('\n')}`;
}

function main(): number {
  const [folder, python] = process.argv.slice(2);
  if (!folder || !python || !existsSync(folder)) {
    console.error('usage: page FOLDER PYTHON');
    return 2;
  }
  const found = Object.keys(exporters).flatMap((exporter) =>
    (existsSync(join(folder, exporter)) ? readdirSync(join(folder, exporter)) : [])
      .filter((file) => file.endsWith('.onnx'))
      .sort()
      .map((file) => ({ exporter, name: file.replace(/\.onnx$/, ''), path: join(folder, exporter, file) })),
  );
  const reports = found.map((one) => ({ ...one, report: reportOf(one.path) }));
  const questions = Object.fromEntries(reports.map(({ path, report }) => [path, questionOf(report)]));
  const [asked, answered] = [join(folder, 'questions.json'), join(folder, 'answers.json')];
  writeFileSync(asked, JSON.stringify(questions));
  execFileSync(python, ['test/conformance/realFiles/measure.py', asked, answered], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const answers = JSON.parse(readFileSync(answered, 'utf8')) as Readonly<Record<string, Answer>>;
  const rows = reports.map(({ exporter, name, path, report }) =>
    rowOf(exporter, name, report, answers[path]!),
  );
  writeFileSync('docs/real-files.md', pageOf(rows));
  const loaded = rows.filter(({ answer }) => answer.loads);
  const whole = loaded.filter(opens).length;
  console.log(`${whole} of ${loaded.length} files that ONNX Runtime loads open with a total`);
  return whole >= goal * loaded.length ? 0 : 1;
}

process.exit(main());
