import type { WhatIfResult } from '../../server/protocol';
import { show, text } from '../text';
import { powerOfTen, type DotGroup, type ScatterData } from './chart';
import { marks, type Paint, type Shape } from './paint';
import type { TableData } from './table';
import { figureOf, writers, type VariantFigure } from './whatIf';

/** A chip in the precision in force, over the sizes. */
interface Curve {
  readonly name: string;
  /** By size; null where nothing is known. */
  readonly values: readonly (number | null)[];
}

const looks: readonly { readonly paint: Paint; readonly shape: Shape }[] = [
  { paint: 'charts-blue', shape: 'circle' },
  { paint: 'charts-orange', shape: 'rect' },
  { paint: 'charts-purple', shape: 'triangle' },
  { paint: 'charts-green', shape: 'rectRot' },
  { paint: 'charts-red', shape: 'cross' },
];

/** What the curves are of: a figure over the sizes of a dimension. */
interface Axes {
  readonly dimension: string;
  readonly sizes: readonly number[];
  readonly write: (value: number | null | undefined) => string;
}

/** Chips at their precision in force as curves over a dimension, and where one passes another; null without any. */
export function sweepData(
  results: readonly WhatIfResult[],
  nameOf: (chip: string) => string,
  figure: VariantFigure,
): ScatterData | null {
  const [first] = results;
  if (!first || first.dimension === null) return null;
  const { dimension, sizes } = first;
  const curves = results.flatMap(({ chip, rows }): Curve[] => {
    const row = rows.find(({ isCurrent }) => isCurrent);
    return row ? [{ name: nameOf(chip), values: row.cells.map((cell) => figureOf(cell, figure)) }] : [];
  });
  const shown = curves.slice(0, looks.length);
  const axes: Axes = { dimension, sizes, write: writers[figure] };
  const said = text(`webview.whatIf.${figure}`);
  const title = text('webview.whatIf.over', { figure: said, dimension });
  return {
    id: 'sweep',
    title,
    summary: summary(shown, curves.length, axes),
    height: 300,
    legend: shown.map(({ name }, at) => ({
      label: name,
      paint: looks[at]!.paint,
      mark: marks[looks[at]!.shape],
    })),
    table: table(title, shown, axes),
    groups: shown.map((curve, at) => ({ label: curve.name, ...looks[at]!, dots: dots(curve, axes) })),
    lines: shown.map((curve, at) => ({
      label: curve.name,
      paint: looks[at]!.paint,
      places: places(curve, sizes),
      dash: [],
      width: 1.5,
      hitRadius: 0,
      shadesToNext: false,
    })),
    x: { title: dimension, tick: show.count, at: sizes },
    y: { title: said, tick: (value) => powerOfTen(value, axes.write) },
  };
}

/** What a logarithmic axis can show of a curve. */
function places({ values }: Curve, sizes: readonly number[]): { readonly x: number; readonly y: number }[] {
  return values.flatMap((y, at) => (y === null || y <= 0 ? [] : [{ x: sizes[at]!, y }]));
}

function dots(curve: Curve, { dimension, sizes, write }: Axes): DotGroup['dots'] {
  return places(curve, sizes).map(({ x, y }) => ({
    node: null,
    x,
    y,
    radius: 4,
    tip: [curve.name, `${dimension} ${show.count(x)}: ${write(y)}`],
  }));
}

function table(caption: string, curves: readonly Curve[], { dimension, sizes, write }: Axes): TableData {
  return {
    caption,
    columns: [dimension, ...curves.map(({ name }) => name)],
    numeric: curves.map((_, at) => at + 1),
    rows: sizes.map((size, at) => ({
      cells: [show.count(size), ...curves.map(({ values }) => write(values[at]))],
    })),
  };
}

function summary(curves: readonly Curve[], count: number, { dimension, sizes }: Axes): string {
  const passes = crossovers(curves, sizes).map((pass) =>
    text('webview.whatIf.crossover', { ...pass, dimension }),
  );
  const said = passes.length > 0 ? passes : [text('webview.whatIf.noCrossover')];
  const shown = curves.length;
  return [...said, ...(count > shown ? [text('webview.whatIf.curves', { shown, count })] : [])].join(' ');
}

interface Pass {
  readonly better: string;
  readonly worse: string;
  readonly size: string;
  readonly before: string;
}

/** Where the order of two curves turns from one size to the next, by value. */
export function crossovers(curves: readonly Curve[], sizes: readonly number[]): Pass[] {
  const found: Pass[] = [];
  for (const [at, a] of curves.entries()) {
    for (const b of curves.slice(at + 1)) {
      let last: { readonly size: number; readonly isFirstLess: boolean } | undefined;
      for (const [index, size] of sizes.entries()) {
        const [one, other] = [a.values[index] ?? null, b.values[index] ?? null];
        if (one === null || other === null || one === other) continue;
        const isFirstLess = one < other;
        if (last && last.isFirstLess !== isFirstLess) {
          const [better, worse] = isFirstLess ? [a.name, b.name] : [b.name, a.name];
          found.push({ better, worse, size: show.count(size), before: show.count(last.size) });
        }
        last = { size, isFirstLess };
      }
    }
  }
  return found;
}
