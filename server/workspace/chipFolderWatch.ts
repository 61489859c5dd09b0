import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chipFolder } from './chipFiles';
import { isLocal } from './modelFiles';

/** How long a folder has to be quiet before it is told: files are often written in steps (milliseconds). */
const quiet = 100;

/**
 * Tells when something changed in the chip folders of local workspace folders. The editor's own watcher does not
 * suffice: it hears nothing from a folder that came with its parent at once, as from `mkdir -p`, `git checkout` or a
 * folder that is moved in.
 */
export class ChipFolderWatch {
  private readonly watchers = new Map<string, FSWatcher>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly changed: () => void) {}

  setFolders(folders: readonly string[]): void {
    this.dispose();
    for (const folder of folders) if (isLocal(folder)) this.watchFrom(fileURLToPath(folder), chipFolder);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  /** Watches a folder and, one by one, those below it on the `way`; what is missing is watched when it comes. */
  private watchFrom(folder: string, way: readonly string[]): void {
    const [next, ...rest] = way;
    // Before the folders below it: one that comes meanwhile is then told.
    this.watch(folder, (name) => {
      if (next !== undefined && name !== null && name !== next) return;
      if (next !== undefined) this.watchFrom(join(folder, next), rest);
      this.tell();
    });
    if (next !== undefined) this.watchFrom(join(folder, next), rest);
  }

  private watch(folder: string, heard: (name: string | null) => void): void {
    // A folder may have gone and come again under its name; the old watcher is deaf then.
    this.watchers.get(folder)?.close();
    this.watchers.delete(folder);
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => heard(name));
      watcher.on('error', () => watcher.close());
      this.watchers.set(folder, watcher);
    } catch {
      // It is not there yet, or the system can't watch it: then there is the editor's watcher.
    }
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.changed, quiet);
    this.timer.unref();
  }
}
