import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ByteSource } from '../engine/graph/byteSource';
import type { ReadFileParams, ReadFileResult, StatFileParams, StatFileResult } from '../protocol';
import { openFile } from './fileSource';

/** Size and time of change: equal stamps mean an unchanged file. */
export interface FileStamp {
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
}

export interface OpenFile {
  readonly stamp: FileStamp;
  readonly source: ByteSource;
  close(): Promise<void>;
}

/** A file that can't be read; `code` is `missing`, `not-a-file`, `denied` or `failed`. */
export class FileError extends Error {
  constructor(
    readonly code: 'missing' | 'not-a-file' | 'denied' | 'failed',
    detail: string,
  ) {
    super(detail);
  }
}

/** What the client reads for the server: every scheme but `file:`. */
export interface ClientFiles {
  stat(params: StatFileParams): Promise<StatFileResult>;
  read(params: ReadFileParams): Promise<ReadFileResult>;
}

/** Opens models wherever they lie. */
export class ModelFiles {
  constructor(private readonly client: ClientFiles) {}

  async stat(uri: string): Promise<FileStamp> {
    if (isLocal(uri)) {
      const stats = await guarded(stat(fileURLToPath(uri)));
      if (!stats.isFile()) throw new FileError('not-a-file', uri);
      return { size: stats.size, mtime: Math.round(stats.mtimeMs) };
    }
    const result = await this.client.stat({ uri });
    if (!result.ok) throw new FileError('failed', result.reason);
    return { size: result.size, mtime: result.mtime };
  }

  async open(uri: string): Promise<OpenFile> {
    if (isLocal(uri)) {
      const source = await guarded(openFile(fileURLToPath(uri)));
      return { stamp: source, source, close: () => source.close() };
    }
    const stamp = await this.stat(uri);
    return { stamp, source: this.remote(uri, stamp.size), close: () => Promise.resolve() };
  }

  private remote(uri: string, size: number): ByteSource {
    return {
      size,
      read: async (offset, length) => {
        const wanted = Math.max(0, Math.min(length, size - offset));
        if (wanted === 0) return new Uint8Array(0);
        const result = await this.client.read({ uri, offset, length: wanted });
        if (!result.ok) throw new FileError('failed', result.reason);
        return Buffer.from(result.base64, 'base64');
      },
    };
  }
}

export function isLocal(uri: string): boolean {
  return uri.startsWith('file:');
}

/** Turns Node's errors into ours: the codes are what users are told. */
async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const detail = error instanceof Error ? error.message : String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new FileError('missing', detail);
    if (code === 'EISDIR') throw new FileError('not-a-file', detail);
    if (code === 'EACCES' || code === 'EPERM') throw new FileError('denied', detail);
    throw new FileError('failed', detail);
  }
}
