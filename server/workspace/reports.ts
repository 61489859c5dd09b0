import { URI, Utils } from 'vscode-uri';
import { version } from '../../package.json';
import { problemMessage } from '../../l10n/problems';
import type { Language } from '../../l10n/language';
import { reportHead } from '../engine/report/build';
import type { ReportHead, ReportInput } from '../engine/report/build';
import { Query } from '../engine/query';
import type { Analysis } from './analysis';
import { conflictProblem, measuredOf } from './measured';
import { lineOf } from './nodeIndex';
import { profileProblems } from './profileProblems';

/** By language, and by the revision of the notes on external data that they have. */
const heads = new Query<Analysis, ReportHead>();

/** What the report says of the model and of each chip as a whole. */
export function reportHeadOf(analysis: Analysis, language: Language): ReportHead {
  const key = `${language} ${analysis.listing.external.revision}`;
  return heads.at(analysis, () => reportHead(reportInput(analysis, language)), key);
}

/** What the report of an analysis is made from. */
export function reportInput(analysis: Analysis, language: Language): ReportInput {
  const { listing, prepared, chips } = analysis;
  const uri = URI.parse(listing.modelUri);
  const conflicts = chips.flatMap((chip) => conflictProblem(measuredOf(analysis, chip)));
  return {
    tool: { version, catalogueVersion: version },
    path: uri.scheme === 'file' ? uri.fsPath : Utils.basename(uri),
    prepared,
    chips,
    carbonIntensity: analysis.choices.carbonIntensity,
    batteryWattHours: analysis.choices.batteryWattHours,
    problems: [
      ...listing.problems,
      ...listing.external.problems,
      ...profileProblems(analysis).map(({ problem }) => problem),
      ...conflicts,
    ],
    measuredOn: (chip) => measuredOf(analysis, chip)?.report ?? null,
    lineOf: (node) => {
      const line = lineOf(analysis, node);
      return line === null ? null : line + 1;
    },
    textOf: (problem) => problemMessage(language, problem),
  };
}
