import { Inflate } from 'fflate';
import type { ByteSource } from '../../graph/byteSource';
import type { Meter } from '../room';
import { damaged, truncated, unreadable } from '../unreadable';

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  /** 0: stored as it is, 8: deflated; others are not read. */
  readonly method: number;
  /** Bytes in the archive, and of the file. */
  readonly packed: number;
  readonly size: number;
  /** Where its own head stands. */
  readonly head: number;
}

const limits = {
  /** Entries of an archive; a model has one for each weight. */
  entries: 250_000,
  /** Bytes of the directory of all entries. */
  directory: 64_000_000,
  /** A comment, and the record that stands before it. */
  end: 65_535 + 22,
} as const;

/** Memory of an entry, beside the letters of its name. */
const memory = { entry: 250, letter: 2 } as const;

const signatures = {
  entry: 0x02014b50,
  head: 0x04034b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator: 0x07064b50,
};
const large = 0xffffffff;

/** Whether a file begins as a zip archive does. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}

/** The name of the first entry of an archive, as far as it is in the head. Source: APPNOTE.TXT 6.3, 4.3.7. */
export function firstEntryName(head: Uint8Array): string {
  const length = (head[26] ?? 0) + (head[27] ?? 0) * 256;
  return new TextDecoder().decode(head.subarray(30, 30 + length));
}

/**
 * The directory at the end of an archive: names and places of its files, none of which is read. Throws {@link UnreadableError}
 * where there is none, or where it breaks off. Source: PKWARE's APPNOTE.TXT 6.3, 4.3 (ZIP64 included).
 */
export async function zipEntries(source: ByteSource, meter: Meter): Promise<ReadonlyMap<string, ZipEntry>> {
  const { at, size, count } = await directoryOf(source);
  if (at + size > source.size) throw truncated(source.size, at + size);
  if (size > limits.directory || count > limits.entries)
    throw unreadable('format.too-many', { limit: limits.entries }, at);
  meter.take(size);
  const bytes = await source.read(at, size);
  const view = viewOf(bytes);
  const decoder = new TextDecoder();
  const entries = new Map<string, ZipEntry>();
  for (let from = 0; entries.size < count && from + 46 <= bytes.length;) {
    if (view.getUint32(from, true) !== signatures.entry) throw damaged('zip entry', at + from);
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((slot) =>
      view.getUint16(from + slot, true),
    ) as [number, number, number];
    const end = from + 46 + nameSize;
    if (end + extraSize > bytes.length) throw damaged('zip entry', at + from);
    const name = decoder.decode(bytes.subarray(from + 46, end));
    meter.take(memory.entry + memory.letter * name.length);
    const [packed, whole, head] = largeNumbers(
      [view.getUint32(from + 20, true), view.getUint32(from + 24, true), view.getUint32(from + 42, true)],
      viewOf(bytes.subarray(end, end + extraSize)),
    );
    entries.set(name, { name, method: view.getUint16(from + 10, true), packed, size: whole, head });
    from = end + extraSize + commentSize;
  }
  return entries;
}

/** Sizes and the place of an entry, which stand in an extra field (1) where 32 bits are not enough. */
function largeNumbers(stated: readonly [number, number, number], extra: DataView): [number, number, number] {
  const [packed, size, head] = stated;
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    const end = Math.min(at + 4 + extra.getUint16(at + 2, true), extra.byteLength);
    let next = at + 4;
    const wide = (value: number): number => {
      if (value !== large || next + 8 > end) return value;
      next += 8;
      return Number(extra.getBigUint64(next - 8, true));
    };
    // The order of the field: size, packed size, place.
    const [wideSize, widePacked, wideHead] = [wide(size), wide(packed), wide(head)];
    return [widePacked, wideSize, wideHead];
  }
  return [packed, size, head];
}

async function directoryOf(source: ByteSource): Promise<{ at: number; size: number; count: number }> {
  const length = Math.min(source.size, limits.end);
  const start = source.size - length;
  const bytes = await source.read(start, length);
  const view = viewOf(bytes);
  for (let at = bytes.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== signatures.end) continue;
    const found = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      at: view.getUint32(at + 16, true),
    };
    const isLarge = found.count === 0xffff || found.size === large || found.at === large;
    return isLarge && at >= 20 ? largeDirectory(source, viewOf(bytes.subarray(at - 20, at)), found) : found;
  }
  throw truncated(source.size, source.size + 22);
}

async function largeDirectory(
  source: ByteSource,
  locator: DataView,
  small: { at: number; size: number; count: number },
): Promise<{ at: number; size: number; count: number }> {
  if (locator.getUint32(0, true) !== signatures.locator) return small;
  const at = Number(locator.getBigUint64(8, true));
  if (!Number.isSafeInteger(at) || at + 56 > source.size) throw damaged('zip entry', source.size);
  const view = viewOf(await source.read(at, 56));
  if (view.byteLength < 56 || view.getUint32(0, true) !== signatures.end64) throw damaged('zip entry', at);
  const [count, size, place] = [32, 40, 48].map((slot) => Number(view.getBigUint64(slot, true))) as [
    number,
    number,
    number,
  ];
  if (![count, size, place].every(Number.isSafeInteger)) throw damaged('zip entry', at);
  return { at: place, size, count };
}

/** Where the bytes of an entry begin: behind its own head, whose extra field may differ from the directory's. */
export async function zipStart(source: ByteSource, entry: ZipEntry): Promise<number> {
  if (entry.head + 30 > source.size) throw truncated(source.size, entry.head + 30);
  const view = viewOf(await source.read(entry.head, 30));
  if (view.byteLength < 30 || view.getUint32(0, true) !== signatures.head)
    throw damaged('zip entry', entry.head);
  return entry.head + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

/**
 * The content of an entry, at most `most` bytes of it however it is packed: more is as bad as a wrong size. Throws
 * {@link UnreadableError}.
 */
export async function zipContent(
  source: ByteSource,
  entry: ZipEntry,
  most: number,
  meter: Meter,
): Promise<Uint8Array> {
  if (entry.size > most || entry.packed > most)
    throw unreadable('format.part-too-long', { part: 'zip entry' }, Math.min(entry.head, source.size));
  meter.take(entry.size);
  const at = await zipStart(source, entry);
  if (at + entry.packed > source.size) throw truncated(source.size, at + entry.packed);
  const bytes = await source.read(at, entry.packed);
  if (entry.method === 0) return bytes;
  if (entry.method !== 8) throw damaged('zip entry', entry.head);
  return inflated(bytes, entry);
}

/** Pieces of so many bytes are inflated, each by a factor of about 1,000 at the most, before the sum is looked at. */
const piece = 16 * 1024;

function inflated(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const whole = new Uint8Array(entry.size);
  let filled = 0;
  const inflate = new Inflate((chunk) => {
    if (filled + chunk.length > whole.length) throw damaged('zip entry', entry.head);
    whole.set(chunk, filled);
    filled += chunk.length;
  });
  try {
    for (let at = 0; at < bytes.length; at += piece)
      inflate.push(bytes.subarray(at, at + piece), at + piece >= bytes.length);
  } catch {
    throw damaged('zip entry', entry.head);
  }
  if (filled !== whole.length) throw damaged('zip entry', entry.head);
  return whole;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
