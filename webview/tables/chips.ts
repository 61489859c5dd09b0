import type { Summary } from '../../server/protocol';
import { chipsData } from '../content/chips';
import { button, element } from '../dom';
import { text } from '../text';
import { table } from './table';

/** Chips side by side; the chosen one is what the charts show. */
export function chipTable(summary: Summary, chosen: string, choose: (chip: string) => void): HTMLElement {
  const choice = (label: string, id: string | undefined) =>
    id === undefined
      ? label
      : button(label, () => choose(id), { class: 'link', 'aria-pressed': String(id === chosen) });
  return element(
    'section',
    { class: 'chips', id: 'chips' },
    element('h2', {}, text('webview.chips.title')),
    table(chipsData(summary), (_row, label, index) => choice(label, summary.chips[index]?.id)),
  );
}
