import type { NodeRow, Summary, SummaryChip } from '../server/protocol';
import { barChart, scatterChart, stackChart, type ChartView } from './charts/chart';
import { bandwidthData, barsQuery, timeData } from './content/bars';
import { chosenChip } from './content/chips';
import { memoryData } from './content/memory';
import { rooflineData } from './content/roofline';
import { sharesData } from './content/shares';
import { button, element, refill } from './dom';
import { header, problems } from './header';
import { command, remember, requestRows, state } from './host';
import { measuredView } from './measured';
import { runPage, type View } from './page';
import { chipTable } from './tables/chips';
import { energyTable } from './tables/energy';
import { nodeTable } from './tables/nodes';
import { table } from './tables/table';
import { text } from './text';

runPage(reportView);

/** The full report of one model: chips side by side, then charts and tables of the chosen one. */
function reportView(summary: Summary, rerender: () => void): View {
  const chip = chosenChip(summary.chips, state().chip);
  const root = element('div', { class: 'report' }, header(summary));
  if (!chip) {
    root.append(
      element(
        'p',
        {},
        text('webview.noChips'),
        ' ',
        button(text('webview.chooseChips'), () => command('chooseChips')),
      ),
    );
    return { root, draw: () => {}, highlight: () => {}, dispose: () => {} };
  }
  const choose = (id: string) => {
    remember({ chip: id });
    rerender();
  };
  const nodes = nodeTable(summary, chip);
  const bars = element('div', { class: 'pair' });
  const measured = measuredView(chip);
  const charts = pictures(summary, chip);
  root.append(
    chipTable(summary, chip.id, choose),
    energyTable(summary),
    element('h2', { class: 'chosen' }, text('webview.onChip', { chip: chip.name })),
  );
  for (const chart of charts) root.append(chart.root);
  if (measured) root.append(measured.root);
  const noted = problems(summary);
  root.append(
    bars,
    shares(chip),
    nodes.root,
    ...(noted ? [noted] : []),
    element(
      'footer',
      {},
      button(text('webview.export'), () => command('exportReport')),
      ' ',
      button(text('webview.import'), () => command('importProfile')),
    ),
  );
  for (const chart of measured?.charts ?? []) charts.push(chart);
  let disposed = false;
  void addBars(summary, chip, bars).then((added) => {
    if (disposed) return;
    for (const chart of added) {
      charts.push(chart);
      chart.draw();
    }
  });
  return {
    root,
    draw: () => charts.forEach((chart) => chart.draw()),
    highlight: (node) => {
      charts.forEach((chart) => chart.highlight(node));
      nodes.highlight(node);
    },
    dispose: () => {
      disposed = true;
      charts.forEach((chart) => chart.dispose());
    },
  };
}

/** The charts that are drawn from what the summary carries. */
function pictures({ workload }: Summary, chip: SummaryChip): ChartView[] {
  const roofline = rooflineData(chip);
  const memory = memoryData(chip, workload.phase);
  return [...(roofline ? [scatterChart(roofline)] : []), ...(memory ? [stackChart(memory)] : [])];
}

/** The bar charts need the costliest rows, which the summary does not carry. */
async function addBars(
  summary: Summary,
  chip: SummaryChip,
  place: HTMLElement,
): Promise<readonly ChartView[]> {
  let rows: readonly NodeRow[];
  try {
    rows = (await requestRows(barsQuery(summary, chip))).rows;
  } catch (error) {
    place.replaceChildren(element('p', { class: 'error' }, (error as Error).message));
    return [];
  }
  const charts = [barChart(timeData(chip, rows)), barChart(bandwidthData(chip, rows))];
  refill(
    place,
    charts.map((chart) => chart.root),
  );
  return charts;
}

/** Time by operator, module and bound as small tables. */
function shares(chip: SummaryChip): HTMLElement {
  return element(
    'section',
    { class: 'shares', id: 'shares' },
    sharesData(chip).map((data) => table(data)),
  );
}
