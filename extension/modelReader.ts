import * as vscode from 'vscode';
import type {
  ListFolderParams,
  ListFolderResult,
  ReadFileParams,
  ReadFileResult,
  StatFileParams,
  StatFileResult,
} from '../server/protocol';
import { platform } from './platform';
import { text } from './text';

/** Files kept at a time, and for how long after their last use (milliseconds). */
const keptFiles = 2;
const keptFor = 30_000;

interface Kept {
  readonly bytes: Uint8Array;
  readonly mtime: number;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * Reads models that the server can't reach itself (`git:`, virtual folders). Such file systems have no ranged reads:
 * a file is read whole, kept for a moment and handed out in pieces.
 */
export class ModelReader implements vscode.Disposable {
  private readonly kept = new Map<string, Promise<Kept>>();

  constructor(private readonly limit = platform().largestFile) {}

  /** The size is that of the bytes, since some file systems state another one, or 0, unless what they state is enough. */
  async stat({ uri, stated = false }: StatFileParams): Promise<StatFileResult> {
    let isLink = false;
    try {
      if (stated) {
        const { size, mtime, type } = await vscode.workspace.fs.stat(vscode.Uri.parse(uri, true));
        isLink = (type & vscode.FileType.SymbolicLink) !== 0;
        if ((type & vscode.FileType.Directory) !== 0) throw new Error(text('extension.reader.folder'));
        if (size > 0) return { ok: true, size, mtime, isLink };
      }
      this.forget(uri);
      const { bytes, mtime } = await this.file(uri);
      return { ok: true, size: bytes.length, mtime, isLink };
    } catch (error) {
      return { ok: false, reason: reason(error), isLink };
    }
  }

  async list({ uri }: ListFolderParams): Promise<ListFolderResult> {
    try {
      const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.parse(uri, true));
      const files = entries.filter(([, type]) => type === vscode.FileType.File);
      return { ok: true, names: files.map(([name]) => name) };
    } catch (error) {
      return { ok: false, reason: reason(error) };
    }
  }

  async read({ uri, offset, length }: ReadFileParams): Promise<ReadFileResult> {
    try {
      const { bytes } = await this.file(uri);
      return { ok: true, base64: platform().base64Of(bytes.subarray(offset, offset + length)) };
    } catch (error) {
      return { ok: false, reason: reason(error) };
    }
  }

  dispose(): void {
    for (const uri of [...this.kept.keys()]) this.forget(uri);
  }

  private file(uri: string): Promise<Kept> {
    const kept = this.kept.get(uri);
    if (kept) {
      // Those who wait for it are told that it failed.
      kept.then(
        (file) => {
          clearTimeout(file.timer);
          file.timer = this.forgetLater(uri);
        },
        () => undefined,
      );
      return kept;
    }
    const reading = this.load(uri);
    this.kept.set(uri, reading);
    reading.catch(() => this.kept.delete(uri));
    for (const other of this.kept.keys()) {
      if (this.kept.size <= keptFiles) break;
      this.forget(other);
    }
    return reading;
  }

  private async load(address: string): Promise<Kept> {
    const uri = vscode.Uri.parse(address, true);
    const { mtime, size, type } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.Directory) !== 0) throw new Error(text('extension.reader.folder'));
    this.checkSize(size);
    const bytes = await vscode.workspace.fs.readFile(uri);
    this.checkSize(bytes.length);
    return { bytes, mtime, timer: this.forgetLater(address) };
  }

  private forgetLater(uri: string): Kept['timer'] {
    return setTimeout(() => this.forget(uri), keptFor);
  }

  /** Asked of what a file system states, which may be anything, and of what it then gives. */
  private checkSize(size: number): void {
    if (size > this.limit) throw new Error(text('extension.reader.tooLarge', { limit: this.limit / 1e9 }));
  }

  private forget(uri: string): void {
    const kept = this.kept.get(uri);
    this.kept.delete(uri);
    kept?.then(
      (file) => clearTimeout(file.timer),
      () => undefined,
    );
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
