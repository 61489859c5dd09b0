import type { NodeRow, Summary, SummaryChip } from '../server/protocol';
import { barChart, boxChart, scatterChart, stackChart, type ChartView } from './charts/chart';
import { lanesPicture } from './charts/lanes';
import { arenaData } from './content/arena';
import { bandwidthData } from './content/bandwidthBars';
import { barsQuery } from './content/bars';
import { answerLines } from './content/answer';
import { chosenChip } from './content/chips';
import { chipFacts } from './content/facts';
import { levelsData } from './content/levels';
import { memoryData } from './content/memory';
import { hasPhases } from './content/phases';
import { energyBars } from './content/energyBars';
import { rooflineData } from './content/roofline';
import { sharesData } from './content/shares';
import { devicesData, memoryLanes, partsData, spreadLine, stepLanes } from './content/spread';
import { suggestionsData } from './content/suggestions';
import { timeData } from './content/timeBars';
import { trafficData } from './content/traffic';
import { button, element, refill, titled } from './dom';
import { glossary } from './glossary';
import { header, problems } from './header';
import { command, explain, remember, requestRows, state } from './host';
import { measuredView } from './measured';
import { runPage, type View } from './page';
import { QuestionBar } from './question';
import { chipTable } from './tables/chips';
import { energyTable } from './tables/energy';
import { nodeTable } from './tables/nodes';
import { table } from './tables/table';
import { explainTerms } from './terms';
import { phasesView } from './phases';
import { text } from './text';
import { whatIf } from './whatIf';

const question = new QuestionBar();

runPage(reportView);
explainTerms();

/** The full report of one model: chips side by side, then charts and tables of the chosen one. */
function reportView(summary: Summary, rerender: () => void): View {
  const chip = chosenChip(summary.chips, state().chip);
  if (!chip) return emptyView(summary);
  const nodes = nodeTable(summary, chip);
  const bars = element('div', { class: 'pair' });
  const measured = measuredView(chip);
  const asked = [...(hasPhases(summary) ? [phasesView(summary)] : []), whatIf(summary)];
  const charts = pictures(summary, chip);
  const root = element(
    'div',
    { class: 'report' },
    header(summary),
    questions(summary),
    answer(summary, chip, (id) => {
      remember({ chip: id });
      rerender();
    }),
    nextSteps(summary),
    asked.map(({ root }) => root),
    element('h2', { class: 'chosen' }, text('webview.onChip', { chip: chip.name })),
    facts(chip, summary),
    levels(chip),
    shared(chip),
    charts.map((chart) => chart.root),
    measured?.root,
    bars,
    shares(chip),
    nodes.root,
    energyTable(summary),
    problems(summary),
    glossary(),
    actions(),
  );
  for (const chart of [...asked, ...(measured?.charts ?? [])]) charts.push(chart);
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
    draw: () => {
      question.restoreFocus();
      charts.forEach((chart) => chart.draw());
    },
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

function questions(summary: Summary): HTMLElement {
  question.show(summary);
  return question.root;
}

/** What there is to say at once: sentences, then the chips side by side. */
function answer(summary: Summary, { id }: SummaryChip, choose: (chip: string) => void): HTMLElement {
  return element(
    'section',
    { class: 'answer', id: 'answer' },
    element('h2', {}, text('webview.answer.title')),
    answerLines(summary).map((line) => element('p', {}, line)),
    chipTable(summary, id, choose),
  );
}

/** All figures of the chip, which a narrow page has no columns for. */
function facts(chip: SummaryChip, { workload }: Summary): HTMLElement {
  return element(
    'section',
    { class: 'figures' },
    element(
      'dl',
      { class: 'facts' },
      chipFacts(chip, workload).map(([name, value]) =>
        element('div', {}, element('dt', {}, titled(name)), element('dd', {}, value)),
      ),
    ),
    button(text('webview.explain'), () => explain(null, chip.id), { class: 'link' }),
  );
}

/** What becomes of the model in each memory of the chip. */
function levels(chip: SummaryChip): HTMLElement | null {
  const data = levelsData(chip);
  return data && element('section', { id: 'levels' }, table(data));
}

/** How equal devices share the model: layers and memory by device, and one step. */
function shared(chip: SummaryChip): HTMLElement | null {
  const { spread } = chip;
  if (!spread) return null;
  return element(
    'section',
    { class: 'spread', id: 'spread' },
    element('h2', {}, text('webview.spread.title')),
    element('p', {}, spreadLine(spread)),
    table(devicesData(spread, chip)),
    table(partsData(spread)),
    lanesPicture(memoryLanes(spread, chip)),
    lanesPicture(stepLanes(spread)),
  );
}

/** What to do next, with the way to do it. */
function nextSteps(summary: Summary): HTMLElement | null {
  const data = suggestionsData(summary);
  if (!data) return null;
  const more = button(text('webview.suggestions.show'), () => command('showSuggestions'));
  const title = element('h2', {}, text('webview.doThis'));
  return element('section', { class: 'suggestions', id: 'suggestions' }, title, table(data), more);
}

/** The report while no chip is chosen. */
function emptyView(summary: Summary): View {
  const choose = button(text('webview.chooseChips'), () => command('chooseChips'));
  const root = element(
    'div',
    { class: 'report' },
    header(summary),
    questions(summary),
    element('p', {}, text('webview.noChips'), ' ', choose),
  );
  return { root, draw: () => {}, highlight: () => {}, dispose: () => {} };
}

function actions(): HTMLElement {
  return element(
    'footer',
    {},
    button(text('webview.export'), () => command('exportReport')),
    ' ',
    button(text('webview.import'), () => command('importProfile')),
  );
}

/** The charts that are drawn from what the summary carries. */
function pictures({ workload }: Summary, chip: SummaryChip): ChartView[] {
  const roofline = rooflineData(chip);
  const memory = memoryData(chip, workload.phase);
  const energy = energyBars(chip);
  const arena = arenaData(chip);
  return [
    ...(memory ? [stackChart(memory)] : []),
    ...(arena ? [boxChart(arena)] : []),
    ...trafficData(chip).map(stackChart),
    ...(roofline ? [scatterChart(roofline)] : []),
    ...(energy ? [barChart(energy)] : []),
  ];
}

/** The bar charts, in the order in which they are shown. */
const barCharts = [timeData, bandwidthData];

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
  const charts = barCharts.map((data) => barChart(data(chip, rows)));
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
