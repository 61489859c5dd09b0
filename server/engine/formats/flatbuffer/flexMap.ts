import type { Attribute } from '../../graph/model';
import { shortestSingle } from '../singles';

/** Entries of a map that are kept; options of an operator have up to some twenty. */
const mostEntries = 256;
/** Bytes of a key or a text that are kept. */
const mostText = 1024;

/** Types of values, as `flatbuffers/flexbuffers.h` numbers them. */
const types = {
  int: 1,
  uint: 2,
  float: 3,
  string: 5,
  ints: 6,
  uints: 7,
  floats: 8,
  map: 9,
  bool: 26,
} as const;

/** Thrown where something leads out of the bytes; never leaves this file. */
class OutsideError extends Error {}

/**
 * The numbers and texts of a FlexBuffer that is a map, as custom operators have their options in one; [] for anything else.
 * Offsets lead backwards and are held against the bytes. Source: google.github.io/flatbuffers, "FlexBuffers" internals.
 */
export function flexAttributes(bytes: Uint8Array): Attribute[] {
  try {
    return new FlexReader(bytes).attributes();
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    return [];
  }
}

class FlexReader {
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  attributes(): Attribute[] {
    const end = this.bytes.length;
    // The last bytes are the root's width and, before it, its type with the width of what it leads to.
    const width = this.bytes[end - 1] ?? 0;
    const type = this.bytes[end - 2] ?? 0;
    if (type >> 2 !== types.map || ![1, 2, 4, 8].includes(width)) return [];
    const map = this.back(end - 2 - width, width);
    return this.map(map, 1 << (type & 3));
  }

  private map(at: number, width: number): Attribute[] {
    const size = this.unsigned(at - width, width);
    const count = Math.min(size, mostEntries);
    const keys = this.back(at - 3 * width, width);
    const keyWidth = this.unsigned(at - 2 * width, width);
    if (![1, 2, 4, 8].includes(keyWidth)) throw new OutsideError();
    const found: Attribute[] = [];
    for (let i = 0; i < count; i++) {
      const name = this.text(this.back(keys + i * keyWidth, keyWidth), null);
      const attribute = this.value(name, at + i * width, width, this.unsigned(at + size * width + i, 1));
      if (attribute) found.push(attribute);
    }
    return found;
  }

  private value(name: string, at: number, width: number, packed: number): Attribute | null {
    const own = 1 << (packed & 3);
    switch (packed >> 2) {
      case types.int:
        return { name, kind: 'int', value: this.signed(at, width) };
      case types.uint:
      case types.bool:
        return { name, kind: 'int', value: this.unsigned(at, width) };
      case types.float:
        return { name, kind: 'float', value: this.float(at, width) };
      case types.ints:
        return { name, kind: 'int', value: this.signed(this.back(at, width), own) };
      case types.uints:
        return { name, kind: 'int', value: this.unsigned(this.back(at, width), own) };
      case types.floats:
        return { name, kind: 'float', value: this.float(this.back(at, width), own) };
      case types.string: {
        const start = this.back(at, width);
        return { name, kind: 'string', value: this.text(start, this.unsigned(start - own, own)) };
      }
      default:
        return null;
    }
  }

  /** What an offset leads to: so many bytes before it. */
  private back(at: number, width: number): number {
    const target = at - this.unsigned(at, width);
    if (target < 0) throw new OutsideError();
    return target;
  }

  private unsigned(at: number, width: number): number {
    this.expect(at, width);
    if (width === 8) return Number(this.view.getBigUint64(at, true));
    return width === 1
      ? this.view.getUint8(at)
      : width === 2
        ? this.view.getUint16(at, true)
        : this.view.getUint32(at, true);
  }

  private signed(at: number, width: number): number {
    this.expect(at, width);
    if (width === 8) return Number(this.view.getBigInt64(at, true));
    const bits = 32 - 8 * width;
    return (this.unsigned(at, width) << bits) >> bits;
  }

  private float(at: number, width: number): number {
    this.expect(at, width);
    if (width === 8) return this.view.getFloat64(at, true);
    return width === 4 ? shortestSingle(this.view.getFloat32(at, true)) : NaN;
  }

  /** A text of so many bytes, or up to the zero that ends a key. */
  private text(at: number, length: number | null): string {
    const most = Math.min(at + (length ?? mostText), this.bytes.length, at + mostText);
    const zero = length === null ? this.bytes.indexOf(0, at) : -1;
    return new TextDecoder().decode(this.bytes.subarray(at, zero >= at && zero < most ? zero : most));
  }

  private expect(at: number, width: number): void {
    if (!(at >= 0 && at + width <= this.bytes.length)) throw new OutsideError();
  }
}
