import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path is that of a folder or lies below it; both absolute, with links resolved. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Where a path leads, links resolved; null where that is outside the folder. Rejects where nothing is there. */
export async function realPathInside(folder: string, path: string): Promise<string | null> {
  const real = await realpath(path);
  return isInside(await realpath(folder), real) ? real : null;
}
