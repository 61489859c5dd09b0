import { dataTypes, type DataType, elementCount } from '../../graph/dataTypes';

/** Elements of a group of the 2:4 pattern, and how many of them have to be zero. */
const groupSize = 4;
const zerosNeeded = 2;
/** Columns beside the summed axis that are kept count of; a tensor with more has its zeros counted, not its groups. */
const mostColumns = 1 << 24;

/** Zeros of a tensor, and its groups of four along the axis that a product sums over. */
export interface ZeroCount {
  readonly elements: number;
  readonly zeros: number;
  /** Groups of four along the axis; null where there is no axis to look along. */
  readonly groups: number | null;
  /** Groups with at least two zeros. What pads the last group counts as zeros. */
  readonly sparseGroups: number | null;
}

/** Counts zeros of one tensor that arrives piece by piece, in row-major order. */
export class ZeroCounter {
  private zeros = 0;
  private seen = 0;
  private groups = 0;
  private sparseGroups = 0;
  private column = 0;
  private row = 0;
  private inGroup = 0;
  private readonly columns: number;
  private readonly rows: number;
  private readonly perColumn: Uint8Array | null;
  private readonly isZero: (pattern: number) => boolean;
  readonly bits: number;

  /**
   * @param axis along which groups are formed; null: zeros only
   * @param zero the integer that stands for zero (a zero point); floats have their own
   */
  constructor(
    type: DataType,
    private readonly dims: readonly number[],
    axis: number | null,
    zero: number,
  ) {
    this.bits = dataTypes[type].bits ?? 0;
    this.isZero = zeroTest(type, zero, this.bits);
    this.columns = axis === null ? 1 : elementCount(dims.slice(axis + 1));
    this.rows = axis === null ? 0 : (dims[axis] ?? 0);
    const counted = axis !== null && this.rows >= groupSize && this.columns <= mostColumns;
    this.perColumn = counted ? new Uint8Array(this.columns) : null;
  }

  /** Takes the next bytes: whole elements, little-endian, as `raw_data` has them. */
  add(bytes: Uint8Array): void {
    const { bits } = this;
    if (bits < 8) return this.addPacked(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bits === 8) for (let at = 0; at < bytes.length; at++) this.take(this.isZero(bytes[at]!));
    else if (bits === 16)
      for (let at = 0; at + 2 <= bytes.length; at += 2) this.take(this.isZero(view.getUint16(at, true)));
    else if (bits === 32)
      for (let at = 0; at + 4 <= bytes.length; at += 4) this.take(this.isZero(view.getUint32(at, true)));
    else
      for (let at = 0; at + 8 <= bytes.length; at += 8)
        this.take(view.getUint32(at, true) === 0 && this.isZero(view.getUint32(at + 4, true)));
  }

  /** Several elements to a byte, the first in the lowest bits; the last byte may be padded. */
  private addPacked(bytes: Uint8Array): void {
    const mask = (1 << this.bits) - 1;
    const total = elementCount(this.dims);
    for (const byte of bytes) {
      for (let shift = 0; shift < 8 && this.seen < total; shift += this.bits) {
        this.take(this.isZero((byte >> shift) & mask));
      }
    }
  }

  private take(isZero: boolean): void {
    this.seen++;
    if (isZero) this.zeros++;
    const { perColumn } = this;
    if (!perColumn) return;
    if (isZero) perColumn[this.column]!++;
    if (++this.column < this.columns) return;
    this.column = 0;
    this.row++;
    this.inGroup++;
    if (this.inGroup === groupSize || this.row === this.rows) this.closeGroups(perColumn);
    if (this.row === this.rows) this.row = 0;
  }

  private closeGroups(perColumn: Uint8Array): void {
    const wanted = zerosNeeded - (groupSize - this.inGroup);
    for (const zeros of perColumn) if (zeros >= wanted) this.sparseGroups++;
    this.groups += perColumn.length;
    perColumn.fill(0);
    this.inGroup = 0;
  }

  result(): ZeroCount {
    const counted = this.perColumn !== null;
    return {
      elements: this.seen,
      zeros: this.zeros,
      groups: counted ? this.groups : null,
      sparseGroups: counted ? this.sparseGroups : null,
    };
  }
}

/** Whether a bit pattern is zero: both signs of a float, the zero point of an integer. */
function zeroTest(type: DataType, zero: number, bits: number): (pattern: number) => boolean {
  if (dataTypes[type].kind === 'float') {
    // 64 bits are looked at by their upper half; the formats with one zero only have NaN where minus zero would be.
    const width = Math.min(bits, 32);
    const sign = unsignedZero.has(type) ? 0 : 2 ** (width - 1);
    return (pattern) => pattern === 0 || pattern === sign;
  }
  const wanted = bits >= 32 ? zero >>> 0 : zero & ((1 << bits) - 1);
  return (pattern) => pattern === wanted;
}

const unsignedZero: ReadonlySet<DataType> = new Set(['float8e4m3fnuz', 'float8e5m2fnuz']);
