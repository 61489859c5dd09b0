import { problem } from '../problem';
import type { Problem } from '../problem';

/** More problems of one run help nobody; the last one says that others were left out. */
const maximumProblems = 1000;

/** Names that nobody makes: a node or a line that made them is missing. */
const tellsOfMissing: ReadonlySet<string> = new Set([
  'inference.value-undefined',
  'inference.output-undefined',
]);

/** What was not written out: bodies with nodes of their own. */
const tellsOfCut: ReadonlySet<string> = new Set([
  'inference.expansion-too-large',
  'inference.nesting-too-deep',
]);

/** What is told of a run, up to a limit, and whether all of the model is there. */
export class Remarks {
  readonly problems: Problem[] = [];
  isPartial: boolean;
  isFaulty = false;

  /** @param isModelPartial the file could not be read as a whole, and a problem of its own says why */
  constructor(private readonly isModelPartial: boolean) {
    this.isPartial = isModelPartial;
  }

  add(found: Problem): void {
    const isMissing = tellsOfMissing.has(found.code);
    if (isMissing || tellsOfCut.has(found.code)) this.isPartial = true;
    if (found.severity === 'error' && found.node !== null) this.isFaulty = true;
    // What made the name may stand in the part that was not read: blaming the model would mislead.
    if (isMissing && this.isModelPartial) return;
    const { problems } = this;
    if (problems.length < maximumProblems) problems.push(found);
    else if (problems.length === maximumProblems) {
      problems.push(problem('information', 'inference.more-problems', { limit: maximumProblems }));
    }
  }
}
