import type { Summary, WhatIfResult } from '../server/protocol';
import { AskedSection } from './askedSection';
import type { ChartView } from './charts/chart';
import { sweepData } from './content/sweep';
import {
  sweptDimensions,
  variantFigures,
  variantRows,
  type VariantFigure,
  type VariantRow,
} from './content/whatIf';
import { button, element, tableParts, titled } from './dom';
import { choice, labelled } from './fields';
import { choose, remember, requestVariants, state } from './host';
import { text } from './text';
import { termed } from './content/terms';

/** What is tried, and what is told of it. */
interface Tried {
  dimension: string | null;
  figure: VariantFigure;
}

/** The model at other precisions and sizes on the chosen chips: a table and curves, made when they are opened. */
export function whatIf(summary: Summary): ChartView {
  const dimensions = sweptDimensions(summary);
  const { sweep, figure = 'run' } = state();
  const dimension = dimensions.find((one) => one === sweep) ?? dimensions[0] ?? null;
  const tried: Tried = { dimension, figure };
  return new AskedSection<WhatIfResult>(
    summary,
    {
      id: 'what-if',
      words: 'whatIf',
      isOpen: 'isWhatIfOpen',
      request: (chip) => requestVariants({ chip, dimension: tried.dimension }),
      show: (results, nameOf) => {
        const [first] = results;
        const rows = results.flatMap((result) => variantRows(result, nameOf(result.chip), tried.figure));
        const data = sweepData(results, nameOf, tried.figure);
        return { answer: first ? [variantTable(first, rows)] : [], curves: data ? [data] : [] };
      },
    },
    (section) => fields(dimensions, tried, section),
  );
}

function fields(
  dimensions: readonly string[],
  tried: Tried,
  section: Pick<AskedSection<WhatIfResult>, 'ask' | 'show'>,
): HTMLElement {
  const figures = variantFigures.map((one) => [one, text(`webview.whatIf.${one}`)] as const);
  return element(
    'form',
    { class: 'question', submit: (event) => event.preventDefault() },
    tried.dimension !== null &&
      labelled(
        text('webview.whatIf.dimension'),
        choice(
          'what-if-dimension',
          dimensions.map((one) => [one, one]),
          tried.dimension,
          (one) => {
            tried.dimension = one;
            remember({ sweep: one });
            section.ask();
          },
        ),
      ),
    labelled(
      text('webview.whatIf.figure'),
      choice('what-if-figure', figures, tried.figure, (one) => {
        tried.figure = one as VariantFigure;
        remember({ figure: tried.figure });
        section.show();
      }),
    ),
  );
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
        element('th', { scope: 'col' }, titled(termed('webview.question.precision'))),
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
