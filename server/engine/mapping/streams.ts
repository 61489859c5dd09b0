import { multiplied, reaches, type Ranged } from './ratio';

/** Several sources of frames, such as cameras, whose frames come at one rate and at the same moment. */
export interface Streams {
  readonly count: number;
  /** Frames of one stream per second. */
  readonly perSecond: number;
}

/** How a chip carries streams, with runs one after the other that take as many frames as the model's batch. */
export interface Carried {
  /** Share of the time that runs take; more than 1 is too much. */
  readonly utilisation: Ranged;
  /** Seconds from the frames to the last of their results. */
  readonly seconds: Ranged;
  /** Whether each result is there before the next frames, and in time. */
  readonly carries: boolean;
  /** The range reaches to the other side. */
  readonly isOpen: boolean;
}

/** Reads `8x30`: eight streams of 30 frames per second each; null where it is nothing of the kind. */
export function parseStreams(text: string): Streams | null {
  const [, count = '', rate = ''] = /^\s*(\d{1,6})\s*[x×*]\s*(\d{1,6}(?:\.\d{1,6})?)\s*$/.exec(text) ?? [];
  const streams = { count: Number(count), perSecond: Number(rate) };
  return streams.count > 0 && streams.perSecond > 0 ? streams : null;
}

/**
 * Seconds that a run may take: frames of all streams come at the same moment and take `ceil(streams / batch)` runs, the last
 * of which has to end before the next frames, and before the deadline.
 */
export function secondsPerRun(
  { count, perSecond }: Streams,
  batch: number,
  deadlineSeconds: number | null,
): number {
  return Math.min(1 / perSecond, deadlineSeconds ?? Infinity) / Math.ceil(count / batch);
}

/** @param run seconds of a run of `batch` frames */
export function carriedBy(
  run: Ranged,
  streams: Streams,
  batch: number,
  deadlineSeconds: number | null,
): Carried {
  const runs = Math.ceil(streams.count / batch);
  const allowed = secondsPerRun(streams, batch, deadlineSeconds);
  return {
    utilisation: multiplied(run, runs * streams.perSecond),
    seconds: multiplied(run, runs),
    carries: run.value <= allowed,
    isOpen: reaches(run, allowed),
  };
}
