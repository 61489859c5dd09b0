import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';

/** Watches a folder and, one by one, those below it on the `way`; what is missing is watched when it comes. */
export function watchBelow(folder: string, way: readonly string[], changed: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  const watchOne = (path: string, heard: (name: string | null) => void): void => {
    // A folder may have gone and come again under its name; the old watcher is deaf then.
    watchers.get(path)?.close();
    watchers.delete(path);
    try {
      const watcher = watch(path, { persistent: false }, (_event, name) => heard(name));
      watcher.on('error', () => watcher.close());
      watchers.set(path, watcher);
    } catch {
      // It is not there yet, or the system can't watch it: then there is the editor's watcher.
    }
  };
  const watchFrom = (path: string, [next, ...rest]: readonly string[]): void => {
    // Before the folders below it: one that comes meanwhile is then told.
    watchOne(path, (name) => {
      if (next !== undefined && name !== null && name !== next) return;
      if (next !== undefined) watchFrom(join(path, next), rest);
      changed();
    });
    if (next !== undefined) watchFrom(join(path, next), rest);
  };
  watchFrom(folder, way);
  return () => {
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  };
}
