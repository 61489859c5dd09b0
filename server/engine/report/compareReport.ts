import type { PrecisionPolicy } from '../workload';
import { nodeSection } from './check/sections';
import { figureText, metricText, movedText, placeText } from './check/texts';
import type { CheckPlace, CheckTotal } from './check/types';
import { column, type Section } from './print/section';
import type { PrintName, Words } from './print/words';

/** One model, revision, chip or precision against another, by what it costs. */
export interface CompareReport {
  readonly schemaVersion: 1;
  readonly tool: { readonly version: string };
  readonly before: CompareSide;
  readonly after: CompareSide;
  readonly places: readonly ComparePlace[];
}

/** One of the two. */
export interface CompareSide {
  /** The file, as it was named. */
  readonly path: string;
  /** Hash of the commit that it is read from; null: it is the file itself. */
  readonly commit: string | null;
  readonly precision: PrecisionPolicy;
  /** Digest of what was read of it. */
  readonly contentHash: string;
}

/** Both by themselves (`chip` null), or on a chip. */
interface ComparePlace extends Pick<CheckPlace, 'chip' | 'runtime' | 'totals' | 'changes' | 'moreChanges'> {
  /** What the first one ran on. */
  readonly chipBefore: string | null;
  readonly runtimeBefore: string | null;
}

/** The figures that moved, place by place, then the nodes behind them. */
export function compareSections(report: CompareReport, words: Words): Section[] {
  const sections = [totalSection(report, words)];
  for (const place of report.places)
    if (place.changes.length > 0)
      sections.push(nodeSection({ path: report.after.path }, { ...place, system: null, dearest: [] }, words));
  return sections;
}

function totalSection({ before, after, places }: CompareReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const changes = places.reduce((sum, place) => sum + place.changes.length + place.moreChanges, 0);
  return {
    title: words.text('print.compare.title', { before: sideText(before), after: sideText(after) }),
    columns: [
      column(text('check.place')),
      column(text('check.figure')),
      column(text('check.before'), 'right'),
      column(text('check.now'), 'right'),
      column(text('check.moved'), 'right'),
    ],
    rows: places.flatMap((place) =>
      place.totals.map((total) => [
        onText(place, words),
        metricText(total, words),
        figureText(total.before, total.metric, words),
        figureText(total.now, total.metric, words),
        movedText(total.before, total.now, words),
      ]),
    ),
    ...(changes === 0 && { note: text('compare.same') }),
  };
}

/** `model.onnx (1234567890ab, int8)` */
function sideText({ path, commit, precision }: CompareSide): string {
  const more = [commit?.slice(0, 12), precision === 'as-stored' ? undefined : precision];
  const said = more.filter((one) => one !== undefined).join(', ');
  return said === '' ? path : `${path} (${said})`;
}

function onText({ chip, chipBefore, runtime, runtimeBefore }: ComparePlace, words: Words): string {
  const now = placeText({ chip, system: null, runtime }, words);
  const then = placeText({ chip: chipBefore, system: null, runtime: runtimeBefore }, words);
  return then === now ? now : words.text('print.compare.places', { before: then, after: now });
}

const totalColumns = [
  'chipBefore',
  'chip',
  'figure',
  'level',
  'before',
  'after',
  'beforeIsLeast',
  'afterIsLeast',
];

/** A row for each figure, in SI units. */
export function compareRows({ places }: CompareReport): (string | number | null)[][] {
  const cells = ({ metric, level, before, now }: CheckTotal): (string | number | null)[] => [
    metric,
    level,
    before?.value ?? null,
    now.value,
    String(before?.isLowerBound ?? false),
    String(now.isLowerBound),
  ];
  const rows = places.flatMap(({ chip, chipBefore, totals }) =>
    totals.map((total) => [chipBefore, chip, ...cells(total)]),
  );
  return [totalColumns, ...rows];
}
