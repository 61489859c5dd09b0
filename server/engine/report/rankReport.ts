import type { Basis } from '../cost/types';
import type { Figures, FigureName, Objective } from '../mapping/candidate';
import type { Broken, Limits } from '../mapping/limits';
import type { Ranked, Ranking, Rejected } from '../mapping/rank';
import type { Ranged } from '../mapping/ratio';
import type { PrecisionPolicy, Workload } from '../workload';
import { column, type Section } from './print/section';
import { known, rangeText, type PrintName, type Words } from './print/words';
import { streamsRow, streamsSection, type StreamsAsked } from './streamsReport';

/** Which chips serve a model best within limits, and why the others do not. SI units; unknown is null. */
export interface RankReport {
  readonly schemaVersion: 1;
  readonly path: string;
  readonly workload: Workload;
  readonly objective: Objective;
  readonly limits: Limits;
  readonly precisions: readonly PrecisionPolicy[];
  /** What limits the time of a run, where several streams are asked for. */
  readonly streams?: StreamsAsked;
  /** Best first, by value. */
  readonly ranked: readonly RankRow[];
  /** Ids of those of which nobody can say that another is better. */
  readonly best: readonly string[];
  readonly rejected: readonly RejectedRow[];
}

export interface RankRow extends ChipHead {
  /** Behind all that are surely better, before all that are surely worse. */
  readonly place: Ranked['place'];
  readonly runtime: string;
  /** The power mode that serves best; null: the full state. */
  readonly mode: string | null;
  readonly precision: string;
  readonly substituted: boolean;
  readonly figures: Figures;
  readonly basis: Basis | null;
  readonly fits: boolean | null;
  readonly isPareto: boolean | null;
  /** Limits that its figures keep and its ranges do not. */
  readonly open: readonly FigureName[];
}

interface RejectedRow extends ChipHead {
  readonly broken: Broken;
}

interface ChipHead {
  readonly id: string;
  readonly name: string;
  readonly class: string;
  /** Where it is used: device, cloud, … */
  readonly places: readonly string[];
  readonly status: string;
}

/** What a ranking says, without the chips' files. */
export function rankReport(
  { ranked, tied, rejected }: Ranking,
  asked: Pick<RankReport, 'path' | 'workload' | 'objective' | 'limits' | 'precisions' | 'streams'>,
): RankReport {
  return {
    schemaVersion: 1,
    ...asked,
    ranked: ranked.map(rowOf),
    best: tied.map(({ chip }) => chip.id),
    rejected: rejected.map(({ chip, broken }) => ({ ...headOf(chip), broken })),
  };
}

function headOf({ id, name, class: ofClass, place, status }: Rejected['chip']): ChipHead {
  return { id, name, class: ofClass, places: place, status };
}

function rowOf({ chip, place, runtime, precision, compute, substituted, figures, ...rest }: Ranked): RankRow {
  const { mode, basis, fits, isPareto, open } = rest;
  return {
    ...headOf(chip),
    place,
    runtime,
    mode,
    precision: precision === 'as-stored' ? compute : precision,
    substituted,
    figures: {
      latency: rangeOf(figures.latency),
      throughput: rangeOf(figures.throughput),
      tokens: rangeOf(figures.tokens),
      energy: rangeOf(figures.energy),
      watts: rangeOf(figures.watts),
      memory: rangeOf(figures.memory),
      price: rangeOf(figures.price),
    },
    basis,
    fits,
    isPareto,
    open,
  };
}

/** The range alone of an estimate. */
function rangeOf(figure: Ranged | null): Ranged | null {
  return figure && { value: figure.value, low: figure.low, high: figure.high };
}

/** How each figure is written. */
const writers: Readonly<Record<FigureName, (words: Words) => (value: number) => string>> = {
  latency: (words) => words.seconds,
  throughput: (words) => (value) => words.text('print.rank.perSecond', { rate: words.decimal(value) }),
  tokens: (words) => (value) => words.text('print.rank.perSecond', { rate: words.decimal(value) }),
  energy: (words) => words.joules,
  watts: (words) => words.watts,
  memory: (words) => words.bytes,
  price: (words) => words.decimal,
};

/** The report as two tables: the ranking, and why not the others. */
export function rankSections(report: RankReport, words: Words): Section[] {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const { ranked, rejected } = report;
  const hasPrice = report.ranked.some(({ figures }) => figures.price);
  const shown: readonly FigureName[] = [
    'latency',
    'energy',
    'throughput',
    ...(report.limits.figures?.tokens === undefined ? [] : (['tokens'] as const)),
    'watts',
    'memory',
    ...(hasPrice ? (['price'] as const) : []),
  ];
  const ranges = new Set<FigureName>(['latency', 'energy', report.objective]);
  return [
    {
      title: `${report.path}: ${words.text(`print.rank.by.${report.objective}`)}`,
      columns: [
        column(text('rank.place'), 'right'),
        column(text('chip')),
        column(text('class')),
        column(text('runtime')),
        column(text('precision')),
        ...shown.flatMap((name) => [
          column(text(`rank.figure.${name}`), 'right'),
          ...(ranges.has(name) ? [column(text('range'))] : []),
        ]),
        column(text('basis')),
        column(text('rank.pareto')),
        column(text('rank.notes')),
      ],
      rows: ranked.map((row) => [
        placeText(row),
        row.id,
        row.class,
        row.runtime,
        row.precision,
        ...shown.flatMap((name) => {
          const [figure, write] = [row.figures[name], writers[name](words)];
          const range = rangeText(figure, write, words);
          return [known(figure, ({ value }) => write(value), words), ...(ranges.has(name) ? [range] : [])];
        }),
        known(row.basis, (basis) => text(`basis.${basis}`), words),
        known(row.isPareto, (is) => (is ? text('yes') : text('no')), words),
        notesOf(row, words),
      ]),
      note: verdict(report, words),
    },
    ...(report.streams ? [streamsOf(report.streams, ranked, words)] : []),
    {
      title: text('rank.whyNot'),
      columns: [column(text('chip')), column(text('rank.reason'))],
      rows: rejected.map(({ id, broken }) => [id, reasonText(broken, words)]),
    },
  ];
}

