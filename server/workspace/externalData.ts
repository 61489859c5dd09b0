import { isPointer } from '../engine/formats/externalConstants';
import type { Beside } from '../engine/formats/beside';
import { externalPath } from '../engine/formats/externalPath';
import { problem } from '../engine/problem';
import type { Problem } from '../engine/problem';
import { appendAll } from '../engine/lists';
import { localFilesOf } from '../platform';
import type { FileStamp, OpenFile } from '../platform';
import { LinkError, type ModelFiles } from './modelFiles';

/** A file of external data and how many bytes the model's tensors need of it (0 when the model doesn't say). */
export interface ExternalFile {
  readonly location: string;
  readonly bytesNeeded: number;
  /** Name of a constant in it that may decide shapes and was not read. */
  readonly constant: string | null;
}

/** Files that are looked at: a hostile model names a hundred thousand, real ones a few hundred at most. */
const mostLooks = 500;
/** At a time: a network drive takes long for each. */
const looksAtATime = 8;
/** Remarks on single files; one more says how many are left out. */
const mostNotes = 20;

/**
 * Looks whether a model's external data is there: `stat` alone (pointers of Git LFS are read), and only inside the model's own folder. A location is
 * file content from who knows where, so absolute paths, `..` and links that lead out are named, never followed.
 * @param isOver the answer is wanted no longer: no further file is looked at
 */
export async function externalDataProblems(
  modelUri: string,
  files: readonly ExternalFile[],
  reader: ModelFiles,
  isOver: () => boolean = () => false,
): Promise<Problem[]> {
  // Nothing beside the model can be seen: that it is missing would be untrue.
  if (files.length > 0 && !reader.sees(modelUri)) return [counted('external-data-unseen', files.length)];
  const looked = files.slice(0, mostLooks);
  const notes: Problem[] = [];
  for (let at = 0; at < looked.length && !isOver(); at += looksAtATime) {
    const some = looked.slice(at, at + looksAtATime).map((file) => problemOf(modelUri, file, reader));
    appendAll(notes, (await Promise.all(some)).flat());
  }
  const problems = notes.slice(0, mostNotes);
  if (notes.length > mostNotes) problems.push(counted('external-data-more', notes.length - mostNotes));
  if (files.length > mostLooks) problems.push(counted('external-data-many', files.length - mostLooks));
  return problems;
}

async function problemOf(modelUri: string, file: ExternalFile, reader: ModelFiles): Promise<Problem[]> {
  const { location, bytesNeeded, constant } = file;
  const found = await look(modelUri, location, reader);
  if (found === 'external-data-missing' && constant !== null)
    return [problem('warning', 'external-data-missing-constant', { file: location, constant })];
  if (typeof found === 'string') return [problem('information', found, { file: location })];
  if (constant !== null && found <= largestPointer && (await isPointerAt(modelUri, location, reader)))
    return [problem('warning', 'external-data-pointer', { file: location })];
  if (found >= bytesNeeded) return [];
  const args = { file: location, size: found, needed: bytesNeeded };
  return [problem('warning', 'external-data-short', args)];
}

/** Pointers of Git LFS have some 130 bytes; its specification allows less than 1,024. */
const largestPointer = 1024;

async function isPointerAt(modelUri: string, location: string, reader: ModelFiles): Promise<boolean> {
  const file = await openExternal(modelUri, location, reader);
  if (typeof file === 'string') return false;
  try {
    return await isPointer(file.source);
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

function counted(code: `external-data-${'more' | 'many' | 'unseen'}`, count: number): Problem {
  return problem('information', code, { count });
}

/** The addresses of a model's external data, as far as it may be followed (and is there, of a local model); links resolved. */
export async function externalPlaces(modelUri: string, locations: readonly string[]): Promise<string[]> {
  const places: string[] = [];
  for (const location of locations) {
    const uri = await placeOf(modelUri, location).catch(() => null);
    if (uri !== null) places.push(uri);
  }
  return places;
}

/** Opens a file of external data for reading, by the same rules; the reason where it may not or cannot be read. */
export async function openExternal(
  modelUri: string,
  location: string,
  reader: ModelFiles,
): Promise<OpenFile | Missing> {
  try {
    const uri = await placeOf(modelUri, location, reader);
    if (uri === null) return 'external-data-outside';
    if (!localFilesOf(uri)) await reader.statBeside(uri);
    return await reader.open(uri);
  } catch (error) {
    return missing(error);
  }
}

/** What a look at a file of external data says, by the same rules; null where it may not be looked at or is not there. */
export async function stampOfExternal(
  modelUri: string,
  location: string,
  reader: ModelFiles,
): Promise<FileStamp | null> {
  try {
    const uri = await placeOf(modelUri, location, reader);
    return uri === null ? null : await reader.statBeside(uri);
  } catch {
    return null;
  }
}

/** What lies beside a model, for readers of formats that spread a model over several files; by the same rules. */
export function besideOf(modelUri: string, name: string, reader: ModelFiles): Beside {
  return {
    name,
    open: async (location) => {
      const file = await openExternal(modelUri, location, reader);
      return typeof file === 'string' ? null : file;
    },
  };
}

type Missing = 'external-data-missing' | 'external-data-outside';

/** The file's size, or the code of what is wrong with it. */
async function look(modelUri: string, location: string, reader: ModelFiles): Promise<number | Missing> {
  try {
    const uri = await placeOf(modelUri, location, reader);
    return uri === null ? 'external-data-outside' : (await reader.statBeside(uri)).size;
  } catch (error) {
    return missing(error);
  }
}

function missing(error: unknown): Missing {
  return error instanceof LinkError ? 'external-data-outside' : 'external-data-missing';
}

/**
 * The address of a location inside the model's folder; null where it leads out. Rejects if it is not there. Links of this machine are
 * resolved, those that the client reports lead out for all that anybody knows.
 * @param reader asks the client; left out where nothing is read
 */
async function placeOf(modelUri: string, location: string, reader?: ModelFiles): Promise<string | null> {
  const path = externalPath(location);
  if (!path.ok) return null;
  const local = localFilesOf(modelUri);
  if (!local) {
    const encoded = path.segments.map(encodeURIComponent);
    const end = modelUri.search(/[?#]/);
    const whole = end === -1 ? modelUri : modelUri.slice(0, end);
    const slash = whole.lastIndexOf('/');
    // A text that was never saved lies in no folder.
    if (slash === -1) throw new Error('no folder');
    const placeAt = (depth: number): string =>
      whole.slice(0, slash + 1) + encoded.slice(0, depth).join('/') + modelUri.slice(whole.length);
    // Of the file itself the look at it tells.
    for (let depth = 1; depth < encoded.length; depth++)
      if (await reader?.isLink(placeAt(depth))) return null;
    return placeAt(encoded.length);
  }
  return local.beside(modelUri, path.segments);
}
