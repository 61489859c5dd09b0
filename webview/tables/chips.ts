import type { Summary } from '../../server/protocol';
import { chipsData, timeShares } from '../content/chips';
import { button, element } from '../dom';
import { table } from './table';
import { timeBar } from './timeBar';

/** Chips side by side; the chosen one is what the charts show. */
export function chipTable(summary: Summary, chosen: string, choose: (chip: string) => void): HTMLElement {
  const choice = (label: string, id: string | undefined) =>
    id === undefined
      ? label
      : button(label, () => choose(id), { class: 'link', 'aria-pressed': String(id === chosen) });
  const made = table(chipsData(summary), (_row, label, index) => choice(label, summary.chips[index]?.id));
  const shares = timeShares(summary.chips);
  made.querySelectorAll('tbody tr').forEach((row, index) => {
    const bar = timeBar(shares[index]!);
    if (bar) row.children[1]?.append(bar);
  });
  return element('section', { class: 'chips', id: 'chips' }, made);
}
