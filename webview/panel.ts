import type { NodeRow, Summary, SummaryChip } from '../server/protocol';
import { button, element, table } from './dom';
import { problems, workload } from './header';
import { command, reveal } from './host';
import { runPage, type View } from './page';
import { basisOf, fits, memoryUse, mostly, runtimeOf, totalText } from './tables/chips';
import { range, shorten, show, text, word } from './text';

runPage(panelView);

/** The side panel: totals, memory against capacity and the ten costliest nodes of the first chip. */
function panelView(summary: Summary): View {
  const first = summary.chips[0];
  const rows = new Map<number, HTMLElement>();
  const root = element(
    'div',
    { class: 'panel' },
    element('h1', {}, summary.model.path.split(/[\\/]/).pop() ?? summary.model.path),
    workload(summary),
    summary.chips.map((chip) => chipCard(chip, summary)),
    first ? costliest(first, rows) : button(text('webview.chooseChips'), () => command('chooseChips')),
    problems(summary),
    element(
      'p',
      {},
      button(text('webview.openReport'), () => command('openReport')),
    ),
  );
  return {
    root,
    draw: () => {},
    highlight: (node) =>
      rows.forEach((row, index) => {
        row.classList.toggle('highlighted', index === node);
        row.setAttribute('aria-current', String(index === node));
      }),
    dispose: () => {},
  };
}

function chipCard(chip: SummaryChip, summary: Summary): HTMLElement {
  const { latencySeconds, throughput, io, startSeconds } = chip.total;
  const facts: [string, string][] = [
    [
      text('webview.chips.latency'),
      latencySeconds && !chip.total.isPartial
        ? `${show.seconds(latencySeconds.value)} (${range(latencySeconds)})`
        : totalText(chip.total, latencySeconds, show.seconds),
    ],
    ...(chip.measured
      ? [[text('webview.measured.allRows'), show.seconds(chip.measured.totalSeconds)] as [string, string]]
      : []),
    [text('webview.chips.basis'), word('webview.basis', basisOf(chip))],
    [
      text('webview.chips.throughput'),
      throughput
        ? text('webview.chips.perSecond', {
            rate: show.decimal(throughput.samplesPerSecond),
            concurrency: throughput.concurrency,
          })
        : text('webview.unknown'),
    ],
    [text('webview.chips.energy'), energyOf(chip)],
    [text('webview.chips.io'), show.seconds(io.seconds)],
    [text('webview.chips.start'), show.seconds(startSeconds)],
    [text('webview.chips.memoryUse'), memoryUse(chip)],
    [text('webview.chips.mostly'), mostly(chip)],
    [text('webview.chips.runtime'), runtimeOf(chip, summary.workload)],
  ];
  return element(
    'section',
    { class: 'card', 'data-chip': chip.id },
    element('h2', {}, chip.name),
    memoryMeter(chip),
    element(
      'dl',
      {},
      facts.flatMap(([term, value]) => [element('dt', {}, term), element('dd', {}, value)]),
    ),
  );
}

/** Joules of a run, and of 1,000 requests in watt-hours and, at the user's grid intensity, in grams. */
function energyOf({ total, efficiency }: SummaryChip): string {
  const { wattHoursPerThousandRequests, gramsCo2PerThousandRequests } = efficiency;
  const run = totalText(total, total.joules, show.energy);
  if (!wattHoursPerThousandRequests) return run;
  const energy = show.wattHours(wattHoursPerThousandRequests.value);
  return gramsCo2PerThousandRequests
    ? text('webview.energy.runAndCarbon', {
        run,
        energy,
        grams: show.grams(gramsCo2PerThousandRequests.value),
      })
    : text('webview.energy.runAndThousand', { run, energy });
}

/** Memory against capacity, in words beside the bar; words alone where the need is unknown. */
function memoryMeter(chip: SummaryChip): HTMLElement | null {
  const { highWaterBytes, capacityBytes, reserveBytes, fitsUnknown } = chip.memory;
  if (fitsUnknown === 'training' || fitsUnknown === 'partial')
    return element('div', { class: 'meter' }, fits(chip.memory));
  if (highWaterBytes === null || capacityBytes === null) return null;
  const usable = capacityBytes - (reserveBytes ?? 0);
  const share = usable > 0 ? highWaterBytes / usable : Infinity;
  return element(
    'div',
    { class: 'meter' },
    element('meter', {
      min: 0,
      max: 1,
      high: 0.9,
      value: Math.min(1, share),
      'aria-label': text('webview.chips.memoryUse'),
    }),
    element('span', {}, `${Number.isFinite(share) ? show.share(share) : '>100%'} · ${fits(chip.memory)}`),
  );
}

function costliest(chip: SummaryChip, rows: Map<number, HTMLElement>): HTMLElement {
  const made = table(
    text('webview.costliest', { chip: chip.name }),
    [text('webview.node'), text('webview.time'), text('webview.share'), text('webview.bound')],
    chip.costliest.map((row) => [
      nodeButton(row),
      show.seconds(row.seconds?.value),
      show.share(row.share),
      word('webview.bound', row.bound),
    ]),
    [1, 2],
  );
  made.querySelectorAll<HTMLElement>('tbody tr').forEach((row, index) => {
    const node = chip.costliest[index]?.node;
    if (node !== undefined) rows.set(node, row);
  });
  return element('section', { id: 'costliest' }, made);
}

const longestName = 21;

function nodeButton(row: NodeRow): HTMLElement {
  const name = row.name || `${row.operator} ${row.node}`;
  return button(shorten(name, longestName), () => reveal(row.node), {
    class: 'link',
    title: `${name}\n${row.operator} ${row.shape}`,
  });
}
