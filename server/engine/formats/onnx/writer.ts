import { limits } from './limits';

/** Thrown when one node or function is longer than any real one even without its weights; the scanner drops it. */
export class ChunkTooLongError extends Error {}

/** A growing buffer for the reduced bytes of one message. */
export class ByteWriter {
  buffer = new Uint8Array(64 * 1024);
  length = 0;

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.buffer.length) return;
    if (needed > limits.chunk) throw new ChunkTooLongError();
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }

  copy(bytes: Uint8Array, from: number, to: number): void {
    this.reserve(to - from);
    // For the short fields that most are, a loop beats making a view.
    if (to - from < 48) for (let i = from; i < to; i++) this.buffer[this.length++] = bytes[i]!;
    else {
      this.buffer.set(bytes.subarray(from, to), this.length);
      this.length += to - from;
    }
  }

  /** A varint of up to 2^53. */
  varint(value: number): void {
    this.reserve(10);
    while (value >= 0x80) {
      this.buffer[this.length++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.buffer[this.length++] = value;
  }

  /** Begins a length-delimited field and returns where its length stands. */
  open(field: number): number {
    this.varint(field * 8 + 2);
    this.reserve(5);
    const at = this.length;
    this.length += 5;
    return at;
  }

  /** Ends the field begun at `at`; a length padded to five bytes is a legal varint. */
  close(at: number): void {
    let rest = this.length - at - 5;
    for (let i = 0; i < 4; i++) {
      this.buffer[at + i] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[at + 4] = rest;
  }

  view(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }
}
