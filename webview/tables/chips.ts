import type { Summary, SummaryChip } from '../../server/protocol';
import { button, element, table } from '../dom';
import { range, show, text, word } from '../text';

/** Chips side by side; the chosen one is what the charts show. */
export function chipTable(
  { chips, workload }: Summary,
  chosen: string,
  choose: (chip: string) => void,
): HTMLElement {
  const headers = [
    'chip',
    'latency',
    'range',
    'basis',
    'throughput',
    'energy',
    'memoryUse',
    'fits',
    'mostly',
    'precision',
    'runtime',
  ] as const;
  return element(
    'section',
    { class: 'chips', id: 'chips' },
    element('h2', {}, text('webview.chips.title')),
    table(
      text('webview.chips.caption'),
      headers.map((header) => text(`webview.chips.${header}`)),
      chips.map((chip) => [
        button(chip.name, () => choose(chip.id), {
          class: 'link',
          'aria-pressed': String(chip.id === chosen),
        }),
        ...cells(chip, workload),
      ]),
      [1, 2, 4, 5, 6],
    ),
  );
}

function cells(chip: SummaryChip, workload: Summary['workload']): string[] {
  const { latencySeconds, throughput, joules, isPartial } = chip.total;
  return [
    totalText(chip.total, latencySeconds, show.seconds),
    latencySeconds && !isPartial ? range(latencySeconds) : text('webview.unknown'),
    word('webview.basis', basisOf(chip)),
    throughput
      ? text('webview.chips.perSecond', {
          rate: show.decimal(throughput.samplesPerSecond),
          concurrency: throughput.concurrency,
        })
      : text('webview.unknown'),
    totalText(chip.total, joules, show.energy),
    memoryUse(chip),
    fits(chip.memory),
    mostly(chip),
    chip.precision.compute + (chip.precision.substituted ? ` (${text('webview.chips.substituted')})` : ''),
    runtimeOf(chip, workload),
  ];
}

/** A sum over the model; of one that is not all there what it is at the least. */
export function totalText(
  { isPartial }: SummaryChip['total'],
  estimate: SummaryChip['total']['joules'],
  write: (value: number | undefined) => string,
): string {
  const written = write(estimate?.value);
  return isPartial && estimate ? text('webview.atLeast', { value: written }) : written;
}

/** On what the total stands; nothing is said of that of a model of which parts are missing. */
export function basisOf({ total }: SummaryChip): string {
  return (!total.isPartial && total.latencySeconds?.basis) || 'unknown';
}

/** The runtime in force, and whether it is what the chip has by default. */
export function runtimeOf({ runtime }: SummaryChip, workload: Summary['workload']): string {
  return runtime === workload.runtime ? runtime : text('webview.chips.runtimeDefault', { runtime });
}

/** High-water mark, or what is needed at the least, against the capacity that the driver reports. */
export function memoryUse(chip: SummaryChip): string {
  const { highWaterBytes, leastBytes, capacityBytes } = chip.memory;
  const isLeast = highWaterBytes === null && leastBytes !== null;
  const need = isLeast
    ? text('webview.atLeast', { value: show.bytes(leastBytes) })
    : show.bytes(highWaterBytes);
  return `${need} / ${show.bytes(capacityBytes)}`;
}

/** Whether it fits, or why nobody can tell. */
export function fits({ fits: verdict, fitsUnknown }: SummaryChip['memory']): string {
  if (verdict !== null) return text(verdict ? 'webview.fits.yes' : 'webview.fits.no');
  return text(fitsUnknown ? `webview.fits.${fitsUnknown}` : 'webview.unknown');
}

/** What bounds most of the time, with its share. */
export function mostly(chip: SummaryChip): string {
  const total = chip.byBound.reduce((sum, share) => sum + share.seconds, 0);
  const largest = [...chip.byBound].sort((a, b) => b.seconds - a.seconds)[0];
  if (!largest || total <= 0) return text('webview.unknown');
  return `${word('webview.bound', largest.name)} ${show.share(largest.seconds / total)}`;
}
