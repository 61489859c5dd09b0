import type { MeasuredSummary } from '../../server/protocol';
import { show, text, word } from '../text';
import type { Fact, TableData } from './table';

/** Sums of an imported profile beside those of the estimates. */
export function measuredFacts(measured: MeasuredSummary): Fact[] {
  const { matchedSeconds, estimatedSeconds, errors, wholeSeconds } = measured;
  const facts: Fact[] = [
    [
      text('webview.measured.profile'),
      `${measured.profile} · ${word('webview.measured.kind', measured.kind)}`,
    ],
    [
      text('webview.measured.times'),
      text('webview.measured.timesOf', {
        statistic: word('webview.measured.statistic', measured.statistic),
        runs: show.count(measured.runs),
      }),
    ],
    [
      text('webview.measured.kernels'),
      text('webview.measured.of', {
        count: show.count(measured.kernels),
        all: show.count(measured.kernels + measured.unmatchedKernels),
      }),
    ],
    [
      text('webview.measured.unmatchedRows'),
      text('webview.measured.rowsOf', {
        count: show.count(measured.unmatchedRows),
        all: show.count(measured.rows),
        time: show.seconds(measured.unmatchedSeconds),
      }),
    ],
    [text('webview.measured.allRows'), show.seconds(measured.totalSeconds)],
    [text('webview.measured.matched'), show.seconds(matchedSeconds)],
    [text('webview.measured.estimated'), show.seconds(estimatedSeconds)],
  ];
  if (wholeSeconds !== null) facts.push([text('webview.measured.whole'), show.seconds(wholeSeconds)]);
  if (errors) {
    facts.push(
      [text('webview.residuals.ratio'), show.ratio(matchedSeconds / estimatedSeconds)],
      [text('webview.measured.median'), show.percent(errors.median)],
      [text('webview.measured.p90'), show.percent(errors.p90)],
      [text('webview.measured.inside'), show.percent(errors.inside)],
    );
  }
  return facts;
}

/** A list that is opened on demand. */
export interface Gap {
  readonly title: string;
  readonly table: TableData;
}

/** Rows of the profile that belong to no kernel; null where there are none. */
export function rowsWithoutKernel(measured: MeasuredSummary): Gap | null {
  const { unmatchedRows, rowsWithoutKernel: rows } = measured;
  if (unmatchedRows === 0) return null;
  return {
    title: text('webview.measured.rowsWithoutKernel', { count: show.count(unmatchedRows) }),
    table: {
      caption: shownText(rows.length, unmatchedRows),
      columns: [text('webview.name'), text('webview.nodes.operator'), text('webview.residuals.measured')],
      numeric: [2],
      rows: rows.map(({ name, operator, seconds }) => ({
        cells: [name, operator ?? '–', show.seconds(seconds)],
      })),
    },
  };
}

/** Kernels that the profile has no time for; null where there are none. */
export function kernelsWithoutRow(measured: MeasuredSummary): Gap | null {
  const { unmatchedKernels, kernelsWithoutRow: kernels } = measured;
  if (unmatchedKernels === 0) return null;
  return {
    title: text('webview.measured.kernelsWithoutRow', { count: show.count(unmatchedKernels) }),
    table: {
      caption: shownText(kernels.length, unmatchedKernels),
      columns: [text('webview.kernel'), text('webview.residuals.estimated')],
      numeric: [1],
      rows: kernels.map(({ node, label, estimate }) => ({
        node,
        cells: [label, show.seconds(estimate?.value)],
      })),
    },
  };
}

function shownText(shown: number, all: number): string {
  return shown < all
    ? text('webview.measured.shown', { shown: show.count(shown), all: show.count(all) })
    : '';
}
