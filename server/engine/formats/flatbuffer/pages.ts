import type { ByteSource } from '../../graph/byteSource';
import { damaged, truncated } from '../unreadable';

/** Thrown where bytes are asked for that are not at hand; {@link Pages.run} brings them and asks again. */
class MissingBytes extends Error {
  constructor(
    readonly offset: number,
    readonly length: number,
  ) {
    super('missing bytes');
    this.name = 'MissingBytes';
  }
}

const pageBytes = 4 * 1024;
/** Pages that are kept, 16 MiB: tables lie anywhere in a file, and those of one thing often far from each other. */
const keptPages = 4096;
/** Pages that are read at once where a reader goes forward. */
const pagesAhead = 16;
/** Bytes that may be asked for at once; what one thing needs must find room among the pages kept. */
const mostBytes = 4 * 1024 * 1024;
/** Repetitions of one piece of reading, each of which brings a page; no sound file needs that many for one thing. */
const mostTries = 2048;

/**
 * The bytes of a file as far as they were asked for, without waiting: what is not at hand is brought between two tries of
 * the same piece of reading. Offsets in a FlatBuffer lead anywhere, so a window that goes forward would not do.
 */
export class Pages {
  private readonly pages = new Map<number, Uint8Array>();
  /** The page behind the last one that was read. */
  private next = -1;
  /** Where the reader stands, for what is said of a file that is given up. */
  at = 0;

  constructor(private readonly source: ByteSource) {}

  /** Bytes of the file. */
  get size(): number {
    return this.source.size;
  }

  /** Runs a piece of reading until all that it asks for is at hand. It must be small, and do nothing but read. */
  async run<T>(read: () => T): Promise<T> {
    for (let tries = 0; tries < mostTries; tries++) {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof MissingBytes)) throw error;
        await this.bring(error.offset, error.length);
      }
    }
    throw damaged('FlatBuffer', this.at);
  }

  /**
   * The bytes of a range.
   * @param part what they are, by its name in the schema: told where the file does not have them
   */
  bytes(offset: number, length: number, part: string): Uint8Array {
    if (!(offset >= 0 && length >= 0 && length <= mostBytes)) throw damaged(part, Math.max(offset, 0));
    if (offset + length > this.size) throw truncated(this.size, offset + length);
    this.at = offset;
    const first = Math.floor(offset / pageBytes);
    const last = Math.floor((offset + Math.max(length, 1) - 1) / pageBytes);
    const from = offset - first * pageBytes;
    if (first === last) return this.page(first, offset, length).subarray(from, from + length);
    const joined = new Uint8Array(length);
    for (let page = first; page <= last; page++) {
      const bytes = this.page(page, offset, length);
      const start = Math.max(from - (page - first) * pageBytes, 0);
      const to = (page - first) * pageBytes + start - from;
      joined.set(bytes.subarray(start, start + length - to), to);
    }
    return joined;
  }

  /** A view of so many bytes, to read numbers from. */
  view(offset: number, length: number, part: string): DataView {
    const bytes = this.bytes(offset, length, part);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private page(index: number, offset: number, length: number): Uint8Array {
    const page = this.pages.get(index);
    if (!page) throw new MissingBytes(offset, length);
    return page;
  }

  private async bring(offset: number, length: number): Promise<void> {
    const first = Math.floor(offset / pageBytes);
    let end = Math.ceil((offset + Math.max(length, 1)) / pageBytes);
    if (first === this.next) end = Math.max(end, first + pagesAhead);
    const start = first * pageBytes;
    const bytes = await this.source.read(start, Math.min(end * pageBytes, this.size) - start);
    this.next = end;
    for (let page = first; page < end; page++) {
      this.pages.delete(page);
      this.pages.set(page, bytes.subarray((page - first) * pageBytes, (page - first + 1) * pageBytes));
    }
    for (const page of this.pages.keys()) {
      if (this.pages.size <= keptPages) break;
      this.pages.delete(page);
    }
  }
}
