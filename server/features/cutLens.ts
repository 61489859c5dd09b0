import type { CodeLens } from 'vscode-languageserver';
import { formatterOf } from '../../l10n/format';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/server';
import { labelText } from '../../outside/label';
import type { Inference } from '../engine/inference/types';
import type { SplitReport } from '../engine/report/splitReport';
import { answerOf } from '../engine/report/splitSections';
import { linkedCommands } from '../protocol';
import { reportWords } from '../reportWords';
import type { Analysis } from '../workspace/analysis';
import { headingOf, positionOf } from '../workspace/nodeIndex';
import { known } from './format';

/** The split that was asked for last, by the shapes that it was made for. */
const asked = new WeakMap<Inference, SplitReport>();

/** Keeps the answer in sight until sizes, precision or phase are others. */
export function keepSplit({ inference }: Pick<Analysis, 'inference'>, report: SplitReport): void {
  asked.set(inference, report);
}

/**
 * Over the last node on the device where a model is best cut between device and cloud, over the graph where it is best not cut;
 * none where nobody asked, or no cut keeps what was asked.
 * @param runs the editor runs our commands; else the lens only tells
 */
export function cutLenses(analysis: Analysis, language: Language, runs: boolean): CodeLens[] {
  const report = asked.get(analysis.inference);
  const row = report && report.best !== null ? report.cuts[report.best] : undefined;
  if (!report || !row || !isOf(report, analysis)) return [];
  const format = formatterOf(language);
  const args = {
    device: labelText(report.device.target),
    cloud: labelText(report.cloud.target),
    network: labelText(report.network.name),
    bytes: known(row.transfer?.upBytes, format.bytes, language),
    time: known(row.seconds?.value, format.seconds, language),
  };
  const isWhole = row.nodes.cloud === 0;
  const key = isWhole ? 'lens.cut.device' : row.after ? 'lens.cut.here' : 'lens.cut.cloud';
  const others = report.tied.length - 1;
  const told = message(language, key, args);
  const title = others > 0 ? message(language, 'lens.cut.tied', { told, others }) : told;
  const place = isWhole || !row.after ? undefined : positionOf(analysis, row.after.index)?.operator;
  return [
    {
      range: place ?? headingOf(analysis),
      command: {
        title,
        tooltip: answerOf(report, row, reportWords(language)),
        command: runs ? linkedCommands.splitModel : '',
        ...(runs && { arguments: [analysis.listing.uri] }),
      },
    },
  ];
}

/** Whether what is asked of the model is what the split was made for. */
function isOf({ workload }: SplitReport, { prepared }: Analysis): boolean {
  const { phase, precision, runtime } = prepared.workload;
  return workload.phase === phase && workload.precision === precision && workload.runtime === runtime;
}
