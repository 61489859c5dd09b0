import type { Model, Parsed } from '../graph/model';
import { problem } from '../problem';
import type { ArgsBut, ArgsOf, Problem, ProblemCode, Severity } from '../problem';

/** Where a problem was seen in the file: must be said where its text names the place. */
type OffsetOf<C extends ProblemCode> = string extends keyof ArgsOf<C>
  ? [offset?: number]
  : 'offset' extends keyof ArgsOf<C>
    ? [offset: number]
    : [offset?: number];

/** Notes in a model that parts of its file could not be read, where an error says so. */
export function marked<T extends Parsed<Model | null>>(parsed: T): T {
  const { value, problems } = parsed;
  if (!value || !problems.some(({ severity }) => severity === 'error')) return parsed;
  return { ...parsed, value: { ...value, isPartial: true, storesMore: true } };
}

/** Collects the problems of one file; beyond the limit they are only counted, so that garbage gives a short list. */
export class ProblemList {
  private readonly list: Problem[] = [];
  private readonly once = new Set<string>();
  private more = 0;

  constructor(private readonly limit: number) {}

  add<C extends ProblemCode>(
    severity: Severity,
    code: C,
    args: ArgsBut<C, 'offset'>,
    ...[offset]: OffsetOf<C>
  ): void {
    // Some texts name the offset too, so it is an argument as well.
    const all = { ...args, ...(offset !== undefined && { offset }) } as unknown as ArgsOf<C>;
    this.push(problem(severity, code, all, offset === undefined ? {} : { offset }));
  }

  push(found: Problem): void {
    if (this.list.length >= this.limit) this.more++;
    else this.list.push(found);
  }

  /** As {@link add}, but only the first of its code. */
  addOnce<C extends ProblemCode>(
    severity: Severity,
    code: C,
    args: ArgsBut<C, 'offset'>,
    ...offset: OffsetOf<C>
  ): void {
    if (this.once.has(code)) return;
    this.once.add(code);
    this.add(severity, code, args, ...offset);
  }

  /** True if one of this code was added. */
  has(code: ProblemCode): boolean {
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
      this.list.push(problem('information', 'format.more-problems', { count: this.more }));
      this.more = 0;
    }
    return this.list;
  }
}
