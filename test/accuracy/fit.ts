// Fits the constants of the GPU laws to published measurements and writes them with their out-of-fold residuals:
// `npm run accuracy:fit`. The measurements stay outside the repository; only constants, sources and quantiles are kept.
import { existsSync, readFileSync } from 'node:fs';
import type { Calibration, ResidualBin } from '../../server/engine/chips/chip';
import { calibrateGroup, fitLaw, residuals, rounded } from '../../server/engine/cost/calibrate/fit';
import { laws, predict, type Law } from '../../server/engine/cost/classes/gpu/fit';
import { quantile, type Values } from '../../server/engine/cost/calibrate/optimise';
import type { Row } from '../../server/engine/cost/calibrate/rows';
import { binOf, score, type Pair, type Score } from '../../server/engine/cost/calibrate/score';
import { publishedRows } from './rows';
import { saveJson } from './save';
import { measuredChip } from './siblings';

const evaluations = Number(process.argv[2] ?? 900);

interface ClassEntry {
  group: string;
  precision: string;
  basis: string;
  constants: Values;
  residuals: ResidualBin[];
  source: string;
}
interface ScoredGroup {
  chip: string;
  group: string;
  precision: string;
  kind: 'calibrated' | 'left-out';
  score: Score;
  inside: number;
  width: number;
  bins: { name: string; score: Score }[];
}

/** A chip's rows, and beside each its predicted and its measured time. */
interface Prediction {
  chip: string;
  rows: readonly Row[];
  pairs: readonly Pair[];
}

const rows = publishedRows();
if (rows.length === 0) throw new Error('no measurements found');
const only = process.argv[3];
const calibrations: Record<string, Calibration[]> = {};
const classes: ClassEntry[] = [];
const scored: ScoredGroup[] = [];

for (const law of laws) {
  if (only && !`${law.group}/${law.precision}`.includes(only)) continue;
  const mine = rows.filter((row) => row.group === law.group && row.precision === law.precision);
  const chips = [...new Set(mine.map(({ chip }) => chip))];
  for (const chip of chips)
    calibrate(
      law,
      chip,
      mine.filter((row) => row.chip === chip),
    );
  forClass(law, chips, mine);
}

function calibrate(law: Law, chip: string, own: readonly Row[]): void {
  const { calibration, pairs, rows: order } = calibrateGroup(law, own, measuredChip, evaluations);
  (calibrations[chip] ??= []).push(calibration);
  report(law, 'calibrated', { chip, rows: order, pairs }, calibration.residuals);
}

function forClass(law: Law, chips: readonly string[], mine: readonly Row[]): void {
  const held = { ...law.held, ...law.heldForClass };
  const free = law.freeForClass ?? law.free;
  const all: Pair[] = [];
  const predictions: Prediction[] = [];
  for (const chip of chips) {
    const others = mine.filter((row) => row.chip !== chip);
    const values = fitLaw(others, free, held, measuredChip, evaluations);
    const left = mine.filter((row) => row.chip === chip);
    const pairs = left.map((row) => ({
      predicted: predict(row, values, measuredChip(row.chip)),
      measured: row.seconds,
    }));
    all.push(...pairs);
    predictions.push({ chip, rows: left, pairs });
  }
  const bins = residuals(
    all,
    predictions.map(({ pairs }) => pairs),
  );
  for (const prediction of predictions) report(law, 'left-out', prediction, bins);
  classes.push({
    group: law.group,
    precision: law.precision,
    basis: 'class',
    constants: rounded(fitLaw(mine, free, held, measuredChip, evaluations)),
    residuals: bins,
    source: `fitted to ${mine.length} rows of ${chips.join(', ')} (${mine[0]!.origin}); interval from leaving one chip out`,
  });
}

function report(
  law: Law,
  kind: ScoredGroup['kind'],
  { chip, rows: order, pairs }: Prediction,
  bins: readonly ResidualBin[],
): void {
  const result = score(pairs);
  const ends = pairs.map(({ predicted, measured }) => ({
    ...bins[binOf(predicted)]!,
    ratio: measured / predicted,
  }));
  const inside = ends.filter(({ low, high, ratio }) => ratio >= low && ratio <= high).length / ends.length;
  const width = quantile(
    ends.map(({ low, high }) => high / low).sort((a, b) => a - b),
    0.5,
  );
  const parts = splits(law, order, pairs);
  scored.push({
    chip,
    group: law.group,
    precision: law.precision,
    kind,
    score: result,
    inside,
    width,
    bins: parts,
  });
  const line = (name: string, s: Score) =>
    `${name.padEnd(62)} n ${String(s.rows).padStart(4)}  median ${(100 * s.median).toFixed(1).padStart(5)} %  p90 ${(100 * s.p90).toFixed(1).padStart(6)} %  bias ${(100 * s.bias).toFixed(1)} %`;
  console.log(
    `${line(`${chip} ${law.group} ${law.precision} ${kind}`, result)}  inside ${(100 * inside).toFixed(0)} %  width ${width.toFixed(2)}`,
  );
  for (const { name, score: s } of parts) console.log(line(`    ${name}`, s));
}

/** Decode by cached length; everything by operator and by measured size. */
function splits(law: Law, order: readonly Row[], pairs: readonly Pair[]): { name: string; score: Score }[] {
  const by = new Map<string, Pair[]>();
  const add = (name: string, i: number) => by.set(name, [...(by.get(name) ?? []), pairs[i]!]);
  const sizes = ['< 10 µs', '10–50 µs', '50 µs–1 ms', '1–20 ms', '≥ 20 ms'];
  order.forEach((row, i) => {
    add(sizes[binOf(row.seconds)]!, i);
    if (law.group === 'attention-decode') {
      const length = row.keyLength - 1;
      add(
        `cached ${length < 64 ? '< 64' : length < 512 ? '64–511' : length < 4096 ? '512–4095' : '≥ 4096'}`,
        i,
      );
    }
    if (law.precision === 'fp32' && law.group !== 'softmax' && law.group !== 'normalization')
      add(row.operator, i);
  });
  return [...by].map(([name, list]) => ({ name, score: score(list) }));
}

const folder = 'server/engine/cost/constants';
const classFolder = 'server/engine/cost/classes/gpu';
const read = <T>(path: string, empty: T): T =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : empty;
const refitted = (group: string, precision: string) => !only || `${group}/${precision}`.includes(only);

/** Keeps what was not fitted this time. */
function write(): void {
  const measured = read<Record<string, Calibration[]>>(`${folder}/measured.json`, {});
  for (const chip of new Set([...Object.keys(measured), ...Object.keys(calibrations)])) {
    const kept = (measured[chip] ?? []).filter(
      (entry) => !refitted(entry.operatorClass, entry.precision) || !entry.source.startsWith('fitted to'),
    );
    measured[chip] = [...kept, ...(calibrations[chip] ?? [])];
  }
  const shared = read<{ entries: ClassEntry[] }>(`${classFolder}/fitted.json`, { entries: [] });
  const entries = [...shared.entries.filter((entry) => !refitted(entry.group, entry.precision)), ...classes];
  const table = read<{ groups: ScoredGroup[] }>('test/accuracy/published.json', { groups: [] });
  const groups = [...table.groups.filter((entry) => !refitted(entry.group, entry.precision)), ...scored];
  saveJson(`${folder}/measured.json`, measured);
  saveJson(`${classFolder}/fitted.json`, { entries });
  saveJson('test/accuracy/published.json', { date: new Date().toISOString().slice(0, 10), groups });
}

write();
