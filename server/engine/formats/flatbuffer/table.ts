import { damaged, truncated, unreadable } from '../unreadable';
import type { Pages } from './pages';

const decoder = new TextDecoder();

/** A list in the file: where its items begin, and how many there are. */
export interface Vector {
  readonly at: number;
  readonly count: number;
}

/** Numbers of a FlatBuffer by the names that the tables of schemas use. */
const scalars = {
  bool: { bytes: 1, read: (view: DataView, at: number): number => (view.getUint8(at) === 0 ? 0 : 1) },
  u8: { bytes: 1, read: (view: DataView, at: number): number => view.getUint8(at) },
  i8: { bytes: 1, read: (view: DataView, at: number): number => view.getInt8(at) },
  i16: { bytes: 2, read: (view: DataView, at: number): number => view.getInt16(at, true) },
  i32: { bytes: 4, read: (view: DataView, at: number): number => view.getInt32(at, true) },
  u32: { bytes: 4, read: (view: DataView, at: number): number => view.getUint32(at, true) },
  i64: { bytes: 8, read: (view: DataView, at: number): number => Number(view.getBigInt64(at, true)) },
  u64: { bytes: 8, read: (view: DataView, at: number): number => Number(view.getBigUint64(at, true)) },
  f32: { bytes: 4, read: (view: DataView, at: number): number => view.getFloat32(at, true) },
} as const;
export type ScalarKind = keyof typeof scalars;

/**
 * One table of a FlatBuffer, whatever its schema: fields are asked for by slot, and each offset and length is held against
 * the file before it is used. Source: flatbuffers.dev/internals, "Format components".
 */
export class Table {
  private readonly vtable: number;
  private readonly slots: number;
  private readonly length: number;

  /** @param kind its name in the schema, for what is said of a damaged file */
  constructor(
    private readonly pages: Pages,
    readonly at: number,
    private readonly kind: string,
  ) {
    this.vtable = at - this.number(at, 'i32');
    const head = pages.view(this.vtable, 4, kind);
    const bytes = head.getUint16(0, true);
    this.length = head.getUint16(2, true);
    if (bytes < 4 || this.length < 4) throw damaged(kind, at);
    if (this.vtable + bytes > pages.size) throw truncated(pages.size, this.vtable + bytes);
    if (at + this.length > pages.size) throw truncated(pages.size, at + this.length);
    this.slots = Math.floor((bytes - 4) / 2);
  }

  /** The number in a slot, or what stands for one that the file leaves out. */
  scalar(slot: number, kind: ScalarKind, fallback: number): number {
    const at = this.place(slot, scalars[kind].bytes);
    return at === null ? fallback : this.number(at, kind);
  }

  has(slot: number): boolean {
    return this.place(slot, 1) !== null;
  }

  /** The table in a slot; null where there is none. */
  table(slot: number, kind: string): Table | null {
    const at = this.target(slot);
    return at === null ? null : new Table(this.pages, at, kind);
  }

  /** The list in a slot, of items of so many bytes; an empty one where there is none. */
  vector(slot: number, itemBytes: number): Vector {
    const at = this.target(slot);
    if (at === null) return { at: 0, count: 0 };
    const count = this.number(at, 'u32');
    const end = at + 4 + count * itemBytes;
    if (end > this.pages.size) throw truncated(this.pages.size, end);
    return { at: at + 4, count };
  }

  /** The list of tables in a slot. */
  tables(slot: number): Vector {
    return this.vector(slot, 4);
  }

  /** An item of a list of tables. */
  item(vector: Vector, index: number, kind: string): Table {
    return new Table(this.pages, this.follow(vector.at + 4 * index), kind);
  }

  /** An item of a list of texts. */
  textItem(vector: Vector, index: number, most: number): string {
    return this.textAt(this.follow(vector.at + 4 * index), most);
  }

  /** The numbers of a list, of one that is longer than `most` none: it counts as damaged. */
  numbers(slot: number, kind: ScalarKind, most: number): number[] {
    const { bytes, read } = scalars[kind];
    const { at, count } = this.vector(slot, bytes);
    if (count > most) throw unreadable('format.too-many', { limit: most }, at);
    return this.numbersAt(at, count, read, bytes);
  }

  /** The first numbers of a list, and how many it has. */
  firstNumbers(slot: number, kind: ScalarKind, most: number): { first: number[]; count: number } {
    const { bytes, read } = scalars[kind];
    const { at, count } = this.vector(slot, bytes);
    return { first: this.numbersAt(at, Math.min(count, most), read, bytes), count };
  }

  /** The bytes of a list; of one that is longer than `most` none. */
  blob(slot: number, most: number): Uint8Array {
    const { at, count } = this.vector(slot, 1);
    return count === 0 || count > most ? new Uint8Array(0) : this.pages.bytes(at, count, this.kind);
  }

  /** A text; of one that is longer than `most` bytes the beginning. '' where there is none. */
  text(slot: number, most: number): string {
    const at = this.target(slot);
    return at === null ? '' : this.textAt(at, most);
  }

  private textAt(at: number, most: number): string {
    const length = this.number(at, 'u32');
    if (at + 4 + length > this.pages.size) throw truncated(this.pages.size, at + 4 + length);
    const text = decoder.decode(this.pages.bytes(at + 4, Math.min(length, most), this.kind));
    return length > most ? `${text}…` : text;
  }

  private numbersAt(
    at: number,
    count: number,
    read: (view: DataView, at: number) => number,
    bytes: number,
  ): number[] {
    if (count === 0) return [];
    const view = this.pages.view(at, count * bytes, this.kind);
    return Array.from({ length: count }, (_, i) => read(view, i * bytes));
  }

  /** Where the value of a slot stands; null where the file leaves it out. */
  private place(slot: number, bytes: number): number | null {
    if (slot >= this.slots) return null;
    const offset = this.pages.view(this.vtable + 4 + 2 * slot, 2, this.kind).getUint16(0, true);
    if (offset === 0) return null;
    if (offset < 4 || offset + bytes > this.length) throw damaged(this.kind, this.at);
    return this.at + offset;
  }

  private target(slot: number): number | null {
    const at = this.place(slot, 4);
    return at === null ? null : this.follow(at);
  }

  /** Offsets lead forward, so no chain of them comes back. */
  private follow(at: number): number {
    const offset = this.number(at, 'u32');
    if (offset < 4) throw damaged(this.kind, at);
    if (at + offset + 4 > this.pages.size) throw truncated(this.pages.size, at + offset + 4);
    return at + offset;
  }

  private number(at: number, kind: ScalarKind): number {
    const { bytes, read } = scalars[kind];
    return read(this.pages.view(at, bytes, this.kind), 0);
  }
}

/** The table that a FlatBuffer begins with. */
export function rootTable(pages: Pages, kind: string): Table {
  const at = pages.view(0, 4, kind).getUint32(0, true);
  if (at < 4) throw damaged(kind, 0);
  if (at + 4 > pages.size) throw truncated(pages.size, at + 4);
  return new Table(pages, at, kind);
}
