import type { Summary } from '../../server/protocol';
import { energyOf, show, summed, text } from '../text';
import type { TableData } from './table';
import { termed } from './terms';

/** Energy, performance per watt and per area, and carbon of the chips side by side. */
export function energyData({ chips }: Summary): TableData {
  const headers = [
    'chip',
    'energy',
    'parts',
    'power',
    'perWatt',
    'samplesPerJoule',
    'perArea',
    'perThousand',
    'carbon',
  ] as const;
  return {
    caption: text('webview.energy.caption'),
    columns: headers.map((header) => termed(`webview.energy.${header}`)),
    numeric: [1, 3, 4, 5, 6, 7, 8],
    rows: chips.map(({ name, total, efficiency }) => ({
      cells: [
        name,
        summed(total.joules, show.joules),
        energyOf(total.joulesParts),
        show.watts(efficiency.watts),
        show.operationsPerJoule(efficiency.operationsPerJoule),
        efficiency.samplesPerJoule === null
          ? text('webview.unknown')
          : show.decimal(efficiency.samplesPerJoule),
        show.operationsPerSecondPerSquareMillimetre(efficiency.operationsPerSecondPerSquareMillimetre),
        show.wattHours(efficiency.wattHoursPerThousandRequests?.value),
        show.grams(efficiency.gramsCo2PerThousandRequests?.value),
      ],
    })),
  };
}

/** At which grid intensity carbon was counted, or why it was not. */
export function carbonText({ carbonIntensity }: Summary): string {
  return carbonIntensity === null
    ? text('webview.energy.carbonUnset')
    : text('webview.energy.carbonOf', { grams: show.decimal(carbonIntensity) });
}
