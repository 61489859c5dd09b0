import type { ActiveElement, Chart, ChartType } from 'chart.js';
import { reveal } from '../host';
import type { Picture } from './picture';

/** Takes a key that was pressed on a picture; null: the picture lost the focus. */
export type Walk = (event: Pick<KeyboardEvent, 'key' | 'preventDefault'> | null) => void;

const steps = new Map([
  ['ArrowRight', 1],
  ['ArrowDown', 1],
  ['ArrowLeft', -1],
  ['ArrowUp', -1],
]);

/**
 * Arrow keys go from element to element, from left to right or from the top down, and bring up what the pointer would; Enter goes
 * to the line of its node, Home and End to the first and the last one.
 * @param tell gets what is said of the element, for readers who do not see it
 */
export function walkOver<T extends ChartType>(
  chart: Chart<T>,
  picture: Pick<Picture<T>, 'nodeAt' | 'along'>,
  tell: (said: string) => void,
): Walk {
  let at = -1;
  const show = (active: ActiveElement[]): void => {
    chart.setActiveElements(active);
    chart.tooltip?.setActiveElements(active, { x: active[0]?.element.x ?? 0, y: active[0]?.element.y ?? 0 });
    chart.update('none');
    tell((chart.tooltip?.body ?? []).flatMap(({ lines }) => lines).join(', '));
  };
  return (event) => {
    if (event === null) {
      if (at >= 0) show([]);
      at = -1;
      return;
    }
    const all = elementsOf(chart, picture);
    if (event.key === 'Enter') {
      const reached = all[at];
      const node = reached ? picture.nodeAt(reached.datasetIndex, reached.index) : null;
      if (node !== null) reveal(node);
      return;
    }
    const step = steps.get(event.key);
    const wanted = event.key === 'Home' ? 0 : event.key === 'End' ? all.length - 1 : step && at + step;
    if (wanted === undefined || all.length === 0) return;
    event.preventDefault();
    at = Math.min(Math.max(wanted, 0), all.length - 1);
    show([all[at]!]);
  };
}

/** What stands for a node, in the order in which it stands in the picture. */
function elementsOf<T extends ChartType>(
  chart: Chart<T>,
  { nodeAt, along }: Pick<Picture<T>, 'nodeAt' | 'along'>,
): ActiveElement[] {
  const all: ActiveElement[] = [];
  for (const { index: datasetIndex, data } of chart.getSortedVisibleDatasetMetas())
    for (const [index, element] of data.entries())
      if (nodeAt(datasetIndex, index) !== null) all.push({ datasetIndex, index, element });
  const other = along === 'x' ? 'y' : 'x';
  return all.sort((a, b) => a.element[along] - b.element[along] || a.element[other] - b.element[other]);
}
