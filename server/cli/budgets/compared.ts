import { dirname, join, resolve } from 'node:path';
import manifest from '../../../package.json';
import type { Language } from '../../../l10n/language';
import {
  loadBaseline,
  mostBaselineBytes,
  placeKey,
  type Known,
  type Place,
} from '../../engine/budgets/baseline';
import type { CheckBaseline } from '../../engine/report/check/types';
import type { Arguments } from '../arguments';
import { Failure, usage } from '../failure';
import { brokenAt, readJson, type GivenBudgets } from './budgetFile';
import { costedModel } from './costed';
import type { MatchedModel } from './matched';
import { Revision } from './revision';

/** What one model cost in the baseline. */
export interface Before {
  /** Null where the baseline does not have the model. */
  readonly contentHash: string | null;
  /** Undefined where it does not have the model there. */
  readonly at: (place: Place) => Known['snapshot'] | undefined;
  /** Why the model as it was could not be read; null where it could, and where it was not there. */
  readonly error: string | null;
}

/** What models are compared with. */
export interface Baseline {
  readonly about: CheckBaseline;
  /** Files that it was read from. */
  readonly inputs: readonly string[];
  of(model: MatchedModel): Promise<Before>;
  dispose(): Promise<void>;
}

/** What `--baseline` or `--revision` names, else what the budget file does; null without either. */
export async function baselineOf(
  words: Arguments,
  given: GivenBudgets,
  language: Language,
  heapBytes: number,
): Promise<Baseline | null> {
  const [file, revision] = [words.text('baseline'), words.text('revision')];
  if (file !== undefined && revision !== undefined) throw usage('cli.check.twoBaselines');
  if (file !== undefined) return fromFile(file, language);
  if (revision !== undefined) return fromRevision(revision, given.root, language, heapBytes);
  const { baseline } = given;
  if (baseline?.file !== undefined) return fromFile(join(dirname(given.path), baseline.file), language);
  if (baseline?.revision === undefined) return null;
  return fromRevision(baseline.revision, given.root, language, heapBytes);
}

async function fromFile(path: string, language: Language): Promise<Baseline> {
  const { text, json } = await readJson(path, language, mostBaselineBytes);
  const loaded = loadBaseline(json.value);
  if ('faults' in loaded) throw brokenAt(path, text, json, loaded.faults[0], language);
  const { tool, known } = loaded;
  const hashes = new Map([...known].map(([key, { contentHash }]) => [modelOf(key), contentHash]));
  return {
    about: { name: path, commit: null, tool },
    inputs: [resolve(path)],
    of: ({ path: model }) =>
      Promise.resolve({
        contentHash: hashes.get(model) ?? null,
        at: (place) => known.get(placeKey(place))?.snapshot,
        error: null,
      }),
    dispose: () => Promise.resolve(),
  };
}

/** The model of a key. */
function modelOf(key: string): string {
  return String((JSON.parse(key) as readonly unknown[])[0]);
}

async function fromRevision(
  name: string,
  root: string,
  language: Language,
  heapBytes: number,
): Promise<Baseline> {
  const revision = await Revision.named(name, root);
  return {
    about: { name, commit: revision.commit, tool: manifest.version },
    inputs: [],
    of: (model) => beforeIn(revision, model, language, heapBytes),
    dispose: () => revision.dispose(),
  };
}

async function beforeIn(
  revision: Revision,
  model: MatchedModel,
  language: Language,
  heapBytes: number,
): Promise<Before> {
  const nothing: Before = { contentHash: null, at: () => undefined, error: null };
  try {
    const file = await revision.fileOf(model.path);
    if (file === null) return nothing;
    const { contentHash, snapshots, error } = await costedModel(file, model, language, heapBytes);
    return { contentHash, at: (place) => snapshots.get(placeKey(place)), error };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // A model that was there and cannot be read is not new: what it cost cannot be told.
    const unknown = { figures: new Map(), nodes: { rows: [], isCut: false } };
    return { ...nothing, at: () => unknown, error: error.say(language) };
  }
}
