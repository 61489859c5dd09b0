import { createHash } from 'node:crypto';
import type { FileStamp, OpenFile } from '../platform';
import { ModelFiles } from '../workspace/modelFiles';
import { ReadDigest } from '../workspace/readDigest';
import { noEditor } from './openModel';

/** What was seen of a file: its length, and what was read of it each time that it was opened. */
interface Seen {
  readonly size: number;
  readonly reads: ReadDigest[];
}

/**
 * Files that note what is read of them: the digest stands for a model's content, of weights only for those that lie in one piece
 * with its graph. What a reader looks at and in which pieces is the same each time, so that equal files have equal digests; of
 * each file its length counts, too.
 */
export class ModelDigest extends ModelFiles {
  private readonly seen = new Map<string, Seen>();

  constructor() {
    super(noEditor);
  }

  override async stat(uri: string): Promise<FileStamp> {
    const stamp = await super.stat(uri);
    this.seenOf(uri, stamp.size);
    return stamp;
  }

  override async open(uri: string): Promise<OpenFile> {
    const file = await super.open(uri);
    const source = new ReadDigest(file.source);
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

  private seenOf(uri: string, size: number): Seen {
    let seen = this.seen.get(uri);
    if (!seen) this.seen.set(uri, (seen = { size, reads: [] }));
    return seen;
  }
}

function nameIn(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}
