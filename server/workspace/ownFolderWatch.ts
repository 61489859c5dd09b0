import { localFilesOf, platform, type Timer } from '../platform';

/** How long a folder has to be quiet before it is told: files are often written in steps (milliseconds). */
const quiet = 100;

/**
 * Tells when something changed in such folders of local workspace folders. The editor's own watcher does not
 * suffice: it hears nothing from a folder that came with its parent at once, as from `mkdir -p`, `git checkout` or a
 * folder that is moved in.
 */
export class OwnFolderWatch {
  private ends: (() => void)[] = [];
  private timer: Timer | undefined;

  /** @param way the folders from a workspace folder to the files */
  constructor(
    private readonly way: readonly string[],
    private readonly changed: () => void,
  ) {}

  setFolders(folders: readonly string[]): void {
    this.dispose();
    this.ends = folders.flatMap(
      (folder) => localFilesOf(folder)?.watchBelow(folder, this.way, () => this.tell()) ?? [],
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const end of this.ends) end();
    this.ends = [];
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = platform().later(this.changed, quiet);
  }
}
