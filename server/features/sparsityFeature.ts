import type { Language } from '../../l10n/language';
import { markdownOf } from '../engine/report/print/markdown';
import { sparsitySections } from '../engine/report/sparsityReport';
import type { Scheduler } from '../engine/scheduler';
import { sparsityProgressNotification } from '../protocol';
import { reportWords } from '../reportWords';
import type { Analysis } from '../workspace/analysis';
import type { ModelFiles } from '../workspace/modelFiles';
import { sparseChips, sparsityReport } from '../workspace/sparsityCheck';
import { modelName } from './names';
import type { ServerContext } from './context';
import { chosenHost } from '../workspace/chosenChips';

/** Tells the client how far the reading is: a hundred steps are all that a progress bar shows. */
export function progressTo({ editor }: ServerContext, uri: string): (done: number, all: number) => void {
  let told = 0;
  return (done, all) => {
    if (done < all && done - told < all / 100) return;
    told = done;
    editor.tell(sparsityProgressNotification, { uri, done, all });
  };
}

/** A page about the zeros in the weights: of the chosen chips, and of those that skip zeros of the 2:4 pattern. */
export async function sparsityPage(
  analysis: Analysis,
  files: ModelFiles,
  language: Language,
  scheduler: Scheduler,
  onProgress: (done: number, all: number) => void,
): Promise<string> {
  const { listing, prepared, chips } = analysis;
  const chosen = chips.map(({ chip }) => chip);
  const known = new Set(chosen.map(({ id }) => id));
  const others = sparseChips(prepared.workload.runtime).filter(({ id }) => !known.has(id));
  const input = {
    modelUri: listing.modelUri,
    path: modelName(listing.uri),
    prepared,
    chips: [...chosen, ...others],
    host: chosenHost(analysis.choices, analysis.catalogue),
  };
  const report = await sparsityReport(input, files, scheduler, onProgress);
  return markdownOf(sparsitySections(report, reportWords(language)));
}
