import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders that hold nothing of anybody's own. */
const passedOver: ReadonlySet<string> = new Set(['node_modules', '.git', '.siliconlens']);
/** Files that a folder may have, and folders inside each other: a link or a mount may lead anywhere. */
const mostFiles = 1_000_000;
const deepest = 64;

/** Paths of the files below a folder, from there on, with slashes. Folders that are links are not followed. */
export async function filesBelow(root: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [{ way: '', depth: 0 }];
  for (let next = folders.pop(); next && found.length < mostFiles; next = folders.pop()) {
    const { way, depth } = next;
    const entries = await readdir(join(root, way), { withFileTypes: true }).catch((): Dirent[] => []);
    for (const entry of entries) {
      const inside = way === '' ? entry.name : `${way}/${entry.name}`;
      if (!entry.isDirectory()) found.push(inside);
      else if (depth < deepest && !passedOver.has(entry.name))
        folders.push({ way: inside, depth: depth + 1 });
    }
  }
  return found;
}
