import { ByteWindow, type ByteSource } from '../../graph/byteSource';
import { damaged, truncated } from '../unreadable';

const decoder = new TextDecoder();

/** Reads numbers and texts one after the other; what is skipped is not read. */
export class Cursor {
  /** File offset of the next byte. */
  at = 0;
  /** Since version 3 a file may be written by and for a big-endian machine. */
  isLittle = true;
  private readonly window: ByteWindow;
  private view: DataView = new DataView(new ArrayBuffer(0));
  private viewed: Uint8Array | null = null;

  constructor(private readonly source: ByteSource) {
    this.window = new ByteWindow(source);
  }

  /** Bytes of the file. */
  get size(): number {
    return this.source.size;
  }

  u8(): Promise<number> {
    return this.number(1, (view, at) => view.getUint8(at));
  }

  u32(): Promise<number> {
    return this.number(4, (view, at, isLittle) => view.getUint32(at, isLittle));
  }

  /** A count, length or offset: beyond 2^53 no file has so many. */
  async u64(part: string): Promise<number> {
    await this.take(8);
    return this.safeU64(part);
  }

  /** The next bytes, to be read by `read` at a place of a view. */
  async number<T>(length: number, read: (view: DataView, at: number, isLittle: boolean) => T): Promise<T> {
    const view = await this.take(length);
    return read(view, this.at - length - this.window.start, this.isLittle);
  }

  /** A text with its length before it; of a longer one than `most` bytes the beginning. */
  async text(part: string, most: number): Promise<string> {
    const length = await this.u64(part);
    this.expect(length);
    const kept = Math.min(length, most);
    await this.bring(kept);
    const from = this.at - this.window.start;
    const text = decoder.decode(this.window.bytes.subarray(from, from + kept));
    this.at += length;
    return kept < length ? `${text}…` : text;
  }

  /** Brings a length to hand; a promise only where bytes have to be read, since vocabularies have 250,000 texts. */
  lengthAhead(): Promise<void> | undefined {
    this.expect(8);
    return this.window.holds(this.at, 8) ? undefined : this.bring(8);
  }

  /** Passes over a text whose length is at hand. */
  skipText(part: string): void {
    this.at += 8;
    this.skip(this.safeU64(part));
  }

  /** Passes over bytes that must be there. */
  skip(length: number): void {
    this.expect(length);
    this.at += length;
  }

  /** The eight bytes before the cursor. */
  private safeU64(part: string): number {
    const start = this.at - 8;
    const value = this.view.getBigUint64(start - this.window.start, this.isLittle);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(part, start);
    return Number(value);
  }

  private async take(length: number): Promise<DataView> {
    this.expect(length);
    await this.bring(length);
    this.at += length;
    return this.view;
  }

  private async bring(length: number): Promise<void> {
    const { window } = this;
    if (!window.holds(this.at, length)) await window.bring(this.at, length);
    const { bytes } = window;
    if (this.viewed === bytes) return;
    this.viewed = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private expect(length: number): void {
    const { size, at } = this;
    if (at + length <= size) return;
    throw truncated(size, at + length);
  }
}
