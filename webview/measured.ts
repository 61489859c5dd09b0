import type { MeasuredSummary, SummaryChip } from '../server/protocol';
import { residuals } from './charts/residuals';
import type { ChartView } from './charts/chart';
import { button, element, table } from './dom';
import { command, reveal } from './host';
import { show, text, word } from './text';

/** What an imported profile says, beside the estimates: sums, the residual plot, and what has no counterpart. */
export interface MeasuredView {
  readonly root: HTMLElement;
  readonly charts: readonly ChartView[];
}

export function measuredView(chip: SummaryChip): MeasuredView | null {
  const { measured } = chip;
  if (!measured) return null;
  const charts = measured.points.length > 0 ? [residuals(measured, chip.name)] : [];
  const root = element(
    'section',
    { id: 'measured' },
    element('h2', {}, text('webview.measured.title')),
    measured.remarks.map((remark) => element('p', { class: 'note warning' }, remark)),
    facts(measured),
    charts.map((chart) => chart.root),
    withoutKernel(measured),
    withoutRow(measured),
    element(
      'p',
      {},
      button(text('webview.measured.remove'), () => command('removeProfile')),
    ),
  );
  return { root, charts };
}

function facts(measured: MeasuredSummary): HTMLElement {
  const { matchedSeconds, estimatedSeconds, errors, runs } = measured;
  const rows: [string, string][] = [
    [
      text('webview.measured.profile'),
      `${measured.profile} · ${word('webview.measured.kind', measured.kind)}`,
    ],
    [
      text('webview.measured.times'),
      text('webview.measured.timesOf', {
        statistic: word('webview.measured.statistic', measured.statistic),
        runs: show.count(runs),
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
  if (measured.wholeSeconds !== null)
    rows.push([text('webview.measured.whole'), show.seconds(measured.wholeSeconds)]);
  if (errors) {
    rows.push(
      [text('webview.residuals.ratio'), show.ratio(matchedSeconds / estimatedSeconds)],
      [text('webview.measured.median'), show.share(errors.median)],
      [text('webview.measured.p90'), show.share(errors.p90)],
      [text('webview.measured.inside'), show.share(errors.inside)],
    );
  }
  return element(
    'dl',
    { class: 'facts' },
    rows.map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value))),
  );
}

function withoutKernel({ unmatchedRows, rowsWithoutKernel }: MeasuredSummary): HTMLElement | null {
  if (unmatchedRows === 0) return null;
  const title = text('webview.measured.rowsWithoutKernel', { count: show.count(unmatchedRows) });
  return element(
    'details',
    { class: 'twin' },
    element('summary', {}, title),
    table(
      shownText(rowsWithoutKernel.length, unmatchedRows),
      [text('webview.name'), text('webview.nodes.operator'), text('webview.residuals.measured')],
      rowsWithoutKernel.map(({ name, operator, seconds }) => [name, operator ?? '–', show.seconds(seconds)]),
      [2],
    ),
  );
}

function withoutRow({ unmatchedKernels, kernelsWithoutRow }: MeasuredSummary): HTMLElement | null {
  if (unmatchedKernels === 0) return null;
  const title = text('webview.measured.kernelsWithoutRow', { count: show.count(unmatchedKernels) });
  return element(
    'details',
    { class: 'twin' },
    element('summary', {}, title),
    table(
      shownText(kernelsWithoutRow.length, unmatchedKernels),
      [text('webview.kernel'), text('webview.residuals.estimated')],
      kernelsWithoutRow.map(({ node, label, estimate }) => [
        button(label, () => reveal(node), { class: 'link' }),
        show.seconds(estimate?.value),
      ]),
      [1],
    ),
  );
}

function shownText(shown: number, all: number): string {
  return shown < all
    ? text('webview.measured.shown', { shown: show.count(shown), all: show.count(all) })
    : '';
}
