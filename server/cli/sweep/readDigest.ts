import { createHash, type Hash } from 'node:crypto';
import type { FileStamp, OpenFile } from '../../platform';
import { ModelFiles } from '../../workspace/modelFiles';
import { noEditor } from '../openModel';

/**
 * Files that note what is read of them: the digest stands for a model's content without its weights. What a reader looks at
 * and in which pieces is the same each time, so that equal files have equal digests; of each file its length counts, too.
 */
export class ReadDigest extends ModelFiles {
  private readonly hashes = new Map<string, Hash>();

  constructor() {
    super(noEditor);
  }

  override async stat(uri: string): Promise<FileStamp> {
    const stamp = await super.stat(uri);
    this.hashOf(uri, stamp.size);
    return stamp;
  }

  override async open(uri: string): Promise<OpenFile> {
    const file = await super.open(uri);
    const hash = this.hashOf(uri, file.source.size);
    const { size } = file.source;
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const bytes = await file.source.read(offset, length);
      hash.update(`${offset}+${bytes.length}:`).update(bytes);
      return bytes;
    };
    return { stamp: file.stamp, source: { size, read }, close: () => file.close() };
  }

  /** In hexadecimal. Nothing may be read afterwards. */
  end(): string {
    // By name and not by folder: a model that is moved stays the same. Several are looked at at a time, in any order.
    const parts = [...this.hashes].map(([uri, hash]) => `${nameIn(uri)} ${hash.digest('hex')}`);
    return createHash('sha256').update(parts.sort().join('\n')).digest('hex');
  }

  private hashOf(uri: string, size: number): Hash {
    let hash = this.hashes.get(uri);
    if (!hash) this.hashes.set(uri, (hash = createHash('sha256').update(`${size}\n`)));
    return hash;
  }
}

function nameIn(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}
