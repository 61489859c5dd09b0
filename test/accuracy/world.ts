// Published speed of whole models (world.json) against our estimates: no constant is fitted to it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { costsOn, prepare, type ChipAnalysis } from '../../server/engine/analyse';
import { chipById } from '../../server/engine/chips/catalogue';
import type { Chip } from '../../server/engine/chips/chip';
import { secondsByBound } from '../../server/engine/mapping/suggest/bounds';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { parseOnnxText } from '../../server/engine/formats/onnxText/parse';
import { memorySource } from '../../server/engine/graph/byteSource';
import type { Model } from '../../server/engine/graph/model';
import { uninterrupted } from '../../server/engine/scheduler';
import type { Phase, PrecisionPolicy } from '../../server/engine/workload';
import { table } from './table';
import { worldModels } from './worldModels';

/** One published figure. SI units; `latency` and `joules` per run, the throughputs in samples per second. */
interface PublishedRow {
  readonly chip: string;
  readonly model: string;
  readonly bindings: Readonly<Record<string, number>>;
  readonly phase: Phase;
  readonly precision: PrecisionPolicy;
  readonly runtime: string | null;
  readonly quantity: 'latency' | 'throughput' | 'chip-throughput' | 'joules';
  readonly value: number;
  readonly includes: readonly ('transfers' | 'start')[];
  /** The host sets the figure, not the chip: shown, but not counted. */
  readonly hostBound?: true;
  readonly source: string;
  readonly date: string;
  readonly note: string;
}

/** A figure with the estimate for it, both as seconds (or joules) per sample, so that less is faster. */
export interface WorldRow {
  readonly row: PublishedRow;
  readonly chipClass: string;
  readonly measured: number;
  readonly estimated: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Largest shares of the estimate by what bounds it, for reading. */
  readonly bounds: string;
}

const models = new Map<string, Promise<Model>>();

