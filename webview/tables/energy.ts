import type { Summary } from '../../server/protocol';
import { carbonText, energyData } from '../content/energy';
import { element } from '../dom';
import { text } from '../text';
import { table } from './table';

/** Energy, performance per watt and per area, and carbon of the chips side by side. */
export function energyTable(summary: Summary): HTMLElement {
  return element(
    'section',
    // It scrolls sideways, and nothing in it takes the focus.
    { class: 'energy', id: 'energy', tabindex: 0, 'aria-label': text('webview.energy.title') },
    element('h2', {}, text('webview.energy.title')),
    table(energyData(summary)),
    element('p', { class: 'note' }, carbonText(summary)),
  );
}
