import type { Summary, SummaryChip } from '../server/protocol';
import { modelName } from './content/header';
import { chipFacts, costliestData, highShare, memoryMeter, ownData, type Meter } from './content/panel';
import { shortSuggestions } from './content/suggestions';
import { button, element } from './dom';
import { problems, workload } from './header';
import { command, useChip } from './host';
import { runPage, type View } from './page';
import { table } from './tables/table';
import { text } from './text';

runPage(panelView);

/** What to do next, with the way to do it. */
function nextSteps(summary: Summary): HTMLElement | null {
  const data = shortSuggestions(summary);
  if (!data) return null;
  const more = button(text('webview.suggestions.show'), () => command('showSuggestions'));
  return element('section', { class: 'suggestions' }, table(data), more);
}

/** The side panel: totals, memory against capacity and the ten costliest nodes of the first chip. */
function panelView(summary: Summary): View {
  const first = summary.chips[0];
  const rows = new Map<number, HTMLElement>();
  const root = element(
    'div',
    { class: 'panel' },
    element('h1', {}, modelName(summary.model)),
    workload(summary),
    ownChips(summary),
    summary.chips.map((chip) => chipCard(chip, summary)),
    nextSteps(summary),
    first ? costliest(first, rows) : button(text('webview.chooseChips'), () => command('chooseChips')),
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

/** The best of the chosen chips, with the way to what can be done. */
function ownChips(summary: Summary): HTMLElement | null {
  const data = ownData(summary);
  if (!data) return null;
  return element(
    'section',
    { class: 'own', id: 'own' },
    element('h2', {}, text('webview.own.title')),
    element(
      'ol',
      {},
      data.rows.map(({ id, isFirst, place, name, time, fit }) =>
        element(
          'li',
          { 'data-chip': id },
          element('span', { class: 'place' }, place),
          element('span', { class: 'what' }, `${name}: ${time} · ${fit}`),
          isFirst
            ? button(text('webview.own.next'), () => command('showSuggestions'), { class: 'link' })
            : button(text('webview.own.makeFirst'), () => useChip(id), { class: 'link' }),
        ),
      ),
    ),
    summary.own.outside.map(({ name, reason }) =>
      element('p', { class: 'note' }, text('webview.own.outside', { chip: name, reason })),
    ),
    element(
      'p',
      { class: 'note' },
      data.note,
      ' ',
      button(text('webview.findChip'), () => command('findChip'), { class: 'link' }),
    ),
  );
}

function chipCard(chip: SummaryChip, summary: Summary): HTMLElement {
  return element(
    'section',
    { class: 'card', 'data-chip': chip.id },
    element('h2', {}, chip.name),
    meter(memoryMeter(chip)),
    element(
      'dl',
      {},
      chipFacts(chip, summary.workload).flatMap(([term, value]) => [
        element('dt', {}, term),
        element('dd', {}, value),
      ]),
    ),
  );
}

function meter(data: Meter | null): HTMLElement | null {
  if (!data) return null;
  if (data.value === null) return element('div', { class: 'meter' }, data.text);
  return element(
    'div',
    { class: 'meter' },
    element('meter', {
      min: 0,
      max: 1,
      high: highShare,
      value: data.value,
      'aria-label': text('webview.chips.memoryUse'),
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
