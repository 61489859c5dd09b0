import { createHash } from 'node:crypto';
import type { FileStamp, OpenFile } from '../platform';
import { ModelFiles } from '../workspace/modelFiles';
import { ReadDigest } from '../workspace/readDigest';
import type { ByteSource } from '../engine/graph/byteSource';
import { isInsideWay, mostPackBytes, type PackedFile } from './modelPack';
import { noEditor } from './openModel';

/** What was seen of a file: its length, and what was read of it each time that it was opened. */
interface Seen {
  readonly size: number;
  readonly reads: ReadDigest[];
  readonly pieces: PackedFile['pieces'][number][];
}

/**
 * Files that note what is read of them: the digest stands for a model's content, of weights only for those that lie in one piece
 * with its graph. What a reader looks at and in which pieces is the same each time, so that equal files have equal digests; of
 * each file its length counts, too.
 */
export class ModelDigest extends ModelFiles {
  private readonly seen = new Map<string, Seen>();
  private keptBytes = 0;

  /** @param keeps whether it keeps what is read, for {@link files} */
  constructor(private readonly keeps = false) {
    super(noEditor);
  }

  override async statBeside(uri: string): Promise<FileStamp> {
    const stamp = await super.statBeside(uri);
    this.seenOf(uri, stamp.size);
    return stamp;
  }

  override async open(uri: string): Promise<OpenFile> {
    const file = await super.open(uri);
    const source = new ReadDigest(this.keeps ? this.keeping(uri, file.source) : file.source);
    this.seenOf(uri, source.size).reads.push(source);
    return { stamp: file.stamp, source, close: () => file.close() };
  }

  /** In hexadecimal. Nothing may be read afterwards. */
  end(): string {
    // By name and not by folder: a model that is moved stays the same. Several are looked at at a time, in any order.
    const parts = [...this.seen].map(([uri, { size, reads }]) =>
      [nameIn(uri), size, ...reads.map((read) => read.end())].join(' '),
    );
    return createHash('sha256').update(parts.sort().join('\n')).digest('hex');
  }

  /**
   * What was read of each file, by its way from a folder on; null where a file lies elsewhere, or where it is more than a pack may hold.
   * @param folderUri with a slash at its end
   */
  files(folderUri: string): readonly PackedFile[] | null {
    if (this.keptBytes > mostPackBytes) return null;
    const files = [...this.seen].map(([uri, { size, pieces }]) => {
      const way = uri.startsWith(folderUri) ? decodeURIComponent(uri.slice(folderUri.length)) : '';
      return { way, size, pieces };
    });
    return files.every(({ way }) => isInsideWay(way)) ? files : null;
  }

  private keeping(uri: string, source: ByteSource): ByteSource {
    return {
      size: source.size,
      read: async (offset, length) => {
        const bytes = await source.read(offset, length);
        this.keptBytes += bytes.length;
        if (this.keptBytes <= mostPackBytes) this.seenOf(uri, source.size).pieces.push({ offset, bytes });
        return bytes;
      },
    };
  }

  private seenOf(uri: string, size: number): Seen {
    let seen = this.seen.get(uri);
    if (!seen) this.seen.set(uri, (seen = { size, reads: [], pieces: [] }));
    return seen;
  }
}

function nameIn(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}