function streamsOf(streams: StreamsAsked, ranked: readonly RankRow[], words: Words): Section {
  const rows = ranked.map(({ id, figures }) => streamsRow(id, figures.latency, streams));
  return streamsSection(streams, rows, words);
}

function placeText({ place: { best, worst } }: RankRow): string {
  return best === worst ? String(best) : `${best}–${worst}`;
}

/** What the ranking says in one sentence: which is best, or that several cannot be told apart. */
function verdict({ ranked, best }: Pick<RankReport, 'ranked' | 'best'>, words: Words): string {
  if (ranked.length === 0) return words.text('print.rank.none');
  const chips = best.join(', ');
  if (best.length > 1) return words.text('print.rank.tied', { count: best.length, chips });
  return words.text('print.rank.best', { chips });
}

export function notesOf({ mode, substituted, status, fits, open, precision }: RankRow, words: Words): string {
  const notes: string[] = [];
  if (mode !== null) notes.push(words.text('print.rank.mode', { mode }));
  if (substituted) notes.push(words.text('print.rank.substituted', { precision }));
  if (status !== 'shipping' && status !== 'own') notes.push(statusText(status, words));
  if (fits === null) notes.push(words.text('print.rank.fitUnknown'));
  for (const name of open)
    notes.push(words.text('print.rank.open', { figure: words.text(`print.rank.figure.${name}`) }));
  return notes.join('; ');
}

const statuses = ['announced', 'discontinued', 'research'] as const;

function statusText(status: string, words: Words): string {
  const named = statuses.find((one) => one === status);
  return named ? words.text(`print.rank.status.${named}`) : status;
}

/** Why a chip is no answer, in a line. */
export function reasonText(broken: Broken, words: Words): string {
  if ('is' in broken) {
    const is = broken.is.join(', ') || words.text('print.unknown');
    const wanted = broken.wanted.join(', ');
    if (broken.limit === 'status') return statusText(is, words);
    return words.text(`print.rank.broken.${broken.limit}`, { is, wanted });
  }
  if ('times' in broken && broken.limit === 'fit') {
    return broken.times === null
      ? words.text('print.rank.broken.fit')
      : words.text('print.fit.divide', { times: words.decimal(broken.times) });
  }
  if (!('value' in broken)) return words.text('print.rank.broken.whole');
  const figure = words.text(`print.rank.figure.${broken.limit}`);
  if (broken.value === null) return words.text('print.rank.broken.unknown', { figure });
  const write = writers[broken.limit](words);
  const args = {
    figure,
    value: write(broken.value),
    allowed: write(broken.allowed),
    times: words.decimal(broken.times),
  };
  return words.text(broken.isOpen ? 'print.rank.broken.open' : 'print.rank.broken.figure', args);
}

const csvColumns = [
  'chip',
  'bestPlace',
  'worstPlace',
  'class',
  'status',
  'runtime',
  'precision',
  'substituted',
  'latencySeconds',
  'latencyLow',
  'latencyHigh',
  'samplesPerSecond',
  'tokensPerSecond',
  'joules',
  'joulesLow',
  'joulesHigh',
  'ratedWatts',
  'memoryBytes',
  'price',
  'basis',
  'fits',
  'pareto',
  'mode',
  'brokenLimit',
  'brokenTimes',
] as const;

/** The rows of the report, the first of which names the columns; unknown cells are empty. */
export function rankRows({ ranked, rejected }: RankReport): readonly (readonly (string | number | null)[])[] {
  const flag = (value: boolean | null): string | null => (value === null ? null : String(value));
  return [
    csvColumns,
    ...ranked.map((row) => {
      const { latency, throughput, tokens, energy, watts, memory, price } = row.figures;
      return [
        row.id,
        row.place.best,
        row.place.worst,
        row.class,
        row.status,
        row.runtime,
        row.precision,
        String(row.substituted),
        ...cells(latency),
        throughput?.value ?? null,
        tokens?.value ?? null,
        ...cells(energy),
        watts?.value ?? null,
        memory?.value ?? null,
        price?.value ?? null,
        row.basis,
        flag(row.fits),
        flag(row.isPareto),
        row.mode,
        null,
        null,
      ];
    }),
    ...rejected.map(({ id, class: ofClass, status, broken }) => [
      id,
      ...[null, null, ofClass, status],
      ...Array<null>(csvColumns.length - 7).fill(null),
      broken.limit,
      'times' in broken ? broken.times : null,
    ]),
  ];
}

function cells(figure: Ranged | null): readonly (number | null)[] {
  return figure ? [figure.value, figure.low, figure.high] : [null, null, null];
}
