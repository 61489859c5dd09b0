import type { Range } from '../engine/formats/onnxText/places';
import { problem } from '../engine/problem';
import type { ArgsOf, ProblemCode, Severity } from '../engine/problem';
import type { PlacedProblem } from '../workspace/analysis';
import type { TextFix } from './textFixes';

/** A problem of a hand-written text, with its place and, where there is no doubt, what would mend it. */
export type TextProblem = PlacedProblem & { readonly range: Range; readonly fix?: TextFix };

/** Collects problems; beyond the limit of what anyone reads they are dropped. */
export class TextProblems {
  readonly list: TextProblem[] = [];

  constructor(private readonly limit: number) {}

  add<C extends ProblemCode>(
    range: Range,
    severity: Severity,
    code: C,
    args: ArgsOf<C>,
    fix?: TextFix,
  ): void {
    this.put({ ...problem(severity, code, args), range, ...(fix && { fix }) });
  }

  put(found: TextProblem): void {
    if (this.list.length < this.limit) this.list.push(found);
  }
}
