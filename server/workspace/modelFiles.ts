import type { ByteSource } from '../engine/graph/byteSource';
import { FileError, localFilesOf, platform } from '../platform';
import type { FileStamp, OpenFile } from '../platform';
import type { ReadFileParams, ReadFileResult, StatFileParams, StatFileResult } from '../protocol';

/** What the client reads for the server: whatever is no file of this machine. */
export interface ClientFiles {
  stat(params: StatFileParams): Promise<StatFileResult>;
  read(params: ReadFileParams): Promise<ReadFileResult>;
  /** Whether it answers at all; left out where it does. */
  answers?(): boolean;
}

/** A link, of which the client does not say where it leads. */
export class LinkError extends FileError {
  constructor(uri: string) {
    super('denied', uri);
  }
}

/** Opens models wherever they lie. Rejects with a `FileError`. */
export class ModelFiles {
  constructor(private readonly client: ClientFiles) {}

  /** Whether anything that lies at such an address can be read. */
  sees(uri: string): boolean {
    return localFilesOf(uri) !== null || (this.client.answers?.() ?? true);
  }

  async stat(uri: string): Promise<FileStamp> {
    const local = localFilesOf(uri);
    return local ? local.look(uri) : this.far({ uri, stated: true });
  }

  /** The same of what lies beside a model, links of this machine resolved; rejects with a {@link LinkError} for others. */
  async statBeside(uri: string): Promise<FileStamp> {
    const local = localFilesOf(uri);
    return local ? local.look(uri) : this.far({ uri, stated: true }, false);
  }

  /** Whether a link stands at an address that the client reaches. */
  async isLink(uri: string): Promise<boolean> {
    const { isLink = false } = await this.client.stat({ uri, stated: true });
    return isLink;
  }

  private async far(params: StatFileParams, mayBeLink = true): Promise<FileStamp> {
    const { uri } = params;
    const result = await this.client.stat(params);
    if (result.isLink && !mayBeLink) throw new LinkError(uri);
    if (!result.ok) throw new FileError('failed', uri, result.reason);
    // Clients have no time but that of the content, in milliseconds, and a program that writes a file may set it.
    return { size: result.size, mtime: result.mtime, version: null };
  }

  async open(uri: string): Promise<OpenFile> {
    const local = localFilesOf(uri);
    if (local) return local.open(uri);
    const stamp = await this.far({ uri });
    return { stamp, source: this.remote(uri, stamp.size), close: () => Promise.resolve() };
  }

  private remote(uri: string, size: number): ByteSource {
    return {
      size,
      read: async (offset, length) => {
        const wanted = Math.max(0, Math.min(length, size - offset));
        if (wanted === 0) return new Uint8Array(0);
        const result = await this.client.read({ uri, offset, length: wanted });
        if (!result.ok) throw new FileError('failed', uri, result.reason);
        const bytes = platform().bytesOfBase64(result.base64);
        if (bytes.length < wanted) throw new FileError('changed', uri);
        return bytes;
      },
    };
  }
}
