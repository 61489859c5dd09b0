/** Where a model's bytes come from. The engine reads through this alone. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** Reads `length` bytes at `offset`; fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A source over bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

const firstRead = 4 * 1024;
const fullRead = 64 * 1024;

/**
 * One window of at most 64 KiB (or of one wanted piece, if that is longer) over a source, for readers that mostly go
 * forward. After a jump, as over weights, it reads 4 KiB first and doubles from there, so that walking past 20,000
 * tensors does not read the 64 KiB behind each of them.
 */
export class ByteWindow {
  /** The bytes at hand; position 0 is at file offset {@link start}. */
  bytes: Uint8Array = new Uint8Array(0);
  /** File offset of the first byte at hand. */
  start = 0;
  private nextRead = firstRead;

  constructor(readonly source: ByteSource) {}

  /** True if `length` bytes at `offset` are at hand. */
  holds(offset: number, length: number): boolean {
    return offset >= this.start && offset + length <= this.start + this.bytes.length;
  }

  /** Brings `length` bytes at `offset` to hand; fewer at the end of the file. */
  async bring(offset: number, length: number): Promise<void> {
    length = Math.min(length, Math.max(this.source.size - offset, 0));
    if (this.holds(offset, length)) return;
    const end = this.start + this.bytes.length;
    const follows = offset >= this.start && offset <= end;
    this.nextRead = follows ? Math.min(this.nextRead * 2, fullRead) : firstRead;
    const wanted = Math.min(Math.max(length, this.nextRead), this.source.size - offset);
    this.bytes = await this.source.read(offset, wanted);
    this.start = offset;
  }
}
