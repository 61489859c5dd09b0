import type { SummaryChip } from '../server/protocol';
import { scatterChart, type ChartView } from './charts/chart';
import { kernelsWithoutRow, measuredFacts, rowsWithoutKernel, type Gap } from './content/measured';
import { residualsData } from './content/residuals';
import { button, element, titled } from './dom';
import { command } from './host';
import { table } from './tables/table';
import { text } from './text';

/** What an imported profile says, beside the estimates: sums, the residual plot, and what has no counterpart. */
export interface MeasuredView {
  readonly root: HTMLElement;
  readonly charts: readonly ChartView[];
}

export function measuredView({ name, measured }: SummaryChip): MeasuredView | null {
  if (!measured) return null;
  const data = residualsData(measured, name);
  const charts = data ? [scatterChart(data)] : [];
  const root = element(
    'section',
    { id: 'measured' },
    element('h2', {}, text('webview.measured.title')),
    measured.remarks.map((remark) => element('p', { class: 'note warning' }, remark)),
    element(
      'dl',
      { class: 'facts' },
      measuredFacts(measured).map(([name, value]) =>
        element('div', {}, element('dt', {}, titled(name)), element('dd', {}, value)),
      ),
    ),
    charts.map((chart) => chart.root),
    gap(rowsWithoutKernel(measured)),
    gap(kernelsWithoutRow(measured)),
    element(
      'p',
      {},
      button(text('webview.measured.remove'), () => command('removeProfile')),
    ),
  );
  return { root, charts };
}

function gap(data: Gap | null): HTMLElement | null {
  return data && element('details', { class: 'twin' }, element('summary', {}, data.title), table(data.table));
}
