import { posix } from 'node:path';
import { URI } from 'vscode-uri';
import { version } from '../../package.json';
import { messageOf } from '../../l10n/messages';
import type { Language } from '../../l10n/messages';
import { buildReport } from '../engine/report/build';
import type { Report } from '../engine/report/types';
import type { Analysis } from './analysis';
import { conflictProblem, measuredOf } from './measured';
import { lineOf } from './nodeIndex';
import { profileProblems } from './profileProblems';

const reports = new WeakMap<Analysis, Report>();

/** The whole report of an analysis, made when someone first asks for it. */
export function reportOf(analysis: Analysis, language: Language): Report {
  let report = reports.get(analysis);
  if (!report) reports.set(analysis, (report = build(analysis, language)));
  return report;
}

function build(analysis: Analysis, language: Language): Report {
  const { listing, prepared, chips } = analysis;
  const uri = URI.parse(listing.modelUri);
  const conflicts = chips.flatMap((chip) => conflictProblem(measuredOf(analysis, chip)));
  return buildReport({
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
  });
}
