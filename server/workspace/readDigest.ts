import type { ByteSource } from '../engine/graph/byteSource';
import { platform } from '../platform';

/** Passes bytes through and takes a digest of all that was read, with its places. */
export class ReadDigest implements ByteSource {
  private readonly hash = platform().newHash();

  constructor(private readonly source: ByteSource) {}

  get size(): number {
    return this.source.size;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = await this.source.read(offset, length);
    this.hash.update(`${offset}:${bytes.length};`);
    this.hash.update(bytes);
    return bytes;
  }

  /** The digest; nothing may be read afterwards. */
  end(): string {
    return this.hash.end();
  }
}
