import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileNames, isModelPath } from '../../../modelFormats/names';
import { filesBelow } from '../../node/filesBelow';
import { isPattern, matchesGlob } from '../../workspace/glob';

/** A model of a sweep. */
export interface FoundModel {
  /** Its path from the plan's folder on, with slashes: the same on every machine. */
  readonly name: string;
  /** Where it lies. */
  readonly path: string;
}

/**
 * The models that an entry of a plan names: a file, a folder with a model's configuration, any other folder with all models
 * below it, or a glob. Folders that are links are not followed. None where nothing is there.
 * @param folder where relative paths start
 */
export async function modelsOf(entry: string, folder: string): Promise<readonly FoundModel[]> {
  const slashed = sep === '\\' ? entry.replaceAll('\\', '/') : entry;
  if (isPattern(slashed)) return byGlob(slashed, folder);
  const path = resolve(folder, slashed);
  const stats = await stat(path).catch(() => null);
  if (!stats) return [];
  if (!stats.isDirectory() || (await isModelFolder(path))) return [{ name: nameOf(path, folder), path }];
  const inside = await filesBelow(path);
  return inside
    .filter((name) => isModelPath(name))
    .map((name) => ({ name: nameOf(join(path, name), folder), path: join(path, name) }));
}

async function isModelFolder(path: string): Promise<boolean> {
  const names = await readdir(path).catch((): string[] => []);
  return names.some((name) => fileNames.includes(name));
}

async function byGlob(glob: string, folder: string): Promise<readonly FoundModel[]> {
  // Folders before the first pattern are walked to, not matched: they may lead up.
  const steps = glob.split('/');
  const first = steps.findIndex((step) => isPattern(step));
  const base = resolve(folder, steps.slice(0, first).join('/') || (isAbsolute(glob) ? '/' : '.'));
  const pattern = steps.slice(first).join('/');
  const found = await filesBelow(base);
  return found
    .filter((name) => matchesGlob(pattern, name))
    .map((name) => ({ name: nameOf(join(base, name), folder), path: join(base, name) }));
}

function nameOf(path: string, folder: string): string {
  return relative(folder, path).split(sep).join('/');
}
