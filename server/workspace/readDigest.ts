import { createHash } from 'node:crypto';
import type { ByteSource } from '../engine/graph/byteSource';

/** Passes bytes through and takes a digest of all that was read, with its places. */
export class ReadDigest implements ByteSource {
  private readonly hash = createHash('sha1');

  constructor(private readonly source: ByteSource) {}

  get size(): number {
    return this.source.size;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = await this.source.read(offset, length);
    this.hash.update(`${offset}:${bytes.length};`).update(bytes);
    return bytes;
  }

  /** The digest; nothing may be read afterwards. */
  end(): string {
    return this.hash.digest('base64');
  }
}
