import type { WhatIfResult } from '../../server/protocol';
import { show, text } from '../text';
import { powerOfTen, type ScatterData } from './chart';
import { marks, type Paint, type Shape } from './paint';
import { figureOf, type VariantFigure } from './whatIf';

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
  const write = { run: show.seconds, sample: show.seconds, energy: show.joules, memory: show.bytes }[figure];
  const title = text('webview.whatIf.over', { figure: text(`webview.whatIf.${figure}`), dimension });
  const passes = crossovers(shown, sizes);
  return {
    id: 'sweep',
    title,
    summary: [
      ...(passes.length > 0
        ? passes.map((pass) => text('webview.whatIf.crossover', { ...pass, dimension }))
        : [text('webview.whatIf.noCrossover')]),
      ...(curves.length > shown.length
        ? [text('webview.whatIf.curves', { shown: shown.length, count: curves.length })]
        : []),
    ].join(' '),
    height: 300,
    legend: shown.map(({ name }, at) => ({
      label: name,
      paint: looks[at]!.paint,
      mark: marks[looks[at]!.shape],
    })),
    table: {
      caption: title,
      columns: [dimension, ...shown.map(({ name }) => name)],
      numeric: shown.map((_, at) => at + 1),
      rows: sizes.map((size, at) => ({
        cells: [show.count(size), ...shown.map(({ values }) => write(values[at]))],
      })),
    },
    groups: shown.map(({ name, values }, at) => ({
      label: name,
      ...looks[at]!,
      dots: values.flatMap((value, index) =>
        value === null || value <= 0
          ? []
          : [
              {
                node: null,
                x: sizes[index]!,
                y: value,
                radius: 4,
                tip: [name, `${dimension} ${show.count(sizes[index])}: ${write(value)}`],
              },
            ],
      ),
    })),
    lines: shown.map(({ name, values }, at) => ({
      label: name,
      paint: looks[at]!.paint,
      places: values.flatMap((y, index) => (y === null || y <= 0 ? [] : [{ x: sizes[index]!, y }])),
      dash: [],
      width: 1.5,
      hitRadius: 0,
      shadesToNext: false,
    })),
    x: { title: dimension, tick: show.count, at: sizes },
    y: { title: text(`webview.whatIf.${figure}`), tick: (value) => powerOfTen(value, write) },
  };
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
