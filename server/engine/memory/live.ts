import type { Buffer } from './buffers';

/** A buffer whose size is known. */
export type Live = Buffer & { readonly bytes: number };

/**
 * The largest buffers that live at each of some steps, the largest first; weights are not among them.
 * @param buffers by the step at which they begin
 * @param steps ascending
 */
export function liveAt(buffers: readonly Buffer[], steps: readonly number[], most: number): Live[][] {
  let next = 0;
  let live: Live[] = [];
  return steps.map((at) => {
    for (; next < buffers.length && buffers[next]!.from <= at; next++) {
      const { bytes } = buffers[next]!;
      if (bytes) live.push({ ...buffers[next]!, bytes });
    }
    live = live.filter(({ to }) => to >= at);
    return [...live].sort((a, b) => b.bytes - a.bytes).slice(0, most);
  });
}
