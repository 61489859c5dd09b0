import type { Neighbourhood } from '../../server/protocol';
import { boxHeight, boxOf, boxWidth } from '../content/graph';
import { shape } from '../svg';
import { color } from '../theme';
import type { LaidOut } from './layout';

/** Draws nodes as boxes and values as arrows; who may do what with a box is the caller's. */
export function graphPicture(
  around: Neighbourhood,
  { width, height, places, lines }: LaidOut,
  label: string,
): { readonly root: SVGSVGElement; readonly boxes: ReadonlyMap<number, SVGGElement> } {
  const arrow = shape(
    'marker',
    { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
    shape('path', { d: 'M0,0 L8,4 L0,8 Z', class: 'head' }),
  );
  const boxes = new Map(
    around.nodes.map((node) => {
      const { x, y } = places.get(node.node) ?? { x: 0, y: 0 };
      const box = boxElement(boxOf(node, around), node.node === around.node);
      box.setAttribute('transform', `translate(${x - boxWidth / 2},${y - boxHeight / 2})`);
      return [node.node, box];
    }),
  );
  const root = shape(
    'svg',
    { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': label },
    shape('defs', {}, arrow),
    lines.map(({ edge, points }) =>
      shape(
        'path',
        {
          class: 'edge',
          d: points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${x},${y}`).join(' '),
          'marker-end': 'url(#arrow)',
        },
        shape('title', {}, `${edge.value} ${edge.shape}`),
      ),
    ),
    [...boxes.values()],
  );
  return { root, boxes };
}

function boxElement(
  { node, operator, name, cost, hidden, share, paint, spoken }: ReturnType<typeof boxOf>,
  isCenter: boolean,
): SVGGElement {
  return shape(
    'g',
    {
      class: isCenter ? 'box center' : 'box',
      role: 'button',
      tabindex: isCenter ? 0 : -1,
      'aria-label': spoken,
      'aria-current': String(isCenter),
      'data-node': node,
    },
    shape('title', {}, spoken),
    shape('rect', { class: 'frame', width: boxWidth, height: boxHeight, rx: 3 }),
    shape('rect', { width: 4, height: boxHeight, fill: color(paint) }),
    shape('rect', {
      y: boxHeight - 4,
      x: 4,
      width: Math.round((boxWidth - 4) * Math.min(1, share)),
      height: 4,
      fill: color(paint),
    }),
    shape('text', { class: 'operator', x: 12, y: 17 }, operator),
    shape('text', { class: 'hidden-count', x: boxWidth - 6, y: 17, 'text-anchor': 'end' }, hidden),
    shape('text', { x: 12, y: 33 }, name),
    shape('text', { x: 12, y: 49 }, cost),
  );
}
