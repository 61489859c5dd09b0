import type { MeasuredSummary } from '../../server/protocol';
import { show, text, word } from '../text';
import type { Fact, TableData } from './table';
import { termed } from './terms';

/** Sums of an imported profile beside those of the estimates. */
export function measuredFacts(measured: MeasuredSummary): Fact[] {
  const { matchedSeconds, estimatedSeconds, errors, wholeSeconds } = measured;
  const facts: Fact[] = [
    [
      termed('webview.measured.profile'),
      `${measured.profile} · ${word('webview.measured.kind', measured.kind)}`,
    ],
    [
      termed('webview.measured.times'),
      text('webview.measured.timesOf', {
        statistic: word('webview.measured.statistic', measured.statistic),
        runs: show.count(measured.runs),
      }),
    ],
    [
      termed('webview.measured.kernels'),
      text('webview.measured.of', {
        count: show.count(measured.kernels),
        all: show.count(measured.kernels + measured.unmatchedKernels),
      }),
    ],
    [
      termed('webview.measured.unmatchedRows'),
      text('webview.measured.rowsOf', {
        count: show.count(measured.unmatchedRows),
        all: show.count(measured.rows),
        time: show.seconds(measured.unmatchedSeconds),
      }),
    ],
    [termed('webview.measured.allRows'), show.seconds(measured.totalSeconds)],
    [termed('webview.measured.matched'), show.seconds(matchedSeconds)],
    [termed('webview.measured.estimated'), show.seconds(estimatedSeconds)],
  ];
  if (wholeSeconds !== null) facts.push([termed('webview.measured.whole'), show.seconds(wholeSeconds)]);
  if (errors) {
    facts.push(
      [termed('webview.residuals.ratio'), show.ratio(matchedSeconds / estimatedSeconds)],
      [termed('webview.measured.median'), show.percent(errors.median)],
      [termed('webview.measured.p90'), show.percent(errors.p90)],
      [termed('webview.measured.inside'), show.percent(errors.inside)],
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
      columns: [
        termed('webview.name'),
        termed('webview.nodes.operator'),
        termed('webview.residuals.measured'),
      ],
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
      columns: [termed('webview.kernel'), termed('webview.residuals.estimated')],
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
