import type { Summary, SummaryChip } from '../server/protocol';
import { chipFacts } from './content/facts';
import { modelName } from './content/header';
import { levelBars, type LevelBar } from './content/levels';
import {
  chipLines,
  chipsNote,
  costliestData,
  highShare,
  memoryMeter,
  type ChipLine,
  type Meter,
  type PanelOrder,
} from './content/panel';
import { spreadLine } from './content/spread';
import { shortSuggestions } from './content/suggestions';
import { termed } from './content/terms';
import { button, element, titled } from './dom';
import { problems, workload } from './header';
import { command, remember, state, useChip } from './host';
import { runPage, type View } from './page';
import { table } from './tables/table';
import { timeBar } from './tables/timeBar';
import { explainTerms } from './terms';
import { text } from './text';

runPage(panelView);
explainTerms();

/** What to do next, with the way to do it. */
function nextSteps(summary: Summary): HTMLElement | null {
  const data = shortSuggestions(summary);
  if (!data) return null;
  const more = button(text('webview.suggestions.show'), () => command('showSuggestions'));
  return element('section', { class: 'suggestions' }, table(data), more);
}

/** The side panel: the chosen chips in a line each, the costliest nodes of the first one, and what to do with it. */
function panelView(summary: Summary, rerender: () => void): View {
  const first = summary.chips[0];
  const rows = new Map<number, HTMLElement>();
  const root = element(
    'div',
    { class: 'panel' },
    element('h1', {}, modelName(summary.model)),
    workload(summary),
    chipsTable(summary, rerender),
    first && levels(first),
    first ? costliest(first, rows) : button(text('webview.chooseChips'), () => command('chooseChips')),
    nextSteps(summary),
    first && chipCard(first, summary),
    problems(summary),
    element(
      'p',
      {},
      button(text('webview.openReport'), () => command('openReport')),
    ),
  );
  return {
    root,
    draw: () => {},
    highlight: (node) =>
      rows.forEach((row, index) => {
        row.classList.toggle('highlighted', index === node);
        row.setAttribute('aria-current', String(index === node));
      }),
    dispose: () => {},
  };
}

const columns: readonly (readonly [PanelOrder | null, 'chip' | 'time' | 'fits' | 'next'])[] = [
  ['name', 'chip'],
  ['time', 'time'],
  ['fits', 'fits'],
  [null, 'next'],
];

/** The chosen chips, a line each; a header sorts, and once more brings back the order in which they were chosen. */
function chipsTable(summary: Summary, rerender: () => void): HTMLElement | null {
  const note = chipsNote(summary);
  if (note === null) return null;
  const order = state().panel ?? 'chosen';
  const sortBy = (panel: PanelOrder): void => {
    remember({ panel: panel === order ? 'chosen' : panel });
    rerender();
  };
  const headers = columns.map(([by, name]) => {
    const { label, term } = termed(`webview.chips.${name}`);
    const isSorted = by === order;
    return element(
      'div',
      { role: 'columnheader', 'aria-sort': isSorted ? 'ascending' : 'none', class: name },
      by
        ? button(isSorted ? `${label} ▲` : label, () => sortBy(by), {
            class: 'link',
            'data-term': term ?? undefined,
          })
        : titled({ label, term }),
    );
  });
  return element(
    'section',
    { class: 'own', id: 'own' },
    element(
      'div',
      { class: 'lines', role: 'table', 'aria-label': text('webview.panel.chips') },
      element('div', { class: 'line header', role: 'row' }, headers),
      chipLines(summary, order).map(chipRow),
    ),
    summary.own.outside.map(({ name, reason }) =>
      element('p', { class: 'note' }, text('webview.own.outside', { chip: name, reason })),
    ),
    element(
      'p',
      { class: 'note' },
      note,
      ' ',
      button(text('webview.findChip'), () => command('findChip'), { class: 'link' }),
    ),
  );
}

function chipRow({ id, isFirst, name, place, time, title, share, fits, next }: ChipLine): HTMLElement {
  const action = isFirst
    ? button(next ?? text('webview.own.next'), () => command('showSuggestions'), {
        class: 'link',
        title: next ?? '',
      })
    : button(text('webview.own.makeFirst'), () => useChip(id), { class: 'link' });
  const cell = (column: string, title: string, ...content: (Node | string | null)[]): HTMLElement =>
    element('div', { role: 'cell', class: column, title: title || undefined }, content);
  return element(
    'div',
    { class: 'line', role: 'row', 'data-chip': id },
    cell('chip', name, element('span', { class: 'place' }, place), name),
    cell('time', title, time, timeBar(share)),
    cell('fits', '', fits),
    cell('next', '', action),
  );
}

/** A bar for each memory of the chip. */
function levels(chip: SummaryChip): HTMLElement | null {
  const bars = levelBars(chip);
  if (bars.length === 0) return null;
  return element(
    'section',
    { class: 'levels', id: 'levels', 'aria-label': text('webview.levels.title', { chip: chip.name }) },
    bars.map((bar) => element('div', {}, element('span', { class: 'name' }, bar.name), meter(bar))),
  );
}

/** All figures of a chip; they stay open once they were opened. */
function chipCard(chip: SummaryChip, summary: Summary): HTMLElement {
  const details = element(
    'details',
    {
      class: 'card',
      'data-chip': chip.id,
      open: state().isCardOpen === true,
      toggle: () => remember({ isCardOpen: details.open }),
    },
    element('summary', {}, text('webview.panel.details', { chip: chip.name })),
    chip.spread && element('p', {}, spreadLine(chip.spread)),
    meter(memoryMeter(chip)),
    element(
      'dl',
      {},
      chipFacts(chip, summary.workload).flatMap(([name, value]) => [
        element('dt', {}, titled(name)),
        element('dd', {}, value),
      ]),
    ),
  );
  return details;
}

function meter(
  data: (Pick<Meter, 'value' | 'text'> & Partial<Pick<LevelBar, 'name' | 'isAlarming'>>) | null,
): HTMLElement | null {
  if (!data) return null;
  if (data.value === null) return element('div', { class: 'meter' }, data.text);
  return element(
    'div',
    { class: 'meter' },
    element('meter', {
      min: 0,
      max: 1,
      high: data.isAlarming === false ? 1 : highShare,
      value: data.value,
      'aria-label': data.name ?? text('webview.chips.memoryUse'),
    }),
    element('span', {}, data.text),
  );
}

function costliest(chip: SummaryChip, rows: Map<number, HTMLElement>): HTMLElement {
  const data = costliestData(chip);
  const made = table(data);
  made.querySelectorAll<HTMLElement>('tbody tr').forEach((row, index) => {
    const node = data.rows[index]?.node;
    if (node !== undefined) rows.set(node, row);
  });
  return element('section', { id: 'costliest' }, made);
}
