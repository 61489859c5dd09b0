import type { MeasuredGroup, Report, ReportChip, ReportMeasured } from '../types';
import { column, type Column, type Section } from './section';
import { known, type PrintName, type Words } from './words';

type MeasuredName = PrintName extends infer K ? (K extends `measured.${infer Name}` ? Name : never) : never;

/** Rows of the table of what matches nothing. */
const mostUnmatched = 20;

/** How a profile compares with the estimates, and what of it has no place; nothing where none was imported. */
export function measuredSections(report: Report, chip: ReportChip, words: Words): Section[] {
  const { measured } = chip;
  if (!measured) return [];
  const sections = [summarySection(chip, measured, words)];
  const rows = measured.unmatchedRows;
  if (rows.length > 0) {
    const shown = rows
      .slice(0, mostUnmatched)
      .map(({ name, operator, seconds }) => [name, operator ?? '', words.seconds(seconds)]);
    sections.push(listSection('unmatchedRows', shown, rows.length, chip, words));
  }
  const kernels = measured.unmatchedKernels;
  if (kernels.length > 0) {
    const shown = kernels.slice(0, mostUnmatched).map((index) => {
      const kernel = chip.kernels[index];
      const node = report.nodes[kernel?.nodes[0] ?? -1];
      const seconds = kernel?.seconds ? words.seconds(kernel.seconds.value) : words.text('print.unknown');
      return [node?.name ?? '', node?.operator ?? '', seconds];
    });
    sections.push(listSection('unmatchedKernels', shown, kernels.length, chip, words));
  }
  return sections;
}

function listSection(
  title: 'unmatchedRows' | 'unmatchedKernels',
  rows: readonly (readonly string[])[],
  count: number,
  chip: ReportChip,
  words: Words,
): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  return {
    title: words.text(`print.section.measured.${title}`, { chip: chip.id }),
    columns: [column(text('name')), column(text('operator')), column(text('time'), 'right')],
    rows,
    ...(count > rows.length
      ? { note: words.text('print.more', { count: words.count(count - rows.length) }) }
      : {}),
  };
}

function summarySection(chip: ReportChip, measured: ReportMeasured, words: Words): Section {
  const text = (key: MeasuredName, args?: Readonly<Record<string, string | number>>): string =>
    words.text(`print.measured.${key}`, args);
  const { matchedSeconds, estimatedSeconds, errors } = measured;
  const rows = [
    [text('profile'), text(`kind.${measured.kind}`, { file: measured.profile })],
    [text('rows'), words.count(measured.rows)],
    [text('runs'), runsText(measured, words)],
    [text('total'), known(measured.totalSeconds, words.seconds, words)],
    [text('whole'), known(measured.wholeSeconds, words.seconds, words)],
    [text('matched'), text('matchedOf', countsOf(measured, words))],
    [text('measured'), words.seconds(matchedSeconds)],
    [text('estimated'), words.seconds(estimatedSeconds)],
  ];
  if (errors) {
    rows.push(
      [text('ratio'), ratioText(matchedSeconds / estimatedSeconds, words)],
      [text('median'), words.percent(errors.median)],
      [text('p90'), words.percent(errors.p90)],
      [text('inside'), words.percent(errors.inside)],
    );
  }
  return {
    title: words.text('print.section.measured', { chip: chip.id }),
    columns: [column(words.text('print.what')), column(words.text('print.value'))],
    rows,
  };
}

/** `fastest of 7`. */
function runsText({ statistic, runs }: ReportMeasured, words: Words): string {
  return words.text(`print.measured.statistic.${statistic}`, {
    runs: runs === null ? words.text('print.unknown') : words.count(runs),
  });
}

function countsOf(
  measured: ReportMeasured,
  words: Words,
): { readonly kernels: string; readonly all: string } {
  const kernels = measured.groups.reduce((count, group) => count + group.kernels.length, 0);
  return { kernels: words.count(kernels), all: words.count(kernels + measured.unmatchedKernels.length) };
}

/** Columns of the node table for a chip with a profile. */
export function measuredColumns(chip: ReportChip, words: Words): Column[] {
  if (!chip.measured) return [];
  return (['measured', 'ratio'] as const).map((key) => column(words.text(`print.measured.${key}`), 'right'));
}

/** A node's cells of {@link measuredColumns}: those of its kernel at the node that stands for it, else where they stand. */
export function measuredCells(report: Report, chip: ReportChip, node: number, words: Words): string[] {
  if (!chip.measured) return [];
  const group = measuredGroups(chip).get(chip.nodes[node]?.kernel ?? -1);
  if (!group) return [words.text('print.unknown'), words.text('print.unknown')];
  if (group.node !== node) {
    const line = report.nodes[group.node]?.line;
    const shared =
      line === null || line === undefined
        ? words.text('print.measured.withNode', { node: group.node })
        : words.text('print.measured.withLine', { line });
    return [shared, ''];
  }
  const ratio = group.ratio === null ? words.text('print.unknown') : ratioText(group.ratio, words);
  return [words.seconds(group.seconds), ratio];
}

/** `×1.4`. */
function ratioText(ratio: number, words: Words): string {
  return `×${words.decimal(ratio)}`;
}

const byKernel = new WeakMap<ReportMeasured, Map<number, MeasuredGroup>>();

/** What was measured on a chip by index of the kernel. */
function measuredGroups({ measured }: Pick<ReportChip, 'measured'>): ReadonlyMap<number, MeasuredGroup> {
  if (!measured) return new Map();
  let map = byKernel.get(measured);
  if (!map) {
    const entries = measured.groups.flatMap((group) =>
      group.kernels.map((kernel) => [kernel, group] as const),
    );
    byKernel.set(measured, (map = new Map(entries)));
  }
  return map;
}
