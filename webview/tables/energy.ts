import type { Summary } from '../../server/protocol';
import { element, table } from '../dom';
import { show, text } from '../text';

/** Energy, performance per watt and per area, and carbon of the chips side by side. */
export function energyTable({ chips, carbonIntensity }: Summary): HTMLElement {
  const headers = [
    'chip',
    'energy',
    'power',
    'perWatt',
    'samplesPerJoule',
    'perArea',
    'perThousand',
    'carbon',
  ];
  return element(
    'section',
    { class: 'energy', id: 'energy' },
    element('h2', {}, text('webview.energy.title')),
    table(
      text('webview.energy.caption'),
      headers.map((header) => text(`webview.energy.${header}` as Parameters<typeof text>[0])),
      chips.map(({ name, total, efficiency }) => [
        name,
        show.energy(total.joules?.value),
        show.power(efficiency.watts),
        show.perWatt(efficiency.operationsPerJoule),
        efficiency.samplesPerJoule === null
          ? text('webview.unknown')
          : show.decimal(efficiency.samplesPerJoule),
        show.perArea(efficiency.operationsPerSecondPerSquareMillimetre),
        show.wattHours(efficiency.wattHoursPerThousandRequests?.value),
        show.grams(efficiency.gramsCo2PerThousandRequests?.value),
      ]),
      [1, 2, 3, 4, 5, 6, 7],
    ),
    element(
      'p',
      { class: 'note' },
      carbonIntensity === null
        ? text('webview.energy.carbonUnset')
        : text('webview.energy.carbonOf', { grams: show.decimal(carbonIntensity) }),
    ),
  );
}
