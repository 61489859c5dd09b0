import type { Range } from '../engine/formats/onnxText/places';
import type { Severity } from '../engine/problem';
import type { PlacedProblem } from '../workspace/analysis';
import type { TextFix } from './textFixes';

/** A problem of a hand-written text, with its place and, where there is no doubt, what would mend it. */
export interface TextProblem extends PlacedProblem {
  readonly range: Range;
  readonly fix?: TextFix;
}

/** Collects problems; beyond the limit of what anyone reads they are dropped. */
export class TextProblems {
  readonly list: TextProblem[] = [];

  constructor(private readonly limit: number) {}

  add(
    range: Range,
    severity: Severity,
    code: string,
    args: Readonly<Record<string, string | number>>,
    fix?: TextFix,
  ): void {
    if (this.list.length >= this.limit) return;
    this.list.push({ range, severity, code, args, node: null, ...(fix && { fix }) });
  }
}
