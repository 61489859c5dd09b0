import type { NodeRow, RowsResult } from '../../server/protocol';

const pageSize = 100;

export interface PagesHost {
  /** Rows as they are sorted and filtered now. */
  readonly ask: (from: number, count: number) => Promise<RowsResult>;
  readonly loaded: (total: number) => void;
  readonly failed: (message: string) => void;
}

/** The rows of a long list, asked for page by page when they come into view. */
export class Pages {
  private readonly pages = new Map<number, readonly NodeRow[] | 'loading'>();
  private generation = 0;
  private known = 0;

  /** @param revision of the analysis; rows of another one are not taken */
  constructor(
    private readonly revision: number,
    private readonly host: PagesHost,
  ) {}

  /** Rows in all, as far as is known. */
  get total(): number {
    return this.known;
  }

  /** Forgets all rows, because they are sorted or filtered otherwise from now on, and asks for the first ones. */
  restart(): void {
    this.generation++;
    this.pages.clear();
    this.load(0);
  }

  /** A row; while it is not there it is undefined and asked for. */
  row(index: number): NodeRow | undefined {
    const number = Math.floor(index / pageSize);
    const page = this.pages.get(number);
    if (page === undefined) this.load(number);
    return page === undefined || page === 'loading' ? undefined : page[index % pageSize];
  }

  private load(page: number): void {
    this.pages.set(page, 'loading');
    const asked = this.generation;
    this.host.ask(page * pageSize, pageSize).then(
      (result) => {
        if (asked !== this.generation || result.revision !== this.revision) return;
        this.pages.set(page, result.rows);
        this.known = result.total;
        this.host.loaded(this.known);
      },
      (error: Error) => {
        // A stale revision is followed by a new summary; anything else is said.
        if (asked !== this.generation) return;
        this.pages.delete(page);
        this.host.failed(error.message);
      },
    );
  }
}
