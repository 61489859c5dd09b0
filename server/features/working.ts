import type { WorkingModel, WorkStage } from '../protocol';

/**
 * What the server is at work on and what it leaves alone. The client is told of work before it begins: should the server
 * end over a model, the next one gets it among those to leave alone.
 */
export class Working {
  private readonly begun = new Set<WorkingModel>();
  private leftAlone: ReadonlyMap<string, WorkStage> = new Map();

  constructor(private readonly tell: (models: readonly WorkingModel[]) => void) {}

  /** Work on a model begins; the caller calls the result when it ends. */
  begin(uri: string, stage: WorkStage): () => void {
    const work: WorkingModel = { uri, stage };
    this.begun.add(work);
    this.tell(this.all());
    return () => {
      if (this.begun.delete(work)) this.tell(this.all());
    };
  }

  /** Tells of work as long as it goes on. */
  async during<T>(uri: string, work: () => Promise<T> | T): Promise<T> {
    const end = this.begin(uri, 'analysing');
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** What to leave alone from now on; answers with the models that are to be left alone no longer. */
  withhold(models: readonly WorkingModel[]): string[] {
    const before = [...this.leftAlone.keys()];
    this.leftAlone = new Map(models.map(({ uri, stage }) => [uri, stage]));
    return before.filter((uri) => !this.leftAlone.has(uri));
  }

  /** How far the last server came with a model that it ended over; undefined for all others. */
  withheld(uri: string): WorkStage | undefined {
    return this.leftAlone.get(uri);
  }

  private all(): WorkingModel[] {
    return [...this.begun];
  }
}
