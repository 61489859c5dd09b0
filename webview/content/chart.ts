import type { Term } from '../../l10n/glossary';
import type { Paint, Shape } from './paint';
import type { TableData } from './table';
import type { Heading } from './terms';

/** What every chart says around its picture. */
export interface ChartData {
  readonly id: string;
  readonly title: string;
  /** What explains it. */
  readonly term?: Term;
  /** One sentence that says what the picture says. */
  readonly summary: string;
  /** Of the picture, in pixels. */
  readonly height: number;
  readonly legend: readonly LegendEntry[];
  /** The same data as a table, reachable without seeing or pointing. */
  readonly table: TableData;
}

export interface LegendEntry {
  readonly label: string;
  readonly paint: Paint;
  readonly mark: string;
}

/** Dots in groups, under or between lines, on two logarithmic axes. */
export interface ScatterData extends ChartData {
  readonly groups: readonly DotGroup[];
  readonly lines: readonly ScatterLine[];
  readonly x: LogAxis;
  readonly y: LogAxis;
}

export interface DotGroup {
  readonly label: string;
  readonly paint: Paint;
  readonly shape: Shape;
  readonly dots: readonly Dot[];
}

interface Dot extends Place {
  /** Null: it is of no node. */
  readonly node: number | null;
  /** In pixels. */
  readonly radius: number;
  readonly tip: readonly string[];
}

interface Place {
  readonly x: number;
  readonly y: number;
}

export interface ScatterLine {
  readonly label: string;
  /** Left out: the colour of text. */
  readonly paint?: Paint;
  /** Stands along the line, from its first place to its second. */
  readonly caption?: string;
  readonly places: readonly Place[];
  /** Lengths of strokes and gaps in pixels; none for a line without gaps. */
  readonly dash: readonly number[];
  /** In pixels. */
  readonly width: number;
  /** How near to one of its places, in pixels, the pointer brings up the label. */
  readonly hitRadius: number;
  /** The space up to the next line is shaded. */
  readonly shadesToNext: boolean;
}

export interface LogAxis {
  readonly title: string;
  /** The label of a grid line; null for none. */
  readonly tick: (value: number) => string | null;
  /** Where grid lines stand; left out: at round numbers. */
  readonly at?: readonly number[];
  /** Left out: what the dots and lines need. */
  readonly limits?: { readonly min: number; readonly max: number };
}

/** Horizontal bars, one below the other. */
export interface BarsData extends ChartData {
  readonly bars: readonly Bar[];
  readonly axis: { readonly title: string; readonly tick: (value: number) => string };
  /** A line across the bars; null: none. */
  readonly limit: number | null;
}

interface Bar {
  /** Null: it is of no node. */
  readonly node: number | null;
  readonly label: string;
  readonly value: number;
  readonly paint: Paint;
  readonly tip: readonly string[];
}

/** Boxes on two linear axes. */
export interface BoxesData extends ChartData {
  readonly boxes: readonly Box[];
  readonly x: LinearAxis;
  readonly y: LinearAxis;
}

interface Box {
  /** Null: it is of no node. */
  readonly node: number | null;
  readonly paint: Paint;
  /** From one end to the other. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly tip: readonly string[];
}

/** From 0 to `most`. */
interface LinearAxis {
  readonly title: string;
  readonly most: number;
  readonly tick: (value: number) => string;
}

/** Areas stacked over the order of execution, below a line. */
export interface StackData extends ChartData {
  /** The node at each place of the horizontal axis. */
  readonly nodes: readonly number[];
  /** From the lowest on. */
  readonly layers: readonly Layer[];
  readonly limit: { readonly label: string; readonly value: number; readonly tip: string } | null;
  readonly x: string;
  readonly y: { readonly title: string; readonly tick: (value: number) => string };
}

export interface Layer extends Heading {
  readonly paint: Paint;
  /** A value and what the pointer brings up, for each place of the horizontal axis. */
  readonly values: readonly number[];
  readonly tips: readonly (readonly string[])[];
  /** Whether the chosen node is marked on it. */
  readonly marksNode: boolean;
}

/** Logarithmic axes label powers of ten only. */
export function powerOfTen(value: number, write: (value: number) => string): string | null {
  const exponent = Math.log10(value);
  return Math.abs(exponent - Math.round(exponent)) < 1e-9 ? write(value) : null;
}
