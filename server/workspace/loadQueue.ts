import { CancelledError } from '../engine/scheduler';

/** Files above this size (bytes) are read one at a time: each may take much memory on the way. */
const largeFile = 16 * 1024 * 1024;

/** Lets large files be read one after another, and small ones at once. */
export class LoadQueue {
  private last: Promise<void> = Promise.resolve();

  /** @param isGivenUp asked when its turn has come; rejects with a `CancelledError` then */
  async run<T>(size: number, isGivenUp: () => boolean, load: () => Promise<T>): Promise<T> {
    if (size <= largeFile) return load();
    const before = this.last;
    let leave: () => void = () => {};
    this.last = new Promise((resolve) => (leave = resolve));
    try {
      await before;
      if (isGivenUp()) throw new CancelledError();
      return await load();
    } finally {
      leave();
    }
  }
}
