import type { JoulesParts } from '../../server/engine/cost/types';
import type { SummaryChip } from '../../server/protocol';
import { show, summed, text } from '../text';
import type { BarsData } from './chart';
import type { Paint } from './paint';
import { termed } from './terms';

const paints: Readonly<Record<keyof JoulesParts, Paint>> = {
  compute: 'charts-blue',
  memory: 'charts-orange',
  link: 'charts-green',
  idle: 'charts-purple',
};
const order = ['compute', 'memory', 'link', 'idle'] as const;

/** What the energy of a run goes to, a bar each; null where that is unknown. */
export function energyBars({ name, total }: SummaryChip): BarsData | null {
  const { joules, joulesParts } = total;
  const whole = joules?.value ?? null;
  if (whole === null || !joulesParts) return null;
  const title = text('webview.energyParts.title');
  const shown = order.map((part) => {
    const label = text(`webview.energyParts.${part}`);
    const value = joulesParts[part];
    const share = whole > 0 ? show.percent(value / whole) : text('webview.unknown');
    return { part, label, value, share };
  });
  return {
    id: 'energy-parts',
    title,
    summary: text('webview.energyParts.summary', { chip: name, energy: summed(joules, show.joules) }),
    height: 160,
    legend: [],
    table: {
      caption: title,
      columns: [termed('webview.energyParts.part'), termed('webview.energy.energy'), termed('webview.share')],
      numeric: [1, 2],
      rows: shown.map(({ label, value, share }) => ({ cells: [label, show.joules(value), share] })),
    },
    bars: shown.map(({ part, label, value, share }) => ({
      node: null,
      label,
      value,
      paint: paints[part],
      tip: [label, `${show.joules(value)} · ${share}`],
    })),
    axis: { title: text('webview.energy.energy'), tick: show.joules },
    limit: null,
  };
}
