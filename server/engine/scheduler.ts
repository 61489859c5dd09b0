/** What lets a long analysis stay polite: it yields to pending messages and stops when it was cancelled. */
export interface Scheduler {
  /** Call once per item of a loop. Returns a promise only when it is time to yield. */
  tick(): Promise<void> | undefined;
}

/** Thrown by {@link Scheduler.tick} when the analysis is no longer wanted; the only exception that crosses rooms. */
export class CancelledError extends Error {
  constructor() {
    super('cancelled');
    this.name = 'CancelledError';
  }
}

/** A scheduler that never yields and never cancels: for the command line and for tests. */
export const uninterrupted: Scheduler = { tick: () => undefined };

/**
 * A scheduler that yields after a slice of time.
 * @param isCancelled asked after every yield and at every slice end
 * @param yieldNow gives the event loop a turn (for example `setImmediate`)
 * @param sliceMilliseconds how long the loop may hold the thread; small enough that a hover answers within 50 ms
 */
export function slicedScheduler(
  isCancelled: () => boolean,
  yieldNow: () => Promise<void>,
  sliceMilliseconds = 6,
): Scheduler {
  let items = 0;
  let sliceStart = performance.now();
  return {
    tick() {
      // Reading the clock for each of 100,000 nodes would cost more than some nodes do; of eight, one may be large.
      if ((++items & 7) !== 0 || performance.now() - sliceStart < sliceMilliseconds) return undefined;
      return (async () => {
        if (isCancelled()) throw new CancelledError();
        await yieldNow();
        if (isCancelled()) throw new CancelledError();
        sliceStart = performance.now();
      })();
    },
  };
}

/** `map` that lets others have a turn. */
export async function mapPolitely<T, R>(
  items: readonly T[],
  scheduler: Scheduler,
  make: (item: T, index: number) => R,
): Promise<R[]> {
  const result: R[] = [];
  for (let index = 0; index < items.length; index++) {
    const turn = scheduler.tick();
    if (turn) await turn;
    result.push(make(items[index]!, index));
  }
  return result;
}

/** Work cut into steps: what has to wait for nobody runs through, what is long lets others have turns between them. */
export type Steps<T> = Generator<undefined, T>;

/** For loops whose items cost next to nothing: true at one item in 64, since a step costs more than some items. */
export function isStepDue(index: number): boolean {
  return (index & 63) === 0;
}

/** Runs through without a pause. */
export function runThrough<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Gives way between steps and stops when the work is cancelled. */
export async function runPolitely<T>(steps: Steps<T>, scheduler: Scheduler): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const turn = scheduler.tick();
    if (turn) await turn;
  }
}
