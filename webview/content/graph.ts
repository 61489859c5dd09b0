import type { GraphNode, Neighbourhood } from '../../server/protocol';
import { shorten, show, text, timeOf, word } from '../text';
import { nameOf } from './nodes';
import { boundLooks, marks, type Paint } from './paint';
import type { TableData } from './table';
import { untermed } from './terms';

/** Pixels of a node's box, and letters that a line of it holds. */
export const boxWidth = 180;
export const boxHeight = 58;
const lineLetters = 25;

/** What the box of a node says. */
export interface Box {
  readonly node: number;
  readonly operator: string;
  readonly name: string;
  /** Time, share and, by a sign and a word, what bounds it. */
  readonly cost: string;
  /** Neighbours that are not in the picture; empty without any. */
  readonly hidden: string;
  /** Of the time of a run, 0..1. */
  readonly share: number;
  readonly paint: Paint;
  /** All of it, for who doesn't see the picture. */
  readonly spoken: string;
}

/** Of how far the picture goes, from and to. */
export const leastRadius = 1;
export const mostRadius = 8;

export function boxOf(node: GraphNode, { edges }: Neighbourhood): Box {
  const { operator, share, bound, hidden } = node;
  const { paint, shape } = boundLooks[bound];
  const [time, part, why] = [timeOf(node), show.percent(share), word('webview.bound', bound)];
  const inputs = edges.filter(({ to }) => to === node.node).length;
  const outputs = edges.filter(({ from }) => from === node.node).length;
  return {
    node: node.node,
    operator: shorten(operator, lineLetters),
    name: shorten(nameOf(node), lineLetters),
    // Of what a runtime dispatches nothing for, as in the listing.
    cost: bound === 'none' ? '–' : shorten(`${marks[shape]} ${time} · ${part} ${why}`, lineLetters + 4),
    hidden: hidden > 0 ? `+${show.count(hidden)}` : '',
    share: share ?? 0,
    paint,
    spoken: text('webview.graph.spoken', {
      ...{ operator, name: nameOf(node), time, share: part, bound: why },
      ...{ inputs: show.count(inputs), outputs: show.count(outputs), hidden: show.count(hidden) },
    }),
  };
}

/** The same as a table: each node with what it reads from and what reads it. */
export function graphTable(around: Neighbourhood): TableData {
  const names = new Map(around.nodes.map((node) => [node.node, nameOf(node)]));
  const listed = (nodes: readonly number[]): string => nodes.map((node) => names.get(node) ?? '').join(', ');
  return {
    caption: text('webview.graph.table', { chip: around.chip ?? text('webview.unknown') }),
    columns: (['node', 'operator', 'time', 'share', 'bound', 'from', 'to'] as const).map((name) =>
      untermed(text(`webview.graph.column.${name}`)),
    ),
    numeric: [2, 3],
    rows: around.nodes.map(({ node, operator, share, bound, shape, ...time }) => ({
      node,
      title: `${operator} ${shape}`,
      cells: [
        names.get(node) ?? '',
        operator,
        timeOf(time),
        show.percent(share),
        word('webview.bound', bound),
        listed(around.edges.filter(({ to }) => to === node).map(({ from }) => from)),
        listed(around.edges.filter(({ from }) => from === node).map(({ to }) => to)),
      ],
    })),
  };
}

/** What there is to say above the picture. */
export function graphNote({ left }: Neighbourhood): string {
  const more = left > 0 ? [text('webview.graph.left', { count: show.count(left) })] : [];
  return [...more, text('webview.graph.keys')].join(' ');
}

/** Where boxes stand: their centres. */
export type Places = ReadonlyMap<number, { readonly x: number; readonly y: number }>;

/** The node that an arrow key leads to: down and up along edges to the nearest, aside to the next box of the row; null: none. */
export function stepFrom(node: number, key: string, { edges }: Neighbourhood, places: Places): number | null {
  const here = places.get(node);
  if (!here) return null;
  const aside = (sign: 1 | -1): number[] =>
    [...places].flatMap(([other, { x, y }]) => (y === here.y && (x - here.x) * sign > 0 ? [other] : []));
  const candidates = new Map([
    ['ArrowDown', () => edges.filter(({ from }) => from === node).map(({ to }) => to)],
    ['ArrowUp', () => edges.filter(({ to }) => to === node).map(({ from }) => from)],
    ['ArrowRight', () => aside(1)],
    ['ArrowLeft', () => aside(-1)],
  ]);
  const distance = (other: number): number => {
    const there = places.get(other);
    return there ? Math.hypot(there.x - here.x, there.y - here.y) : Infinity;
  };
  const reached = candidates.get(key)?.() ?? [];
  return reached.reduce<number | null>(
    (best, other) => (best === null || distance(other) < distance(best) ? other : best),
    null,
  );
}
