import type { Model, Parsed } from '../graph/model';
import type { Problem, Severity } from '../problem';

/** Notes in a model that parts of its file could not be read, where an error says so. */
export function marked<T extends Parsed<Model | null>>(parsed: T): T {
  const { value, problems } = parsed;
  if (!value || !problems.some(({ severity }) => severity === 'error')) return parsed;
  return { ...parsed, value: { ...value, isPartial: true } };
}

/** Collects the problems of one file; beyond the limit they are only counted, so that garbage gives a short list. */
export class ProblemList {
  private readonly list: Problem[] = [];
  private readonly once = new Set<string>();
  private more = 0;

  constructor(private readonly limit: number) {}

  add(severity: Severity, code: string, args: Problem['args'] = {}, offset?: number): void {
    if (this.list.length >= this.limit) this.more++;
    else if (offset === undefined) this.list.push({ severity, code, args, node: null });
    // The texts name the offset too, so it is an argument as well.
    else this.list.push({ severity, code, args: { ...args, offset }, node: null, offset });
  }

  /** As {@link add}, but only the first of its code. */
  addOnce(severity: Severity, code: string, args: Problem['args'] = {}, offset?: number): void {
    if (this.once.has(code)) return;
    this.once.add(code);
    this.add(severity, code, args, offset);
  }

  /** True if one of this code was added. */
  has(code: string): boolean {
    return this.list.some((problem) => problem.code === code);
  }

  /** Forgets all that was added: one plain word takes its place. */
  clear(): void {
    this.list.length = 0;
    this.more = 0;
  }

  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  finish(): readonly Problem[] {
    if (this.more > 0) {
      const args = { count: this.more };
      this.list.push({ severity: 'information', code: 'format.more-problems', args, node: null });
      this.more = 0;
    }
    return this.list;
  }
}
