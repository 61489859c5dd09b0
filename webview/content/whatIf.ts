import type { QuestionChange, Summary, WhatIfCell, WhatIfResult } from '../../server/protocol';
import { range, show, text } from '../text';
import { precisionName } from './question';

/** What a cell of the table says. */
export const variantFigures = ['run', 'sample', 'energy', 'memory'] as const;
export type VariantFigure = (typeof variantFigures)[number];

/** A cell with what a press makes of it. */
interface VariantView {
  readonly text: string;
  readonly title: string;
  readonly isUnfit: boolean;
  /** Of its chip, at its size, the least of those that fit. */
  readonly isBest: boolean;
  readonly changes: readonly QuestionChange[];
}

export interface VariantRow {
  readonly chip: string;
  readonly precision: string;
  readonly isCurrent: boolean;
  readonly cells: readonly VariantView[];
}

/** How each figure is written. */
export const writers: Readonly<Record<VariantFigure, (value: number | null | undefined) => string>> = {
  run: show.seconds,
  sample: show.seconds,
  energy: show.joules,
  memory: show.bytes,
};

/** The dimensions that can be tried at other sizes, the first one first. */
export function sweptDimensions({ workload }: Pick<Summary, 'workload'>): readonly string[] {
  const dimensions = workload.dimensions.filter(({ value }) => value !== null);
  const batch = dimensions.filter(({ name, alias }) => name === 'batch' || alias === 'batch');
  return [...batch, ...dimensions.filter((one) => !batch.includes(one))].map(({ name }) => name);
}

/** One figure of a cell: SI units, of a run or of one of its samples. */
export function figureOf(cell: WhatIfCell | null, figure: VariantFigure): number | null {
  if (!cell) return null;
  const perSample = (value: number | undefined): number | null =>
    value === undefined || cell.samples === 0 ? null : value / cell.samples;
  switch (figure) {
    case 'run':
      return cell.seconds?.value ?? null;
    case 'sample':
      return perSample(cell.seconds?.value);
    case 'energy':
      return perSample(cell.joules?.value);
    case 'memory':
      return cell.bytes;
  }
}

/** The rows of a chip. */
export function variantRows(
  { chip, dimension, sizes, rows }: WhatIfResult,
  name: string,
  figure: VariantFigure,
): VariantRow[] {
  const values = rows.map(({ cells }) => cells.map((cell) => figureOf(cell, figure)));
  const leastAt = (at: number): number =>
    rows.reduce((least, { cells }, row) => {
      const value = cells[at]?.fits === true ? values[row]![at]! : null;
      return value === null ? least : Math.min(least, value);
    }, Infinity);
  return rows.map(({ precision, compute, isCurrent, cells }) => ({
    chip: name,
    precision: precision === 'as-stored' ? `${precisionName(precision)} (${compute})` : precision,
    isCurrent,
    cells: cells.map((cell, at): VariantView => {
      const value = figureOf(cell, figure);
      const isUnfit = cell?.fits === false;
      const written = cell ? writers[figure](value) : '–';
      const change: QuestionChange[] = [
        { kind: 'chip', value: chip },
        // What the chip computes in anyway is no choice to write down.
        ...(isCurrent ? [] : [{ kind: 'precision', value: precision } as const]),
        ...(dimension === null ? [] : [{ kind: 'dimension', name: dimension, value: sizes[at]! } as const]),
      ];
      return {
        text: isUnfit ? `${written} ✕` : written,
        title: cell ? titleOf(cell) : text('webview.whatIf.refused'),
        isUnfit,
        isBest: cell?.fits === true && value === leastAt(at),
        changes: cell ? change : [],
      };
    }),
  }));
}

function titleOf(cell: WhatIfCell): string {
  const { seconds, fits } = cell;
  const fit = fits === null ? 'webview.unknown' : fits ? 'webview.fits.yes' : 'webview.fits.no';
  return [
    `${text('webview.whatIf.run')}: ${show.seconds(seconds?.value)}${seconds ? ` (${range(seconds)})` : ''}`,
    `${text('webview.whatIf.sample')}: ${show.seconds(figureOf(cell, 'sample'))}`,
    `${text('webview.whatIf.energy')}: ${show.joules(figureOf(cell, 'energy'))}`,
    `${text('webview.whatIf.memory')}: ${show.bytes(cell.bytes)}, ${text(fit)}`,
  ].join('\n');
}
