import { externalConstants, readConstants, takeConstants } from '../engine/formats/externalConstants';
import type { Model, Tensor } from '../engine/graph/model';
import { runPolitely } from '../engine/scheduler';
import { localFilesOf, type FileStamp } from '../platform';
import { openExternal, stampOfExternal } from './externalData';
import type { ModelFiles } from './modelFiles';
import { politely } from './turns';

/** Files that small tensors are read from; real models name a few hundred at most. */
const mostFiles = 500;
/** The same where the client reads, whole files at a time: integers alone are worth it. */
const mostFarFiles = 20;

interface ReadFile {
  readonly stamp: FileStamp | null;
  readonly tensors: readonly Tensor[];
}

/** The small tensors of one model that lie in files beside it. They are read once: where such a file changed, the model is read anew. */
export class ExternalConstants {
  private reading: Promise<void> | null = null;
  private readonly read = new Map<string, ReadFile>();
  private areStale = false;

  /** @param earlier those of the same text as it was before, which names most of the same files */
  constructor(
    private readonly model: Model,
    private readonly modelUri: string,
    private readonly files: ModelFiles,
    private earlier?: ExternalConstants,
  ) {}

  /** Resolves once the tensors have what could be read of them; never rejects. */
  ready(): Promise<void> {
    return (this.reading ??= this.readAll());
  }

  /** The files that were read, or were not there to be read. */
  get locations(): readonly string[] {
    return [...this.read.keys()];
  }

  /** Whether a file that was read, or was not there to be read, is another one by now. */
  async haveChanged(isOver: () => boolean): Promise<boolean> {
    await this.ready();
    for (const [location, { stamp }] of this.read) {
      if (isOver()) return false;
      if (isSame(stamp, await stampOfExternal(this.modelUri, location, this.files))) continue;
      this.areStale = true;
      return true;
    }
    return false;
  }

  private async readAll(): Promise<void> {
    const isNear = localFilesOf(this.modelUri) !== null;
    const limits = { files: isNear ? mostFiles : mostFarFiles, onlyCounting: !isNear };
    const files = await runPolitely(externalConstants(this.model, limits), politely());
    for (const [location, tensors] of files) {
      const stamp = this.takeEarlier(location, tensors) ?? (await this.readFile(location, tensors));
      this.read.set(location, { stamp, tensors });
    }
    // Each would hold the one before it, and with it all models of a text that is being written.
    this.earlier = undefined;
  }

  /** Undefined where the text before did not have the same tensors in that file. */
  private takeEarlier(location: string, tensors: readonly Tensor[]): FileStamp | null | undefined {
    const known = this.earlier?.areStale === false ? this.earlier.read.get(location) : undefined;
    return known && takeConstants(tensors, known.tensors) ? known.stamp : undefined;
  }

  private async readFile(location: string, tensors: readonly Tensor[]): Promise<FileStamp | null> {
    const file = await openExternal(this.modelUri, location, this.files);
    if (typeof file === 'string') return null;
    // A file that shrinks or goes while it is read gives nothing more.
    await readConstants(tensors, file.source).catch(() => {});
    await file.close();
    return file.stamp;
  }
}

function isSame(a: FileStamp | null, b: FileStamp | null): boolean {
  if (!a || !b) return a === b;
  const isTold = a.version !== null && b.version !== null;
  return a.size === b.size && a.mtime === b.mtime && (!isTold || a.version === b.version);
}
