import { show } from '../text';
import { powerOfTen, type DotGroup, type ScatterData } from './chart';
import { marks, type Paint, type Shape } from './paint';
import type { TableData } from './table';
import { untermed } from './terms';

/** A figure over sizes. */
export interface Curve {
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

/** As many curves as can be told apart. */
export const mostCurves = looks.length;

/** What curves are of: a figure over the sizes of a dimension. */
export interface Axes {
  readonly dimension: string;
  readonly sizes: readonly number[];
  readonly figure: string;
  readonly write: (value: number | null | undefined) => string;
}

/** Curves over sizes on two logarithmic axes. */
export function curvesData(
  said: Pick<ScatterData, 'id' | 'title' | 'summary'>,
  curves: readonly Curve[],
  axes: Axes,
): ScatterData {
  const shown = curves.slice(0, mostCurves);
  const { dimension, sizes, figure, write } = axes;
  return {
    ...said,
    height: 300,
    legend: shown.map(({ name }, at) => ({
      label: name,
      paint: looks[at]!.paint,
      mark: marks[looks[at]!.shape],
    })),
    table: table(said.title, shown, axes),
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
    y: { title: figure, tick: (value) => powerOfTen(value, write) },
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
    columns: [untermed(dimension), ...curves.map(({ name }) => untermed(name))],
    numeric: curves.map((_, at) => at + 1),
    rows: sizes.map((size, at) => ({
      cells: [show.count(size), ...curves.map(({ values }) => write(values[at]))],
    })),
  };
}
