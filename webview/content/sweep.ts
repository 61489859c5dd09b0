import type { WhatIfResult } from '../../server/protocol';
import { show, text } from '../text';
import type { ScatterData } from './chart';
import { curvesData, mostCurves, type Axes, type Curve } from './curves';
import { figureOf, writers, type VariantFigure } from './whatIf';

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
  const said = text(`webview.whatIf.${figure}`);
  const axes: Axes = { dimension, sizes, figure: said, write: writers[figure] };
  const title = text('webview.whatIf.over', { figure: said, dimension });
  const shown = curves.slice(0, mostCurves);
  return curvesData({ id: 'sweep', title, summary: summary(shown, curves.length, axes) }, curves, axes);
}

function summary(
  curves: readonly Curve[],
  count: number,
  { dimension, sizes }: Pick<Axes, 'dimension' | 'sizes'>,
): string {
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
