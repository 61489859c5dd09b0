import type { ByteSource } from '../../graph/byteSource';
import type { Scheduler } from '../../scheduler';
import type { Meter } from '../room';
import { unreadable } from '../unreadable';
import { limits } from './limits';

const wide = new TextDecoder('utf-16le', { ignoreBOM: true });

/** Bytes as letters of the same number each; TextDecoder has no such encoding (its Latin-1 is that of Windows). */
export function lettersOf(bytes: Uint8Array): string {
  return wide.decode(Uint16Array.from(bytes));
}

const piece = 1024 * 1024;
const quote = 0x22;
const backslash = 0x5c;
/** What a text that was cut ends with: a letter that no backslash before it turns into another, and the quotation mark. */
const cutEnd = new Uint8Array([0x20, quote]);

/** The text of a file, a letter for each byte, without quoted texts that are too long to be read (weights). */
export interface MlirText {
  readonly text: string;
  /** The place in the file of a letter. */
  offsetOf(at: number): number;
}

/** Reads a file piece by piece and keeps what is not weights. Throws {@link UnreadableError} where that is too much. */
export async function readText(source: ByteSource, scheduler: Scheduler, meter: Meter): Promise<MlirText> {
  const cutter = new Cutter(meter);
  for (let at = 0; at < source.size; at += piece) {
    const turn = scheduler.tick();
    if (turn) await turn;
    cutter.take(await source.read(at, Math.min(piece, source.size - at)));
  }
  return cutter.finished(source.size);
}

/** Leaves out what goes beyond the limit of quoted texts. */
class Cutter {
  private readonly parts: string[] = [];
  private kept = 0;
  /** By the letter before which bytes were left out: how many, in all until there. */
  private readonly cuts: { readonly at: number; readonly removed: number }[] = [];
  private removed = 0;
  private inQuotes = false;
  /** Backslashes at the end of what was taken of a quoted text. */
  private escapes = 0;
  /** Bytes of the quoted text at hand. */
  private quoted = 0;

  constructor(private readonly meter: Meter) {}

  take(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      const end = bytes.indexOf(quote, from) + 1 || bytes.length;
      const isQuote = bytes[end - 1] === quote;
      const part = bytes.subarray(from, end);
      from = end;
      if (this.inQuotes) this.takeQuoted(part, isQuote);
      else {
        this.keep(part);
        this.inQuotes = isQuote;
        this.quoted = this.escapes = 0;
      }
    }
  }

  private takeQuoted(part: Uint8Array, isQuote: boolean): void {
    let start = part.length - (isQuote ? 1 : 0);
    const end = start;
    while (start > 0 && part[start - 1] === backslash) start--;
    const escapes = end - start + (start === 0 ? this.escapes : 0);
    this.escapes = isQuote ? 0 : escapes;
    this.inQuotes = !isQuote || escapes % 2 === 1;
    this.keepQuoted(part);
  }

  private keepQuoted(part: Uint8Array): void {
    const room = Math.max(limits.quoted - this.quoted, 0);
    this.quoted += part.length;
    if (part.length <= room) return this.keep(part);
    this.keep(part.subarray(0, room));
    this.removed += part.length - room - (this.inQuotes ? 0 : cutEnd.length);
    if (!this.inQuotes) this.keep(cutEnd);
    this.cuts.push({ at: this.kept, removed: this.removed });
  }

  private keep(bytes: Uint8Array): void {
    this.kept += bytes.length;
    this.meter.take(2 * bytes.length);
    if (this.kept > limits.text) throw unreadable('format.too-many', { limit: limits.text }, this.kept);
    this.parts.push(lettersOf(bytes));
  }

  finished(size: number): MlirText {
    const { cuts } = this;
    const offsetOf = (at: number): number => {
      const cut = cuts.findLast((one) => one.at <= at);
      return Math.min(at + (cut?.removed ?? 0), size);
    };
    return { text: this.parts.join(''), offsetOf };
  }
}
