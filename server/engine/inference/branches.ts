import type { Fact } from '../operators/rule';
import type { Problem } from '../problem';

/** One of several subgraphs of which only one runs, after its walk. */
export interface Branch {
  readonly scope: number | undefined;
  readonly facts: readonly Fact[];
  readonly held: readonly Problem[];
  /** Another one is known to run. */
  readonly isOut: boolean;
  /** Something is wrong with it, which may be a reason why it is another that runs. */
  readonly cannotRun: boolean;
}

/** Holds back what is found in branches until it is known which of them can run. */
export class Branches {
  /** What was found in the branch at hand; undefined outside of branches. */
  private held: Problem[] | undefined;
  /** Problems are told once, also of a branch that is walked several times. */
  private readonly broken = new Set<number>();

  constructor(private readonly report: (found: Problem) => void) {}

  deliver(found: Problem): void {
    if (this.held) this.held.push(found);
    else this.report(found);
  }

  /** @param isOut another one is known to run */
  async run(
    scope: number | undefined,
    isOut: boolean,
    walk: () => Promise<readonly Fact[]>,
  ): Promise<Branch> {
    const around = this.held;
    const held: Problem[] = [];
    this.held = held;
    const facts = await walk();
    this.held = around;
    if (scope !== undefined && held.some(({ severity }) => severity === 'error')) this.broken.add(scope);
    return { scope, facts, held, isOut, cannotRun: scope !== undefined && this.broken.has(scope) };
  }

  /**
   * Tells what is wrong with the branches of a node, unless another one runs.
   * @returns the scopes of those that don't run then
   */
  tell(branches: readonly Branch[]): number[] {
    const someRun = branches.some(({ cannotRun, isOut }) => !cannotRun && !isOut);
    const left: number[] = [];
    for (const { scope, held, isOut, cannotRun } of branches) {
      if (cannotRun && (someRun || isOut)) left.push(scope!);
      else for (const found of held) this.deliver(found);
    }
    return left;
  }
}
