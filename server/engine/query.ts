import type { Steps } from './scheduler';

interface Result<R> {
  readonly key: string;
  readonly value: R;
}

/**
 * A question about an input, such as a model, an inference or an analysis, that is answered once. What else the answer
 * depends on stands in `key`. This is the one place that says how long answers live:
 * - they end with their input, and when somebody forgets them;
 * - of each input the `most` last asked for are kept, and the oldest goes before a new one is made, so that the shapes of
 *   a large model before and after a change are not kept at the same time;
 * - only finished ones are kept: work that was cancelled leaves nothing behind, and the next caller begins it anew.
 */
export class Query<I extends object, R> {
  /** By input, the one asked for longest ago first. */
  private results = new WeakMap<I, Result<R>[]>();

  constructor(private readonly most = 1) {}

  /** The answer where there is one already. */
  known(input: I, key = ''): R | undefined {
    return this.find(input, key)?.value;
  }

  /** The answer, made at once. */
  at(input: I, make: () => R, key = ''): R {
    const found = this.find(input, key);
    if (found) return found.value;
    this.makeRoom(input);
    return this.keep(input, key, make());
  }

  /** The answer, made in steps. */
  *steps(input: I, make: () => Steps<R>, key = ''): Steps<R> {
    const found = this.find(input, key);
    if (found) return found.value;
    this.makeRoom(input);
    return this.keep(input, key, yield* make());
  }

  /**
   * The answer, waited for. Two callers at the same time make it twice: if they shared one, the first could cancel it for
   * the second.
   * @param most how many answers of this input are kept, where it is not what the query says
   */
  async wait(input: I, make: () => Promise<R>, key = '', most = this.most): Promise<R> {
    const found = this.find(input, key);
    if (found) return found.value;
    this.makeRoom(input, most);
    return this.keep(input, key, await make());
  }

  /** Others need the memory. */
  forget(input: I): void {
    this.results.delete(input);
  }

  private find(input: I, key: string): Result<R> | undefined {
    const results = this.results.get(input);
    const found = results?.find((one) => one.key === key);
    if (results && found && results.length > 1) {
      results.splice(results.indexOf(found), 1);
      results.push(found);
    }
    return found;
  }

  private makeRoom(input: I, most = this.most): void {
    const results = this.results.get(input);
    if (results) results.splice(0, Math.max(0, results.length - (most - 1)));
  }

  private keep(input: I, key: string, value: R): R {
    let results = this.results.get(input);
    if (!results) this.results.set(input, (results = []));
    // Another one may have made the same meanwhile.
    const before = results.findIndex((one) => one.key === key);
    if (before >= 0) results.splice(before, 1);
    results.push({ key, value });
    return value;
  }
}
