import * as vscode from 'vscode';
import { fileName } from '../addresses';
import { type LocalFiles, localFilesOf } from '../platform';
import { type FileLook, isUnchanged, settled } from './settle';

/** How often a file is looked at where the system can't watch it (milliseconds). */
const lookEvery = 2000;

/**
 * Watches one model, in the workspace or not, and tells when it has changed and come to rest. Local files are watched
 * through their folder, since exporters replace a file as often as they rewrite it.
 */
export class ModelWatcher implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[] = [];
  private seen: FileLook | null | undefined;
  private settling = false;
  private again = false;
  private told = false;
  private disposed = false;

  /** @param seen the file as it was when it was read; what has changed since is told at once */
  constructor(
    private readonly model: vscode.Uri,
    seen: FileLook | null | undefined,
    private readonly changed: () => Promise<void>,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.seen = seen;
    const local = localFilesOf(model);
    if (local) this.watchFolder(local);
    else this.watchThroughEditor();
    // Network drives lose events; coming back to the window is when a user expects to see the truth.
    this.disposables.push(vscode.window.onDidChangeWindowState(({ focused }) => focused && this.check()));
    this.check();
  }

  dispose(): void {
    this.disposed = true;
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }

  private watchFolder(files: LocalFiles): void {
    const failed = (error: unknown): void => {
      if (!this.disposed) this.poll(error);
    };
    try {
      const dispose = files.watch(this.model.fsPath, () => this.changeTold(), failed);
      this.disposables.push({ dispose });
    } catch (error) {
      this.poll(error);
    }
  }

  private watchThroughEditor(): void {
    const folder = vscode.Uri.joinPath(this.model, '..');
    const pattern = new vscode.RelativePattern(folder, fileName(this.model));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    this.disposables.push(
      watcher,
      watcher.onDidChange(() => this.changeTold()),
      watcher.onDidCreate(() => this.changeTold()),
      watcher.onDidDelete(() => this.changeTold()),
    );
  }

  private poll(error: unknown): void {
    this.log.debug(`${this.model.toString()} is looked at every ${lookEvery} ms: ${String(error)}`);
    const timer = setInterval(() => this.check(), lookEvery);
    this.disposables.push({ dispose: () => clearInterval(timer) });
  }

  /** The system says that something was done to the file. */
  private changeTold(): void {
    this.told = true;
    this.check();
  }

  private check(): void {
    if (this.settling) this.again = true;
    else
      this.settle().catch((error: unknown) => this.log.error(error instanceof Error ? error : String(error)));
  }

  private async settle(): Promise<void> {
    this.settling = true;
    try {
      do {
        this.again = false;
        const told = this.told;
        this.told = false;
        const now = await lookAt(this.model);
        const before = this.seen === undefined ? now : this.seen;
        this.seen = now;
        // Of a file that was young when it was last seen only the bytes tell: the server compares those that it reads.
        if (isUnchanged(before, now) && !(told && before?.young)) continue;
        await settled(
          () => lookAt(this.model),
          () => this.disposed,
        );
        if (this.disposed) return;
        // What was told up to here is seen and read now.
        this.again = this.told = false;
        this.seen = await lookAt(this.model);
        await this.changed();
      } while (this.again && !this.disposed);
    } finally {
      this.settling = false;
    }
  }
}

/** Size and time of a file; null where there is none. */
export async function lookAt(file: vscode.Uri): Promise<FileLook | null> {
  try {
    const { size, mtime } = await vscode.workspace.fs.stat(file);
    return { size, mtime, ...(await localFilesOf(file)?.versionOf(file.fsPath)) };
  } catch {
    return null;
  }
}
