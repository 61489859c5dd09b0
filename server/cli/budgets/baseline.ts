import { join } from 'node:path';
import manifest from '../../../package.json';
import type { Language } from '../../../l10n/language';
import { baselineText, placeKey, type Known, type Place } from '../../engine/budgets/baseline';
import { placesOf } from '../../engine/budgets/snapshot';
import type { Arguments } from '../arguments';
import { failed, usage, type Outcome } from '../failure';
import { budgetsOf } from './budgetFile';
import { costedModel } from './costed';
import { matchedModels } from './matched';

/** `siliconlens baseline --budget FILE [PATH…]`: what the models of budgets cost now, for `check` to compare with. */
export async function baseline(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const given = await budgetsOf(words, language);
  const models = await matchedModels(given.root, given.budgets, words.positionals);
  if (models.length === 0) throw usage('cli.check.noModels', { path: given.path });
  const entries: (Place & Known)[] = [];
  const notes: string[] = [];
  for (const model of models) {
    const { contentHash, snapshots, error, remarks } = await costedModel(
      join(given.root, model.path),
      model,
      language,
      heapBytes,
    );
    // A part of a model is nothing to compare the whole with.
    if (error !== null) throw failed('cli.check.unread', { count: 1, message: error });
    for (const remark of remarks) notes.push(`${model.path}: ${remark}`);
    for (const budget of model.budgets)
      for (const target of placesOf(budget)) {
        const place: Place = { model: model.path, target, workload: budget.workload };
        entries.push({ ...place, contentHash, snapshot: snapshots.get(placeKey(place))! });
      }
  }
  return {
    text: baselineText(manifest.version, entries),
    failure: null,
    notes: notes.join('\n'),
    inputs: [...given.chips.read, ...models.map(({ path }) => join(given.root, path))],
  };
}
