import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileNames, isModelPath } from '../../../modelFormats/names';
import { isPattern, matchesGlob } from '../../workspace/glob';

/** A model of a sweep. */
export interface FoundModel {
  /** Its path from the plan's folder on, with slashes: the same on every machine. */
  readonly name: string;
  /** Where it lies. */
  readonly path: string;
}

/** Folders that hold no models of anybody's own. */
const passedOver: ReadonlySet<string> = new Set(['node_modules', '.git', '.siliconlens']);
/** Entries that one glob or folder may have, and folders inside each other: a link or a mount may lead anywhere. */
const mostEntries = 1_000_000;
const deepest = 64;

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

/** Paths of all files below a folder, from there on, with slashes. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const folders: { readonly way: string; readonly depth: number }[] = [{ way: '', depth: 0 }];
  for (let next = folders.pop(); next && found.length < mostEntries; next = folders.pop()) {
    const { way, depth } = next;
    const entries = await readdir(join(folder, way), { withFileTypes: true }).catch((): Dirent[] => []);
    for (const entry of entries) {
      const inside = way === '' ? entry.name : `${way}/${entry.name}`;
      if (!entry.isDirectory()) found.push(inside);
      else if (depth < deepest && !passedOver.has(entry.name))
        folders.push({ way: inside, depth: depth + 1 });
    }
  }
  return found;
}

function nameOf(path: string, folder: string): string {
  return relative(folder, path).split(sep).join('/');
}
