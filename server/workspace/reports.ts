import { posix } from 'node:path';
import { URI } from 'vscode-uri';
import { version } from '../../package.json';
import { messageOf } from '../../l10n/messages';
import type { Language } from '../../l10n/messages';
import { reportHead, reportSteps } from '../engine/report/build';
import type { ReportHead, ReportInput } from '../engine/report/build';
import type { SymbolicFacts } from '../engine/inference/symbolic';
import type { Report } from '../engine/report/types';
import type { Steps } from '../engine/scheduler';
import type { Analysis } from './analysis';
import { conflictProblem, measuredOf } from './measured';
import { lineOf } from './nodeIndex';
import { profileProblems } from './profileProblems';

const heads = new WeakMap<Analysis, ReportHead>();

/**
 * The whole report of an analysis. It is not kept: of a large model it takes more memory than the analysis.
 * @param symbolic shapes by the names of dimensions, for those formats that tell them
 */
export function reportOf(analysis: Analysis, language: Language, symbolic?: SymbolicFacts): Steps<Report> {
  return reportSteps({ ...inputOf(analysis, language), ...(symbolic && { symbolic }) });
}

/** What the report says of the model and of each chip as a whole. */
export function reportHeadOf(analysis: Analysis, language: Language): ReportHead {
  let head = heads.get(analysis);
  if (!head) heads.set(analysis, (head = reportHead(inputOf(analysis, language))));
  return head;
}

function inputOf(analysis: Analysis, language: Language): ReportInput {
  const { listing, prepared, chips } = analysis;
  const uri = URI.parse(listing.modelUri);
  const conflicts = chips.flatMap((chip) => conflictProblem(measuredOf(analysis, chip)));
  return {
    tool: { version, catalogueVersion: version },
    path: uri.scheme === 'file' ? uri.fsPath : posix.basename(uri.path),
    prepared,
    chips,
    carbonIntensity: analysis.choices.carbonIntensity,
    problems: [...listing.problems, ...profileProblems(analysis).map(({ problem }) => problem), ...conflicts],
    measuredOn: (chip) => measuredOf(analysis, chip)?.report ?? null,
    lineOf: (node) => {
      const line = lineOf(analysis, node);
      return line === null ? null : line + 1;
    },
    textOf: (problem) => messageOf(language, problem.code, problem.args),
  };
}
