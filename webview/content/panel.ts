import type { NodeRow, Summary, SummaryChip } from '../../server/protocol';
import { range, shorten, show, summed, text, word } from '../text';
import { basisOf, fits, memoryUse, mostly, runtimeOf, throughputOf, withKnown } from './chips';
import { nameOf } from './nodes';
import type { Fact, TableData } from './table';

const longestName = 21;

/** What the side panel says of a chip. */
export function chipFacts(chip: SummaryChip, workload: Summary['workload']): Fact[] {
  const { latencySeconds, io, startSeconds } = chip.total;
  const facts: Fact[] = [
    [
      text('webview.chips.latency'),
      latencySeconds && !latencySeconds.isLowerBound
        ? `${show.seconds(latencySeconds.value)} (${range(latencySeconds)})`
        : summed(latencySeconds, show.seconds),
    ],
  ];
  if (chip.measured) facts.push([text('webview.measured.allRows'), show.seconds(chip.measured.totalSeconds)]);
  facts.push(
    [text('webview.chips.basis'), word('webview.basis', basisOf(chip))],
    [text('webview.chips.throughput'), throughputOf(chip)],
    [text('webview.chips.energy'), energyOf(chip)],
    [text('webview.chips.io'), show.seconds(io.seconds)],
    [text('webview.chips.start'), show.seconds(startSeconds)],
    [text('webview.chips.memoryUse'), memoryUse(chip)],
    [text('webview.chips.mostly'), mostly(chip)],
    [text('webview.chips.runtime'), runtimeOf(chip, workload)],
  );
  const { cache, training } = chip.memory;
  if (cache) facts.push([text('webview.chips.cache'), word('webview.cache', cache)]);
  for (const fact of training ? trainingFacts(training) : []) facts.push(fact);
  const { resident } = chip.memory;
  if (resident) {
    const [first, steady] = [resident.firstBytes, resident.steadyBytes].map(show.bytes);
    facts.push([
      text('webview.chips.resident'),
      text('webview.resident', { first: first!, steady: steady! }),
    ]);
  }
  return facts;
}

/** How it is trained, and what that takes besides the weights. */
function trainingFacts(training: NonNullable<SummaryChip['memory']['training']>): [string, string][] {
  const { peak, savedBytes } = training;
  const facts: [string, string][] = [[text('webview.chips.training'), training.label]];
  if (savedBytes !== null) facts.push([text('webview.training.saved'), show.bytes(savedBytes)]);
  if (!peak) return facts;
  const value = text('webview.training.statesValue', {
    gradients: show.bytes(peak.gradients),
    optimizer: show.bytes(peak.optimizer),
    master: show.bytes(peak.master),
  });
  return [...facts, [text('webview.training.states'), value]];
}

/** Joules of a run, and of 1,000 requests in watt-hours and, at the user's grid intensity, in grams. */
function energyOf({ total, efficiency }: SummaryChip): string {
  const { wattHoursPerThousandRequests, gramsCo2PerThousandRequests } = efficiency;
  const run = summed(total.joules, show.joules);
  if (!wattHoursPerThousandRequests) return run;
  const energy = show.wattHours(wattHoursPerThousandRequests.value);
  if (!gramsCo2PerThousandRequests) return text('webview.energy.runAndThousand', { run, energy });
  const grams = show.grams(gramsCo2PerThousandRequests.value);
  return text('webview.energy.runAndCarbon', { run, energy, grams });
}

/** One of the best of the chosen chips, and what can be done with it. */
export interface OwnRow {
  readonly id: string;
  readonly isFirst: boolean;
  readonly place: string;
  readonly name: string;
  readonly time: string;
  readonly fit: string;
}

/** The best of the chosen chips by time; null where there is nothing to compare. */
export function ownData({
  own,
  chips,
}: Summary): { readonly note: string; readonly rows: readonly OwnRow[] } | null {
  const count = chips.length;
  if (count === 0) return null;
  const shown = own.best.length;
  const counted = text('webview.own.caption', { shown, count });
  return {
    note: count < 3 ? text('webview.own.few', { count }) : counted,
    rows: own.best.map(({ id, name, place: { best, worst }, seconds, fits: is }) => ({
      id,
      isFirst: id === chips[0]?.id,
      place: best === worst ? String(best) : `${best}–${worst}`,
      name,
      time: `${show.seconds(seconds.value)} (${range(seconds)})`,
      fit: is === null ? text('webview.unknown') : text(is ? 'webview.fits.yes' : 'webview.fits.no'),
    })),
  };
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
    columns: [text('webview.node'), text('webview.time'), text('webview.share'), text('webview.bound')],
    numeric: [1, 2],
    rows: chip.costliest.map((row) => ({
      node: row.node,
      title: titleOf(row),
      cells: [
        shorten(nameOf(row), longestName),
        show.seconds(row.seconds?.value),
        show.percent(row.share),
        word('webview.bound', row.bound),
      ],
    })),
  };
}

function titleOf(row: NodeRow): string {
  return `${nameOf(row)}\n${row.operator} ${row.shape}`;
}
