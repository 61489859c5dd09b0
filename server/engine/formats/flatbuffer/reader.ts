import type { ByteSource } from '../../graph/byteSource';
import type { Model } from '../../graph/model';
import type { Scheduler } from '../../scheduler';
import { marked, ProblemList } from '../problems';
import { boundless, Meter, readInRoom, type ReadModel, type Room } from '../room';
import { unreadable, UnreadableError } from '../unreadable';
import { Pages } from './pages';
import type { Table, Vector } from './table';

const truncatedCode = 'format.truncated';

/** Whether a file has these letters behind the offset of its root table. */
export function isMarkedFlat(head: Uint8Array, letters: string): boolean {
  return [...letters].every((letter, i) => head[4 + i] === letter.charCodeAt(0));
}

type ReaderOf = new (...parts: ConstructorParameters<typeof FlatReader>) => {
  read(): Promise<Model | null>;
};

/** Reads a file by a reader of its format, at most so many problems of it. */
export async function readFlat(
  Reader: ReaderOf,
  mostProblems: number,
  source: ByteSource,
  scheduler: Scheduler,
  room: Room = boundless,
): Promise<ReadModel> {
  const problems = new ProblemList(mostProblems);
  const meter = new Meter(room);
  const pages = new Pages(source);
  const reader = new Reader(pages, scheduler, problems, meter);
  return readInRoom(source, pages, async () => {
    const value = await reader.read();
    return marked({ value, problems: problems.finish(), bytes: meter.bytes });
  });
}

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
