/** What a look at a file says; null where there is none to look at. */
export interface FileLook {
  readonly size: number;
  readonly mtime: number;
  /** Changes with every writing, also where size and time are set back. Left out where that cannot be told. */
  readonly version?: string;
  /** Written so lately that another writing may look the same. Left out where that cannot be told. */
  readonly young?: boolean;
}

/** Whether two looks saw the same file, unchanged. */
export function isUnchanged(a: FileLook | null | undefined, b: FileLook | null | undefined): boolean {
  return a?.size === b?.size && a?.mtime === b?.mtime && a?.version === b?.version;
}

/** How long size and time must rest before a file counts as written, and how often to look (milliseconds). */
const settleTime = 300;
const lookEvery = 100;
/** A file that is written without a pause is read from time to time all the same. */
const longestWait = 30_000;

export interface SettleClock {
  now(): number;
  wait(milliseconds: number): Promise<void>;
}

const realClock: SettleClock = {
  now: () => Date.now(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/**
 * Waits until a file's size and time have rested for {@link settleTime}: exporters write a model in many steps, and
 * a half-written one reads as broken. A file that is gone rests as well.
 */
export async function settled(
  look: () => Promise<FileLook | null>,
  stopped: () => boolean,
  clock: SettleClock = realClock,
): Promise<void> {
  const begin = clock.now();
  let last = await look();
  let restsSince = clock.now();
  while (!stopped() && clock.now() - restsSince < settleTime && clock.now() - begin < longestWait) {
    await clock.wait(lookEvery);
    const next = await look();
    if (!isUnchanged(next, last)) restsSince = clock.now();
    last = next;
  }
}
