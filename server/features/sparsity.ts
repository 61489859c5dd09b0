import type { CancellationToken } from 'vscode-languageserver/node';
import type { Language } from '../../l10n/messages';
import { chips as catalogue } from '../engine/chips/catalogue';
import { twoOfFourSpeedup } from '../engine/cost/sparsity/speedup';
import { markdownOf } from '../engine/report/print/markdown';
import { sparsitySections } from '../engine/report/sparsity';
import { slicedScheduler } from '../engine/scheduler';
import { reportWords } from '../reportWords';
import type { Analysis } from '../workspace/analysis';
import type { ModelFiles } from '../workspace/modelFiles';
import { sparsityReport } from '../workspace/sparsity';
import { modelName } from './names';

/** A page about the zeros in the weights: of the chosen chips, and of those that skip zeros of the 2:4 pattern. */
export async function sparsityPage(
  analysis: Analysis,
  files: ModelFiles,
  language: Language,
  token: CancellationToken,
  onProgress: (done: number, all: number) => void,
): Promise<string> {
  const { listing, prepared, chips } = analysis;
  const chosen = chips.map(({ chip }) => chip);
  const known = new Set(chosen.map(({ id }) => id));
  const others = catalogue.filter((chip) => twoOfFourSpeedup(chip) !== null && !known.has(chip.id));
  const scheduler = slicedScheduler(
    () => token.isCancellationRequested,
    () => new Promise<void>((resolve) => setImmediate(resolve)),
  );
  const input = {
    modelUri: listing.modelUri,
    path: modelName(listing.uri),
    prepared,
    chips: [...chosen, ...others],
    host: undefined,
  };
  const report = await sparsityReport(input, files, scheduler, onProgress);
  return markdownOf(sparsitySections(report, reportWords(language)));
}
