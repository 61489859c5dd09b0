import { realpath } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { externalPath } from '../engine/formats/externalPath';
import type { Problem } from '../engine/problem';
import { isInside } from './inside';
import { isLocal } from './modelFiles';
import type { ModelFiles, OpenFile } from './modelFiles';

/** A file of external data and how many bytes the model's tensors need of it (0 when the model doesn't say). */
export interface ExternalFile {
  readonly location: string;
  readonly bytesNeeded: number;
}

/**
 * Looks whether a model's external data is there: `stat` only, and only inside the model's own folder. A location is
 * file content from who knows where, so absolute paths, `..` and links that lead out are named, never followed.
 */
export async function externalDataProblems(
  modelUri: string,
  files: readonly ExternalFile[],
  reader: ModelFiles,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const file of files) {
    const found = await look(modelUri, file.location, reader);
    if (typeof found === 'string') problems.push(note(found, file.location));
    else if (found < file.bytesNeeded) {
      problems.push(
        note('external-data-short', file.location, { size: found, needed: file.bytesNeeded }, 'warning'),
      );
    }
  }
  return problems;
}

/** Opens a file of external data for reading, by the same rules; the reason where it may not or cannot be read. */
export async function openExternal(
  modelUri: string,
  location: string,
  reader: ModelFiles,
): Promise<OpenFile | Missing> {
  try {
    const uri = await placeOf(modelUri, location);
    if (uri === null) return 'external-data-outside';
    // Opening a pipe would wait for its writer: only what is a file is opened.
    await reader.stat(uri);
    return await reader.open(uri);
  } catch {
    return 'external-data-missing';
  }
}

type Missing = 'external-data-missing' | 'external-data-outside';

/** The file's size, or the code of what is wrong with it. */
async function look(modelUri: string, location: string, reader: ModelFiles): Promise<number | Missing> {
  const uri = await placeOf(modelUri, location).catch(() => undefined);
  if (uri === null) return 'external-data-outside';
  if (uri === undefined) return 'external-data-missing';
  return await reader.stat(uri).then(
    (stamp) => stamp.size,
    () => 'external-data-missing' as const,
  );
}

/** The address of a location inside the model's folder, links resolved; null where it leads out. Rejects if it is not there. */
async function placeOf(modelUri: string, location: string): Promise<string | null> {
  const path = externalPath(location);
  if (!path.ok) return null;
  if (!isLocal(modelUri)) {
    const encoded = path.segments.map(encodeURIComponent).join('/');
    const end = modelUri.search(/[?#]/);
    const whole = end === -1 ? modelUri : modelUri.slice(0, end);
    return whole.slice(0, whole.lastIndexOf('/') + 1) + encoded + modelUri.slice(whole.length);
  }
  const folder = await realpath(dirname(fileURLToPath(modelUri)));
  const real = await realpath(resolve(folder, path.segments.join(sep)));
  return isInside(folder, real) ? pathToFileURL(real).href : null;
}

function note(
  code: string,
  file: string,
  args: Record<string, number> = {},
  severity: Problem['severity'] = 'information',
): Problem {
  return { severity, code, args: { file, ...args }, node: null };
}
