import type { SummaryChip } from '../../server/protocol';
import { show, text } from '../text';
import type { BoxesData } from './chart';
import type { Paint } from './paint';
import { termed } from './terms';

/** Neighbours differ in colour; it says nothing else. */
const paints: readonly Paint[] = ['charts-blue', 'charts-orange', 'charts-green', 'charts-purple'];

/** What the runtime's allocator planned to lie where, over time; null where it plans nothing. */
export function arenaData({ name, memory: { arena } }: SummaryChip): BoxesData | null {
  if (!arena || arena.boxes.length === 0) return null;
  const { bytes, steps, boxes, more } = arena;
  const title = text('webview.arena.title');
  const said = text('webview.arena.summary', { chip: name, bytes: show.bytes(bytes) });
  return {
    id: 'arena',
    title,
    summary: more > 0 ? `${said} ${text('webview.arena.more', { count: show.count(more) })}` : said,
    term: 'plannedMemory',
    height: 320,
    legend: [],
    table: {
      caption: title,
      columns: [
        termed('webview.arena.value'),
        termed('webview.arena.offset'),
        termed('webview.arena.size'),
        termed('webview.arena.from'),
        termed('webview.arena.to'),
      ],
      numeric: [1, 2, 3, 4],
      rows: boxes.map((box) => ({
        ...(box.node !== null && { node: box.node }),
        cells: [
          box.name,
          show.bytes(box.offset),
          show.bytes(box.bytes),
          show.count(box.from + 1),
          show.count(box.to + 1),
        ],
      })),
    },
    boxes: boxes.map((box, index) => ({
      node: box.node,
      paint: paints[index % paints.length]!,
      x: [box.from, box.to + 1],
      y: [box.offset, box.offset + box.bytes],
      tip: [
        box.name,
        `${show.bytes(box.bytes)} @ ${show.bytes(box.offset)}`,
        text('webview.arena.alive', { from: show.count(box.from + 1), to: show.count(box.to + 1) }),
      ],
    })),
    x: { title: text('webview.arena.x'), most: steps, tick: show.count },
    y: { title: text('webview.arena.y'), most: bytes, tick: show.bytes },
  };
}
