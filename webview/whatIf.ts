import type { Summary, WhatIfResult } from '../server/protocol';
import { scatterChart, type ChartView } from './charts/chart';
import { sweepData } from './content/sweep';
import {
  sweptDimensions,
  variantFigures,
  variantRows,
  type VariantFigure,
  type VariantRow,
} from './content/whatIf';
import { button, element, refill, tableParts } from './dom';
import { choice, labelled } from './fields';
import { choose, remember, requestVariants, state } from './host';
import { text } from './text';

/** Of more chips the first ones are tried. */
const mostChips = 5;

/** The model at other precisions and sizes on the chosen chips: a table and curves, made when they are opened. */
export class WhatIf implements ChartView {
  readonly root: HTMLElement;
  private readonly table = element('div', { class: 'scroll' });
  private readonly curves = element('div', {});
  private readonly status = element('p', { class: 'status', role: 'status' });
  private chart: ChartView | undefined;
  private results: WhatIfResult[] = [];
  private dimension: string | null;
  private figure: VariantFigure;
  private isDrawn = false;
  /** Grows when other results are wanted: those on their way are none of them any more. */
  private asked = 0;

  constructor(private readonly summary: Summary) {
    const dimensions = sweptDimensions(summary);
    const { sweep, figure, isWhatIfOpen } = state();
    this.dimension = dimensions.find((one) => one === sweep) ?? dimensions[0] ?? null;
    this.figure = figure ?? 'run';
    const details = element(
      'details',
      {
        open: isWhatIfOpen === true,
        toggle: () => {
          remember({ isWhatIfOpen: details.open });
          if (details.open && this.asked === 0) void this.ask();
        },
      },
      element('summary', {}, text('webview.whatIf.open')),
      this.fields(dimensions),
      this.status,
      this.table,
      element('p', { class: 'note' }, text('webview.whatIf.note')),
      this.curves,
    );
    this.root = element(
      'section',
      { class: 'what-if', id: 'what-if' },
      element('h2', {}, text('webview.whatIf.title')),
      details,
    );
  }

  draw(): void {
    this.isDrawn = true;
    this.chart?.draw();
  }

  highlight(): void {}

  dispose(): void {
    this.asked = -1;
    this.chart?.dispose();
  }

  private fields(dimensions: readonly string[]): HTMLElement {
    const figures = variantFigures.map((one) => [one, text(`webview.whatIf.${one}`)] as const);
    return element(
      'form',
      { class: 'question', submit: (event) => event.preventDefault() },
      this.dimension !== null &&
        labelled(
          text('webview.whatIf.dimension'),
          choice(
            'what-if-dimension',
            dimensions.map((one) => [one, one]),
            this.dimension,
            (one) => {
              this.dimension = one;
              remember({ sweep: one });
              void this.ask();
            },
          ),
        ),
      labelled(
        text('webview.whatIf.figure'),
        choice('what-if-figure', figures, this.figure, (one) => {
          this.figure = one as VariantFigure;
          remember({ figure: this.figure });
          this.show();
        }),
      ),
    );
  }

  /** One chip after the other: what is there is shown. */
  private async ask(): Promise<void> {
    const asked = ++this.asked;
    const { dimension, summary } = this;
    const chips = summary.chips.slice(0, mostChips);
    this.results = [];
    for (const { id, name } of chips) {
      this.status.textContent = text('webview.whatIf.asking', { chip: name });
      try {
        const result = await requestVariants({ chip: id, dimension });
        if (asked !== this.asked) return;
        this.results.push(result);
      } catch (error) {
        if (asked === this.asked) this.status.textContent = (error as Error).message;
        return;
      }
      this.show();
    }
    const more = summary.chips.length - chips.length;
    this.status.textContent = more > 0 ? text('webview.whatIf.moreChips', { count: more }) : '';
  }

  private show(): void {
    const nameOf = (chip: string): string => this.summary.chips.find(({ id }) => id === chip)?.name ?? chip;
    const rows = this.results.flatMap((result) => variantRows(result, nameOf(result.chip), this.figure));
    const [first] = this.results;
    if (!first) return;
    refill(this.table, [variantTable(first, rows)]);
    this.chart?.dispose();
    const data = sweepData(this.results, nameOf, this.figure);
    this.chart = data ? scatterChart(data) : undefined;
    refill(this.curves, this.chart ? [this.chart.root] : []);
    if (this.isDrawn) this.chart?.draw();
  }
}

function variantTable({ dimension, sizes }: WhatIfResult, rows: readonly VariantRow[]): HTMLElement {
  const heads =
    dimension === null ? [text('webview.whatIf.now')] : sizes.map((size) => `${dimension} ${size}`);
  return element(
    'table',
    {},
    element('caption', {}, text('webview.whatIf.caption')),
    tableParts(
      [
        text('webview.chips.chip'),
        text('webview.question.precision'),
        ...heads.map((head) => element('th', { scope: 'col', class: 'number' }, head)),
      ],
      rows.map((row, at) => variantRow(row, rows[at - 1]?.chip !== row.chip)),
    ),
  );
}

function variantRow({ chip, precision, isCurrent, cells }: VariantRow, isFirst: boolean): HTMLElement {
  return element(
    'tr',
    { class: isCurrent ? 'current' : undefined, 'aria-current': isCurrent ? 'true' : undefined },
    element('th', { scope: 'row' }, isFirst ? chip : ''),
    element('td', {}, isCurrent ? `▸ ${precision}` : precision),
    cells.map(({ text: said, title, isUnfit, isBest, changes }) =>
      element(
        'td',
        { class: ['number', isUnfit && 'unfit', isBest && 'best'].filter(Boolean).join(' '), title },
        changes.length === 0
          ? said
          : button(isBest ? `★ ${said}` : said, () => choose(changes), { class: 'link' }),
      ),
    ),
  );
}
