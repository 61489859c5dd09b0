import type { ChartConfiguration, ChartOptions, ChartType } from 'chart.js';
import type { Paint } from '../content/paint';

/** Colours of the theme in force. */
export interface Palette {
  readonly color: (paint: Paint) => string;
  /** Grid lines; in high contrast only the contrast border is drawn at all. */
  readonly grid: string;
  readonly highlight: string;
  readonly background: string;
}

/** How Chart.js draws some data, and which node stands behind an element. */
export interface Picture<T extends ChartType> {
  readonly configure: (palette: Palette, highlighted: number | null) => ChartConfiguration<T>;
  readonly nodeAt: (dataset: number, index: number) => number | null;
  /** The axis along which its elements follow one another. */
  readonly along: 'x' | 'y';
}

/** Axis colours and titles from the theme. */
export function axis(
  { color, grid }: Palette,
  title: string,
  { ticks, ...more }: Record<string, unknown> & { readonly ticks: object },
): Record<string, unknown> {
  return {
    title: { display: title !== '', text: title, color: color('foreground') },
    ticks: { color: color('foreground'), ...ticks },
    grid: { color: grid },
    border: { color: grid },
    ...more,
  };
}

/** Tooltip in the theme's hover colours. */
export function tooltip(
  { color, background, highlight }: Palette,
  label: (dataset: number, index: number) => string[],
): NonNullable<ChartOptions['plugins']> {
  return {
    tooltip: {
      backgroundColor: background,
      titleColor: color('foreground'),
      bodyColor: color('foreground'),
      borderColor: highlight,
      borderWidth: 1,
      callbacks: { title: () => '', label: (item) => label(item.datasetIndex, item.dataIndex) },
    },
  };
}

/** A colour of which so much is left, in percent. */
export function faded(color: string, percent: number): string {
  return `color-mix(in srgb, ${color} ${percent}%, transparent)`;
}
