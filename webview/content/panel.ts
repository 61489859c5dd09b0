import type { NodeRow, Summary, SummaryChip } from '../../server/protocol';
import { range, show, summed, text, timeOf, word } from '../text';
import { fits, timeShares, withKnown } from './chips';
import { nameOf } from './nodes';
import type { TableData } from './table';
import { termed } from './terms';

/** By what the chips of the panel are in order: as they were chosen, or by a column. */
export type PanelOrder = 'chosen' | 'name' | 'time' | 'fits';

/** A chosen chip in a line. */
export interface ChipLine {
  readonly id: string;
  readonly isFirst: boolean;
  readonly name: string;
  /** Its place by time, where it is among the best; empty elsewhere. */
  readonly place: string;
  readonly time: string;
  /** What else there is to say of the time. */
  readonly title: string;
  /** Of the time of the slowest, 0..1. */
  readonly share: number | null;
  readonly fits: string;
  /** What is best done next; null where only the first chip has suggestions. */
  readonly next: string | null;
}

/** The chosen chips, a line each. */
export function chipLines(summary: Summary, order: PanelOrder): ChipLine[] {
  const { chips, own, suggestions } = summary;
  const shares = timeShares(chips);
  const places = new Map(own.best.map(({ id, place: { best, worst } }) => [id, { best, worst }]));
  const [suggestion] = suggestions;
  const lines = chips.map((chip, index): ChipLine & { readonly at: readonly [string, number, number] } => {
    const { latencySeconds } = chip.total;
    const { best, worst } = places.get(chip.id) ?? {};
    const { fits: verdict } = chip.memory;
    return {
      id: chip.id,
      isFirst: index === 0,
      name: chip.name,
      place: best === undefined ? '' : best === worst ? String(best) : `${best}–${worst}`,
      time: summed(latencySeconds, show.seconds),
      title: latencySeconds && !latencySeconds.isLowerBound ? range(latencySeconds) : '',
      share: shares[index]!,
      fits: fitsShort(chip),
      next: index === 0 && suggestion ? `${suggestion.change} ${suggestion.saving}` : null,
      at: [chip.name, latencySeconds?.value ?? Infinity, verdict === null ? 1 : verdict ? 0 : 2],
    };
  });
  return inOrder(lines, order);
}

function inOrder<T extends { readonly at: readonly [string, number, number] }>(
  lines: readonly T[],
  order: PanelOrder,
): T[] {
  if (order === 'name') return [...lines].sort((a, b) => (a.at[0] < b.at[0] ? -1 : 1));
  if (order === 'chosen') return [...lines];
  const key = order === 'time' ? 1 : 2;
  return [...lines].sort((a, b) => (a.at[key] === b.at[key] ? 0 : a.at[key] - b.at[key]));
}

/** Whether it fits, and how much of what can be had it takes. */
function fitsShort(chip: SummaryChip): string {
  const { fits: verdict, highWaterBytes, usableBytes } = chip.memory;
  const known = verdict !== null && highWaterBytes !== null && usableBytes !== null && usableBytes > 0;
  const short = verdict === null ? text('webview.unknown') : text(`webview.fits.${verdict ? 'yes' : 'no'}`);
  return known ? `${short} · ${show.percent(highWaterBytes / usableBytes)}` : short;
}

/** How many chips there are to compare; null without any. */
export function chipsNote({ chips }: Summary): string | null {
  if (chips.length === 0) return null;
  return chips.length < 3 ? text('webview.own.few', { count: chips.length }) : text('webview.panel.places');
}

/** Memory against capacity, in words beside a bar; words alone where the need is unknown. */
export interface Meter {
  /** 0..1; null: no bar. */
  readonly value: number | null;
  readonly text: string;
}

/** From this share on the bar warns. */
export const highShare = 0.9;

export function memoryMeter({ memory }: SummaryChip): Meter | null {
  const { highWaterBytes, usableBytes, fitsUnknown, streamedBytes } = memory;
  if (fitsUnknown === 'training' || fitsUnknown === 'partial') return { value: null, text: fits(memory) };
  if (highWaterBytes === null || usableBytes === null) return null;
  // Of weights that are streamed as many stay as there is room for.
  const held = streamedBytes > 0 ? Math.min(highWaterBytes, usableBytes) : highWaterBytes;
  const share = usableBytes > 0 ? held / usableBytes : null;
  return {
    value: Math.min(1, share ?? 1),
    text: `${share === null ? '>100%' : show.percent(share)} · ${fits(memory)}`,
  };
}

/** The ten costliest nodes of a chip. */
export function costliestData(chip: SummaryChip): TableData {
  return {
    caption: withKnown(chip, text('webview.costliest', { chip: chip.name })),
    columns: [
      termed('webview.node'),
      termed('webview.time'),
      termed('webview.share'),
      termed('webview.bound'),
    ],
    numeric: [1, 2],
    wide: [3],
    rows: chip.costliest.map((row) => ({
      node: row.node,
      title: titleOf(row),
      cells: [nameOf(row), timeOf(row), show.percent(row.share), word('webview.bound', row.bound)],
    })),
  };
}

function titleOf(row: NodeRow): string {
  return `${nameOf(row)}\n${row.operator} ${row.shape}`;
}
