import type { NodeRow, Summary, SummaryChip } from '../server/protocol';
import { bandwidthByNode, timeByNode } from './charts/bars';
import type { ChartView } from './charts/chart';
import { memoryOverTime } from './charts/memory';
import { roofline } from './charts/roofline';
import { button, element, refill, table } from './dom';
import { header, problems } from './header';
import { command, remember, requestRows, state } from './host';
import { measuredView } from './measured';
import { runPage, type View } from './page';
import { chipTable } from './tables/chips';
import { energyTable } from './tables/energy';
import { nodeTable } from './tables/nodes';
import { show, text, word } from './text';

const barRows = 30;

runPage(reportView);

/** The full report of one model: chips side by side, then charts and tables of the chosen one. */
function reportView(summary: Summary, rerender: () => void): View {
  const chip = summary.chips.find(({ id }) => id === state().chip) ?? summary.chips[0];
  const charts: ChartView[] = [];
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
  if (chip.points.length > 0) charts.push(roofline(chip));
  if (chip.memory.points.length > 0) charts.push(memoryOverTime(chip, summary.workload.phase));
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

/** The bar charts need the costliest rows, which the summary does not carry. */
async function addBars(
  summary: Summary,
  chip: SummaryChip,
  place: HTMLElement,
): Promise<readonly ChartView[]> {
  let rows: readonly NodeRow[];
  try {
    const params = { sort: 'seconds', descending: true, filter: '', from: 0, count: barRows } as const;
    rows = (await requestRows({ revision: summary.revision, chip: chip.id, ...params })).rows;
  } catch (error) {
    place.replaceChildren(element('p', { class: 'error' }, (error as Error).message));
    return [];
  }
  const charts = [timeByNode(chip, rows), bandwidthByNode(chip, rows)];
  refill(
    place,
    charts.map((chart) => chart.root),
  );
  return charts;
}

/** Time by operator, module and bound as small tables. */
function shares(chip: SummaryChip): HTMLElement {
  const total = chip.total.latencySeconds?.value ?? 0;
  const groups = [
    ['webview.byOperator', chip.byOperator, (name: string) => name],
    ['webview.byScope', chip.byScope, (name: string) => name],
    ['webview.byBound', chip.byBound, (name: string) => word('webview.bound', name)],
  ] as const;
  return element(
    'section',
    { class: 'shares', id: 'shares' },
    groups
      .filter(([, entries]) => entries.length > 0)
      .map(([title, entries, name]) =>
        table(
          text(title),
          [text('webview.name'), text('webview.time'), text('webview.share'), text('webview.nodeCount')],
          [...entries]
            .sort((a, b) => b.seconds - a.seconds)
            .slice(0, 12)
            .map((entry) => [
              name(entry.name),
              show.seconds(entry.seconds),
              total > 0 ? show.share(entry.seconds / total) : text('webview.unknown'),
              show.count(entry.nodes),
            ]),
          [1, 2, 3],
        ),
      ),
  );
}
