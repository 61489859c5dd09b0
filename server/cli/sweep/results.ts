import type { SweepRow } from '../../engine/report/sweepRow';
import { combinationsOf, RowKeys, type Job, type JobSpec } from './job';
import type { Journal } from './journal';
import type { FoundModel } from './models';
import type { JobEnd } from './pool';

/** A sweep's models from the first that is begun to the rows of all in their order; of rows only counts are in memory. */
export class Results {
  private readonly ends = new Map<string, JobEnd>();
  private readonly keys: RowKeys;
  private begun = 0;
  /** Rows that were given out so far. */
  written = 0;

  constructor(
    private readonly models: readonly FoundModel[],
    private readonly spec: JobSpec,
    private readonly journal: Journal,
  ) {
    this.keys = new RowKeys(spec);
  }

  /** The next model with the keys of its rows that are there already. What went wrong is tried again. */
  async next(): Promise<Job | null> {
    const model = this.models[this.begun++];
    if (!model) return null;
    const rows = await this.journal.rowsOf(model.name);
    const known = [...rows].flatMap(([key, { row }]) => (row.error === null ? [key] : []));
    return { ...model, known };
  }

  /** Whether a model has all of its rows already. */
  hasAll({ name, known }: Job, contentHash: string): boolean {
    const there = new Set(known);
    for (const combination of combinationsOf(this.spec))
      if (!there.has(this.keys.of(name, contentHash, combination))) return false;
    return true;
  }

  end(name: string, end: JobEnd): void {
    this.ends.set(name, end);
  }

  /** Models of which something is missing. */
  get failed(): number {
    let count = 0;
    for (const end of this.ends.values()) if (end.kind === 'died' || end.errors > 0) count++;
    return count;
  }

  /** The rows of this plan, each key once: by model, then as the plan orders workloads and chips. */
  async *rows(): AsyncGenerator<SweepRow> {
    for await (const { row } of this.all()) yield row;
  }

  /** The same as lines of JSON. */
  async *lines(): AsyncGenerator<string> {
    for await (const { line } of this.all()) yield `${line}\n`;
  }

  private async *all(): AsyncGenerator<{ readonly line: string; readonly row: SweepRow }> {
    for (const { name } of this.models) {
      const rows = await this.journal.rowsOf(name);
      for (const key of this.keysOf(name)) {
        const found = rows.get(key);
        if (!found) throw new Error(`a row of ${name} is missing`);
        this.written++;
        yield found;
      }
    }
  }

  /** Keys of the rows of a model; of one that was not worked out it is the row that says why. */
  private *keysOf(name: string): Generator<string> {
    const end = this.ends.get(name);
    if (end?.kind !== 'done' || end.isFailed) yield this.keys.ofError(name);
    else
      for (const combination of combinationsOf(this.spec))
        yield this.keys.of(name, end.contentHash, combination);
  }
}
