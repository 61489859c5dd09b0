import { appendAll } from '../../lists';
import { column, type Section } from '../print/section';
import type { PrintName, Words } from '../print/words';
import {
  changeText,
  figureText,
  metricText,
  movedText,
  nodeText,
  nodeWriter,
  placeText,
  summaryText,
  writerOf,
} from './texts';
import type { CheckModel, CheckPlace, CheckReport, CheckVerdict } from './types';

/** Nodes that a table lists. */
const mostNodes = 10;

/** A verdict with the model and the place that it is of. */
export interface Judged {
  readonly model: CheckModel;
  readonly place: CheckPlace;
  readonly verdict: CheckVerdict;
}

/** All verdicts of a report in its order. */
export function judgedIn({ models }: CheckReport): Judged[] {
  return models.flatMap((model) =>
    model.places.flatMap((place) => place.verdicts.map((verdict) => ({ model, place, verdict }))),
  );
}

/** How many verdicts there are of each kind. */
function countsIn(report: CheckReport): Readonly<Record<CheckVerdict['status'], number>> {
  const counts = { kept: 0, exceeded: 0, unknown: 0, new: 0 };
  for (const { verdict } of judgedIn(report)) counts[verdict.status]++;
  return counts;
}

/** Whether the nodes of a place are worth a table: something fails there, or something moved. */
export function tellsNodes({ verdicts, changes }: CheckPlace): boolean {
  return changes.length > 0 || verdicts.some(({ fails }) => fails);
}

/** The report as tables: what was held against what, then the nodes of what moved or failed. */
export function checkSections(report: CheckReport, words: Words): Section[] {
  const sections: Section[] = [verdictSection(report, words)];
  if (faultRows(report, words).length > 0) sections.push(faultSection(report, words));
  for (const model of report.models)
    appendAll(
      sections,
      model.places.filter(tellsNodes).map((place) => nodeSection(model, place, words)),
    );
  return sections;
}

function verdictSection(report: CheckReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  return {
    title: text(report.holds ? 'check.holds' : 'check.fails'),
    columns: [
      column(text('check.status')),
      column(text('check.path')),
      column(text('check.place')),
      column(text('check.figure')),
      column(text('check.now'), 'right'),
      column(text('check.most'), 'right'),
      ...(report.baseline
        ? [column(text('check.before'), 'right'), column(text('check.moved'), 'right')]
        : []),
      column(text('check.budget')),
    ],
    rows: judgedIn(report).map(({ model, place, verdict }) => [
      text(`check.status.${verdict.status}`),
      model.path,
      placeText(place, words),
      metricText(verdict, words),
      figureText(verdict.figure, verdict.metric, words),
      verdict.most === null ? text('unknown') : writerOf(verdict.metric, words)(verdict.most),
      ...(report.baseline
        ? [
            figureText(verdict.before, verdict.metric, words),
            movedText(verdict.before, verdict.figure, words),
          ]
        : []),
      `${place.budget} (${report.budget}:${verdict.line})`,
    ]),
    note: noteOf(report, words),
  };
}

/** How many limits are kept, and what was compared with. */
export function noteOf(report: CheckReport, words: Words): string {
  const { baseline } = report;
  const counts = summaryText(countsIn(report), words);
  const none = words.text('print.check.nothing');
  if (!baseline) return counts || none;
  const { name, commit, tool } = baseline;
  const of = commit === null ? name : `${name} (${commit.slice(0, 12)})`;
  const against = words.text('print.check.against', { baseline: of });
  const other =
    tool === report.tool.version ? [] : [words.text('print.check.tool', { tool, now: report.tool.version })];
  return [counts || none, against, ...other].join('. ');
}

/** What stood in the way: models that could not be read, globs that name none. */
export function faultRows(report: CheckReport, words: Words): string[][] {
  const rows = report.models.flatMap(({ path, error, baselineError, remarks }) => [
    ...(error === null ? [] : [[path, error]]),
    ...(baselineError === null
      ? []
      : [[path, words.text('print.check.baselineError', { message: baselineError })]]),
    ...remarks.map((remark) => [path, remark]),
  ]);
  const globs = report.unmatched.map(({ glob, line }) => [
    `${report.budget}:${line}`,
    words.text('print.check.unmatched', { glob }),
  ]);
  return [...rows, ...globs];
}

function faultSection(report: CheckReport, words: Words): Section {
  return {
    title: words.text('print.check.faults'),
    columns: [column(words.text('print.check.path')), column(words.text('print.check.message'))],
    rows: faultRows(report, words),
  };
}

/** The nodes that changed most, or without a baseline the dearest ones. */
export function nodeSection(
  model: Pick<CheckModel, 'path'>,
  place: Pick<CheckPlace, 'chip' | 'system' | 'runtime' | 'changes' | 'moreChanges' | 'dearest'>,
  words: Words,
): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const write = nodeWriter(place, words);
  const title = `${model.path} · ${placeText(place, words)}`;
  const line = (value: number | null): string => (value === null ? '' : String(value));
  const cost = (value: number | null): string => (value === null ? text('none') : write(value));
  if (place.changes.length === 0)
    return {
      title: words.text('print.check.dearest', { title }),
      columns: [
        column(text('node')),
        column(text('check.operator')),
        column(text('check.shape')),
        column(text('check.line'), 'right'),
        column(text('check.cost'), 'right'),
      ],
      rows: place.dearest
        .slice(0, mostNodes)
        .map((row) => [nodeText(row), row.operator, row.shape, line(row.line), cost(row.cost)]),
    };
  const more = place.moreChanges + Math.max(0, place.changes.length - mostNodes);
  return {
    title: words.text('print.check.changes', { title }),
    columns: [
      column(text('node')),
      column(text('check.operator')),
      column(text('check.shape')),
      column(text('check.line'), 'right'),
      column(text('check.before'), 'right'),
      column(text('check.now'), 'right'),
      column(text('check.change'), 'right'),
      column(text('check.kind')),
    ],
    rows: place.changes
      .slice(0, mostNodes)
      .map((row) => [
        nodeText(row),
        row.operator,
        row.shape,
        line(row.line),
        cost(row.before),
        cost(row.after),
        changeText(row, write),
        text(`check.kind.${row.kind}`),
      ]),
    ...(more > 0 && { note: words.text('print.check.more', { count: words.count(more) }) }),
  };
}
