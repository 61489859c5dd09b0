import type { Measurement } from '../engine/cost/calibrate/measurement';
import type { Problem } from '../engine/problem';
import type { Phase } from '../engine/workload';
import { platform, type TextStore } from '../platform';

/** A profile that someone imported for a model, and under which circumstances. */
export interface StoredProfile {
  /** Id of the chip that it was measured on. */
  readonly chip: string;
  /** Name of the file that it came from. */
  readonly file: string;
  /** Address of that file, which is never read again but never written over either; older stores don't say. */
  readonly source?: string;
  /** ISO time of the import. */
  readonly imported: string;
  /** Of the model as it was then (modelDigest). */
  readonly digest: string;
  readonly bindings: Readonly<Record<string, number>>;
  readonly phase: Phase;
  /** What reading it had to say. */
  readonly problems: readonly Problem[];
  readonly profile: Measurement;
}

const version = 1;
/** Bytes of a stored file: far above what the caps on profiles let through. */
const sizeLimit = 256e6;
/** Models whose profiles are kept in memory. */
const keptModels = 20;

/**
 * Imported profiles by model, kept in the folder that the client gives to this workspace. The rows are kept, not the
 * file's place: profilers write to temporary places, and nothing outside has to be read when a window opens.
 */
export class ProfileStore {
  private readonly known = new Map<string, Promise<readonly StoredProfile[]>>();
  private changes: Promise<unknown> = Promise.resolve();

  /** @param folder null: profiles last as long as the server */
  constructor(private readonly folder: () => string | null) {}

  /** The profiles of a model, at most one for each chip. */
  of(modelUri: string): Promise<readonly StoredProfile[]> {
    let profiles = this.known.get(modelUri);
    if (!profiles) this.keep(modelUri, (profiles = this.read(modelUri)));
    return profiles;
  }

  /** The addresses of the files that a model's profiles stand in and came from. */
  async files(modelUri: string): Promise<string[]> {
    const sources = (await this.of(modelUri)).flatMap(({ source }) => source ?? []);
    const kept = this.placeOf(modelUri);
    return kept ? [kept.store.addressOf(kept.name), ...sources] : sources;
  }

  /** Keeps a profile in place of an older one of the same chip. */
  put(modelUri: string, profile: StoredProfile): Promise<void> {
    return this.inTurn(async () => {
      const others = (await this.of(modelUri)).filter(({ chip }) => chip !== profile.chip);
      await this.write(modelUri, [...others, profile]);
    });
  }

  /** @returns the profile that is gone now; undefined where there was none */
  remove(modelUri: string, chip: string): Promise<StoredProfile | undefined> {
    return this.inTurn(async () => {
      const all = await this.of(modelUri);
      const gone = all.find((one) => one.chip === chip);
      const others = all.filter((one) => one !== gone);
      if (gone) await this.write(modelUri, others);
      return gone;
    });
  }

  /** Changes wait for each other: each begins with what the one before has written. */
  private inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.changes.then(change);
    this.changes = result.catch(() => undefined);
    return result;
  }

  private keep(modelUri: string, profiles: Promise<readonly StoredProfile[]>): void {
    this.known.delete(modelUri);
    this.known.set(modelUri, profiles);
    const oldest = this.known.keys().next().value;
    // Without a folder memory is all there is.
    if (this.folder() !== null && this.known.size > keptModels && oldest !== undefined)
      this.known.delete(oldest);
  }

  /** Where a model's profiles are kept; null where nothing is. */
  private placeOf(modelUri: string): { readonly store: TextStore; readonly name: string } | null {
    const folder = this.folder();
    const { localFiles, newHash } = platform();
    // A text that was never saved has no name that would stay its own.
    if (folder === null || !localFiles || modelUri.startsWith('untitled:')) return null;
    const hash = newHash();
    hash.update(modelUri);
    return { store: localFiles.store(folder), name: `${hash.end()}.json` };
  }

  private async read(modelUri: string): Promise<readonly StoredProfile[]> {
    const kept = this.placeOf(modelUri);
    if (!kept) return [];
    try {
      const stored: unknown = JSON.parse(await kept.store.read(kept.name, sizeLimit));
      return isStored(stored) && stored.modelUri === modelUri ? stored.profiles : [];
    } catch {
      // There is none, or it was cut off: a profile can be imported again.
      return [];
    }
  }

  private async write(modelUri: string, profiles: readonly StoredProfile[]): Promise<void> {
    const kept = this.placeOf(modelUri);
    if (kept && profiles.length === 0) await kept.store.remove(kept.name);
    else if (kept) await kept.store.write(kept.name, JSON.stringify({ version, modelUri, profiles }));
    // Not before: what could not be written would be there until the window closes, and then no more.
    this.keep(modelUri, Promise.resolve(profiles));
  }
}

interface Stored {
  readonly version: number;
  readonly modelUri: string;
  readonly profiles: readonly StoredProfile[];
}

/** Our own files; another version's, or damaged ones, are as if there were none. */
function isStored(value: unknown): value is Stored {
  if (!isObject(value) || value['version'] !== version || typeof value['modelUri'] !== 'string') return false;
  const { profiles } = value;
  return Array.isArray(profiles) && profiles.every(isProfile);
}

function isProfile(value: unknown): boolean {
  if (!isObject(value) || !isObject(value['bindings']) || !isObject(value['profile'])) return false;
  if (!['string', 'undefined'].includes(typeof value['source'])) return false;
  const texts = [value['chip'], value['file'], value['imported'], value['digest'], value['phase']];
  const { rows } = value['profile'];
  if (!Array.isArray(value['problems']) || !value['problems'].every(isObject)) return false;
  return texts.every((text) => typeof text === 'string') && Array.isArray(rows) && rows.every(isRow);
}

function isRow(row: unknown): boolean {
  return (
    isObject(row) &&
    typeof row['name'] === 'string' &&
    Array.isArray(row['names']) &&
    typeof row['seconds'] === 'number'
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
