import type { ModelOnChip, Summary, SummaryChip } from '../../server/protocol';
import { between, range, show, summed, text, word } from '../text';
import type { TableData } from './table';
import { termed } from './terms';

/** The chip whose charts and tables are shown: the one that was chosen last, else the first. */
export function chosenChip(
  chips: readonly SummaryChip[],
  chosen: string | undefined,
): SummaryChip | undefined {
  return chips.find(({ id }) => id === chosen) ?? chips[0];
}

/** What decides comes first and is there in narrow pages too. */
const deciding = ['chip', 'latency', 'fits', 'memoryUse'] as const;
const further = ['range', 'basis', 'throughput', 'energy', 'mostly', 'precision', 'runtime'] as const;

/** Chips side by side. */
export function chipsData({ chips, workload }: Summary): TableData {
  const headers = [...deciding, ...further];
  return {
    caption: text('webview.chips.caption'),
    columns: headers.map((header) => termed(`webview.chips.${header}`)),
    numeric: [1, 3, 4, 6, 7],
    wide: further.map((_, index) => deciding.length + index),
    rows: chips.map((chip) => ({ cells: [chip.name, ...cells(chip, workload)] })),
  };
}

function cells(chip: SummaryChip, workload: Summary['workload']): string[] {
  const { latencySeconds, joules } = chip.total;
  return [
    summed(latencySeconds, show.seconds),
    fits(chip.memory),
    memoryUse(chip),
    latencySeconds && !latencySeconds.isLowerBound ? range(latencySeconds) : text('webview.unknown'),
    word('webview.basis', basisOf(chip)),
    throughputOf(chip),
    summed(joules, show.joules),
    mostly(chip),
    precisionOf(chip),
    runtimeOf(chip, workload),
  ];
}

/** What it computes in, and whether that stands in for another type. */
export function precisionOf({ precision: { compute, substituted } }: SummaryChip): string {
  return substituted ? `${compute} (${text('webview.chips.substituted')})` : compute;
}

/** Of each chip the share of its time in that of the slowest, 0..1; null where it is not known. */
export function timeShares(chips: readonly SummaryChip[]): (number | null)[] {
  const times = chips.map(({ total }) => total.latencySeconds?.value ?? null);
  const slowest = times.reduce<number>((most, time) => Math.max(most, time ?? 0), 0);
  return times.map((time) => (time === null || slowest === 0 ? null : time / slowest));
}

/** On what the total stands; nothing is said of that of a lower bound. */
export function basisOf({ total: { latencySeconds } }: SummaryChip): string {
  return latencySeconds && !latencySeconds.isLowerBound ? latencySeconds.basis : 'unknown';
}

/** A caption with shares of a time; where that is known only in part, it says so. */
export function withKnown({ total: { latencySeconds } }: SummaryChip, caption: string): string {
  return latencySeconds?.isLowerBound ? `${caption} ${text('webview.sharesOfKnown')}` : caption;
}

/** Samples per second, and how many are in flight for that. */
export function throughputOf({ total: { throughput } }: SummaryChip): string {
  if (!throughput) return text('webview.unknown');
  const { samplesPerSecond, concurrency } = throughput;
  return text('webview.chips.perSecond', { rate: show.decimal(samplesPerSecond), concurrency });
}

/** The runtime in force, and whether it is what the chip has by default. */
export function runtimeOf({ runtime }: SummaryChip, workload: Summary['workload']): string {
  return runtime === workload.runtime ? runtime : text('webview.chips.runtimeDefault', { runtime });
}

/** High-water mark, or the bounds of the need, against the capacity that the driver reports. */
export function memoryUse({ memory }: Pick<ModelOnChip, 'memory'>): string {
  const { highWaterBytes, leastBytes, mostBytes, capacityBytes } = memory;
  const need =
    highWaterBytes === null ? between(leastBytes, mostBytes, show.bytes) : show.bytes(highWaterBytes);
  return `${need} / ${show.bytes(capacityBytes)}`;
}

/** Whether it fits, or why it is unknown. */
export function fits({ fits: verdict, fitsUnknown, streamedBytes }: ModelOnChip['memory']): string {
  if (verdict && streamedBytes > 0) return text('webview.fits.streams', { bytes: show.bytes(streamedBytes) });
  if (verdict !== null) return text(verdict ? 'webview.fits.yes' : 'webview.fits.no');
  return text(fitsUnknown ? `webview.fits.${fitsUnknown}` : 'webview.unknown');
}

/** What bounds most of the time, with its share. */
export function mostly(chip: SummaryChip): string {
  const total = chip.byBound.reduce((sum, share) => sum + share.seconds, 0);
  const largest = [...chip.byBound].sort((a, b) => b.seconds - a.seconds)[0];
  if (!largest || total <= 0) return text('webview.unknown');
  return `${word('webview.bound', largest.name)} ${show.percent(largest.seconds / total)}`;
}
