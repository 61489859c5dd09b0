import type { Language } from '../../../l10n/language';
import { problemMessage } from '../../../l10n/problems';
import { costsOn, type ChipAnalysis, type Prepared } from '../../engine/analyse';
import { placeKey } from '../../engine/budgets/baseline';
import { placesOf, snapshotOf, type Snapshot } from '../../engine/budgets/snapshot';
import type { Budget, Target } from '../../engine/budgets/load';
import type { Problem } from '../../engine/problem';
import { uninterrupted } from '../../engine/scheduler';
import { refuseTooMuch, roomIn } from '../memory';
import { ModelDigest } from '../modelDigest';
import { lineIn, openModel, type OpenedModel } from '../openModel';
import { prepareKnown } from '../workload';

/** What a model costs in one place, with the runtime that was taken; null for the model by itself. */
type CostedPlace = Snapshot & { readonly runtime: string | null };

/** What a model costs wherever budgets want to know it. */
export interface Costed {
  /** Digest of what was read of the model (`ModelDigest`). */
  readonly contentHash: string;
  /** By `placeKey`. */
  readonly snapshots: ReadonlyMap<string, CostedPlace>;
  /** What there is to say of numbers for dimensions that the model does not have. */
  readonly remarks: readonly string[];
  /** Why only a part of the model could be read; null where all was. */
  readonly error: string | null;
}

/**
 * Costs of a model for all budgets that name it. Throws where there is no model.
 * @param file where it lies; `path` is what it is called from the root of the budget file
 */
export async function costedModel(
  file: string,
  { path, budgets }: { readonly path: string; readonly budgets: readonly Budget[] },
  language: Language,
  heapBytes: number,
): Promise<Costed> {
  const files = new ModelDigest();
  const opened = await openModel(file, language, roomIn(heapBytes), files);
  const contentHash = files.end();
  refuseTooMuch(opened, 1, heapBytes);
  const snapshots = new Map<string, CostedPlace>();
  const remarks = new Set<string>();
  for (const budget of budgets) {
    const keyOf = (target: Target | null): string =>
      placeKey({ model: path, target, workload: budget.workload });
    const targets = placesOf(budget).filter((target) => !snapshots.has(keyOf(target)));
    if (targets.length === 0) continue;
    const known = await preparedFor(opened, budget);
    for (const remark of known.remarks) remarks.add(problemMessage(language, remark));
    for (const target of targets)
      snapshots.set(keyOf(target), await snapshotAt(opened, known.prepared, target));
  }
  const error = opened.failure?.say(language) ?? null;
  return { contentHash, snapshots, remarks: [...remarks], error };
}

/** Numbers of a budget serve many models: what one does not have is a remark. */
async function preparedFor(
  { model }: OpenedModel,
  { workload }: Budget,
): Promise<{ readonly prepared: Prepared; readonly remarks: readonly Problem[] }> {
  const { bindings, phase, precision, runtime } = workload;
  const given = { settings: [bindings], options: {}, settingValues: {}, optionValues: {} };
  return prepareKnown(model, { ...given, phase, precision, runtime });
}

async function snapshotAt(
  opened: OpenedModel,
  prepared: Prepared,
  target: Target | null,
): Promise<CostedPlace> {
  const { nodes } = prepared.inference;
  const lineOf = (index: number): number | null => lineIn(opened, nodes[index]!.node);
  const analysis: ChipAnalysis | null =
    target && (await costsOn(prepared, target.chip, uninterrupted, target.host));
  return { ...snapshotOf(prepared, analysis, lineOf), runtime: analysis?.cost.runtime ?? null };
}
