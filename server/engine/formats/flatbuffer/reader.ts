import type { Scheduler } from '../../scheduler';
import type { ProblemList } from '../problems';
import type { Meter } from '../room';
import { unreadable, UnreadableError } from '../unreadable';
import type { Pages } from './pages';
import type { Table, Vector } from './table';

const truncatedCode = 'format.truncated';

/** Reads things of a FlatBuffer one by one: what is wrong with one is told, and the others are read all the same. */
export class FlatReader {
  constructor(
    protected readonly pages: Pages,
    private readonly scheduler: Scheduler,
    protected readonly problems: ProblemList,
    protected readonly meter: Meter,
  ) {}

  /** Reads one thing; null comes of what cannot be read. */
  protected async attempt<T>(read: () => T): Promise<T | null> {
    const turn = this.scheduler.tick();
    if (turn) await turn;
    try {
      return await this.pages.run(read);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      // A file that breaks off is told once, not for each thing that it lacks.
      if (!this.problems.has(truncatedCode) || error.problem.code !== truncatedCode)
        this.problems.push(error.problem);
      return null;
    }
  }

  /** The tables of a list, one after the other; undefined in the place of those that cannot be read. */
  protected async items<T>(
    parent: Table,
    { slot, kind, most }: { readonly slot: number; readonly kind: string; readonly most: number },
    read: (table: Table, index: number) => Promise<T | undefined>,
  ): Promise<(T | undefined)[]> {
    const list = await this.attempt(() => capped(parent.tables(slot), most));
    const found: (T | undefined)[] = [];
    for (let i = 0; i < (list?.count ?? 0); i++) {
      const table = await this.attempt(() => parent.item(list!, i, kind));
      found.push(table ? await read(table, i) : undefined);
    }
    return found;
  }
}

function capped(list: Vector, most: number): Vector {
  if (list.count > most) throw unreadable('format.too-many', { limit: most }, list.at);
  return list;
}