async function load(name: string): Promise<Model> {
  const written = worldModels[name];
  if (written) {
    const { value, problems } = await parseOnnxText(written(), uninterrupted);
    if (!value || problems.length > 0) throw new Error(`${name}: ${JSON.stringify(problems.slice(0, 3))}`);
    return value;
  }
  const plain = `test/fixtures/models/${name}.onnx`;
  const bytes = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`));
  const { value } = await readOnnx(memorySource(new Uint8Array(bytes)), uninterrupted);
  if (!value) throw new Error(`${name} cannot be read`);
  return value;
}

/** The model of a fixture or of worldModels, read once. */
export function modelOf(name: string): Promise<Model> {
  let model = models.get(name);
  if (!model) models.set(name, (model = load(name)));
  return model;
}

/** Seconds besides the kernels that a clock on the host sees: copies, and what starting a run costs the runtime. */
function outside(row: PublishedRow, { cost }: ChipAnalysis): number {
  const copies = row.includes.includes('transfers') ? (cost.total.io.seconds ?? 0) : 0;
  const start = row.includes.includes('start') ? (cost.total.startSeconds ?? 0) : 0;
  return copies + start;
}

/** What bounds the largest shares of the time of a model. */
export function boundsOf(analysis: ChipAnalysis): string {
  return sharesOf(Object.entries(secondsByBound(analysis)));
}

/** Names by their share of a sum, those of more than a tenth. */
export function sharesOf(parts: readonly (readonly [string, number])[]): string {
  const sums = new Map<string, number>();
  let all = 0;
  for (const [name, seconds] of parts) {
    all += seconds;
    sums.set(name, (sums.get(name) ?? 0) + seconds);
  }
  return [...sums]
    .filter(([, seconds]) => seconds > 0.1 * all)
    .sort((a, b) => b[1] - a[1])
    .map(([name, seconds]) => `${name} ${Math.round((100 * seconds) / all)} %`)
    .join(', ');
}

/** A figure as seconds (or joules) per sample or run. */
function perSample({ quantity, value }: PublishedRow): number {
  return quantity === 'latency' || quantity === 'joules' ? value : 1 / value;
}

async function scoreRow(row: PublishedRow): Promise<WorldRow> {
  const chip = chipById(row.chip) as Chip;
  const { bindings, phase, precision, runtime } = row;
  const prepared = await prepare(
    await modelOf(row.model),
    { bindings, phase, precision, runtime },
    uninterrupted,
  );
  const analysis = await costsOn(prepared, chip, uninterrupted);
  const { latencySeconds, throughput, joules } = analysis.cost.total;
  const result = { row, chipClass: chip.class, bounds: boundsOf(analysis) };
  const unknown = { ...result, measured: perSample(row), estimated: null, low: null, high: null };
  if (row.quantity === 'joules') {
    return joules ? { ...unknown, estimated: joules.value, low: joules.low, high: joules.high } : unknown;
  }
  if (!latencySeconds || latencySeconds.isLowerBound || !throughput) return unknown;
  const more = outside(row, analysis);
  const samples = row.bindings['batch'] ?? 1;
  const devices = row.quantity === 'chip-throughput' ? chip.devices : 1;
  const base =
    row.quantity === 'latency' ? latencySeconds.value : 1 / (throughput.samplesPerSecond * devices);
  const scale = base / latencySeconds.value;
  const extra = row.quantity === 'latency' ? more : more / samples / devices;
  return {
    ...unknown,
    estimated: base + extra,
    low: latencySeconds.low * scale + extra,
    high: latencySeconds.high * scale + extra,
  };
}

function publishedWorld(): readonly PublishedRow[] {
  return (JSON.parse(readFileSync('test/accuracy/world.json', 'utf8')) as { rows: PublishedRow[] }).rows;
}

/** Every published figure with our estimate. */
export async function scoreWorld(): Promise<WorldRow[]> {
  const result: WorldRow[] = [];
  for (const row of publishedWorld()) result.push(await scoreRow(row));
  return result;
}

const scoredFile = 'test/accuracy/worldScored.json';
type Scored = Pick<WorldRow, 'estimated' | 'low' | 'high'>;

/** Keeps the estimates, in the order of the figures: the page is made of them. */
export function writeScored(rows: readonly WorldRow[]): void {
  const digits = (value: number | null) => (value === null ? null : Number(value.toPrecision(6)));
  const scored = rows.map(({ estimated, low, high }) => [estimated, low, high].map(digits));
  writeFileSync(scoredFile, `[\n${scored.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`);
}

/** The figures with the estimates of the last `npm run accuracy`. */
export function readScored(): WorldRow[] {
  const scored = JSON.parse(readFileSync(scoredFile, 'utf8')) as [
    number | null,
    number | null,
    number | null,
  ][];
  return publishedWorld().map((row, i) => {
    const [estimated, low, high] = scored[i]!;
    const kept: Scored = { estimated, low, high };
    return {
      row,
      chipClass: chipById(row.chip)?.class ?? '?',
      measured: perSample(row),
      bounds: '',
      ...kept,
    };
  });
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;

/** Error, bias and share inside the stated range of one class. */
function summary(rows: readonly WorldRow[]): string[] {
  const known = rows.filter(({ row, estimated }) => estimated !== null && !row.hostBound);
  const ratios = known
    .map(({ estimated, measured }) => (estimated as number) / measured)
    .sort((a, b) => a - b);
  const errors = ratios.map((ratio) => Math.max(ratio, 1 / ratio)).sort((a, b) => a - b);
  const inside = known.filter((r) => (r.low as number) <= r.measured && r.measured <= (r.high as number));
  const times = (value: number) => `${value.toFixed(2)}×`;
  if (known.length === 0) return ['0', '–', '–', '–', '–'];
  return [
    String(known.length),
    times(quantile(errors, 0.5)),
    times(errors[errors.length - 1]!),
    times(quantile(ratios, 0.5)),
    `${inside.length} of ${known.length}`,
  ];
}

const figure = (value: number | null, quantity: string): string => {
  if (value === null) return 'unknown';
  const unit = quantity === 'joules' ? 'mJ' : 'ms';
  return `${(value * 1e3).toPrecision(3)} ${unit}`;
};

function conditions({ bindings, phase, precision, runtime, quantity }: PublishedRow): string {
  const parts = [`batch ${bindings['batch'] ?? 1}`];
  if (bindings['sequence'] !== undefined) parts.push(`${phase} ${bindings['sequence']}`);
  else if (phase !== 'inference') parts.push(phase);
  if (bindings['past']) parts.push(`after ${bindings['past']}`);
  parts.push(precision);
  if (runtime) parts.push(runtime);
  if (quantity !== 'latency') parts.push(quantity);
  return parts.join(', ');
}

/** The section of docs/accuracy.md. */
export function worldSection(rows: readonly WorldRow[]): string[] {
  const classes = [...new Set(rows.map(({ chipClass }) => chipClass))];
  const sources = [...new Set(rows.map(({ row }) => row.source))];
  return [
    '## Published speed of whole models',
    '',
    'Figures that vendors, MLPerf and others have published, from every class of chip. No constant and no',
    'fact of a chip is fitted to them; but the laws of classes without measurements were mended, and their stated ranges',
    'widened, with these figures in view, so for those classes the table shows how well the figures are met, not how well',
    'others will be. They are not of one kind: some are medians of one stream, some are vendors’ best; batch and',
    'software are often only half said (`test/accuracy/world.json` has source, date and remarks of each). Times are per run,',
    'for throughputs per sample. *Ratio* is estimated ÷ published: below 1 is too fast. *Inside* counts figures within the',
    'stated range; *host*: the host sets the figure, not counted.',
    '',
    ...table(
      ['class', 'figures', 'median error', 'worst', 'median ratio', 'inside'],
      classes.map((name) => [name, ...summary(rows.filter(({ chipClass }) => chipClass === name))]),
    ),
    ...table(
      ['chip', 'model', 'conditions', 'estimated', 'published', 'ratio', 'inside', 'source'],
      rows.map(({ row, measured, estimated, low, high }) => [
        row.chip,
        row.model,
        conditions(row),
        figure(estimated, row.quantity),
        figure(measured, row.quantity),
        estimated === null ? '–' : (estimated / measured).toFixed(2),
        row.hostBound
          ? 'host'
          : low === null || high === null
            ? '–'
            : low <= measured && measured <= high
              ? 'yes'
              : 'no',
        `[${sources.indexOf(row.source) + 1}]`,
      ]),
    ),
    ...sources.map((source, i) => `${i + 1}. ${source}`),
    '',
  ];
}
