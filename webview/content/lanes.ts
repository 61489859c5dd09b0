import type { Paint } from './paint';

/** A stretch of a lane, on the scale of all lanes. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly paint: Paint;
  /** What stands in it where there is room. */
  readonly label: string;
  /** What is said while the pointer rests on it. */
  readonly tip: string;
}

/** Rows of stretches on one scale, such as stages over time or devices by what lies in their memory. */
export interface LanesData {
  readonly id: string;
  readonly title: string;
  /** The picture in words. */
  readonly summary: string;
  readonly lanes: readonly { readonly label: string; readonly stretches: readonly Stretch[] }[];
  /** What the right end stands for, and how it is written. */
  readonly end: number;
  readonly endLabel: string;
  readonly legend: readonly { readonly label: string; readonly paint: Paint }[];
}
