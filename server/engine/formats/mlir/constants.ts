import { dataTypes, elementCount, type DataType } from '../../graph/dataTypes';
import type { Tensor } from '../../graph/model';
import { mostKeptElements } from '../../graph/tensors';
import { shortestSingle } from '../singles';
import { limits } from './limits';

/** A constant: its type is what a weight costs, its numbers are kept where they are few. */
export function constantOf(
  name: string,
  dtype: DataType | undefined,
  dims: readonly number[],
  content: string | undefined,
): Tensor {
  const elements =
    dtype && content !== undefined ? elementsOf(dtype, elementCount(dims), content) : undefined;
  return { name, ...(dtype && { dtype }), dims, data: { place: 'none' }, ...(elements && { elements }) };
}

/** Numbers between the angles of `dense<…>`: one for all, a list in brackets, or bytes in hexadecimal. */
function elementsOf(dtype: DataType, count: number, content: string): readonly number[] | undefined {
  if (!(count <= mostKeptElements) || content.length > limits.quoted) return undefined;
  const text = content.trim();
  if (text.startsWith('"')) return bytesOf(dtype, count, text.slice(1, -1));
  const words = text.split(/[[\],\s]+/).filter((word) => word !== '');
  const numbers = words.map((word) => numberOf(dtype, word));
  if (numbers.some((number) => number === undefined)) return undefined;
  const known = numbers as readonly number[];
  if (known.length === count) return known;
  return known.length === 1 ? new Array<number>(count).fill(known[0]!) : undefined;
}

function numberOf(dtype: DataType, word: string): number | undefined {
  if (word === 'true' || word === 'false') return word === 'true' ? 1 : 0;
  const { bits, kind } = dataTypes[dtype];
  const isPattern = kind === 'float' && word.startsWith('0x') && bits !== null;
  if (isPattern) return reading(dtype, view(word.slice(2).padStart(bits / 4, '0'), true), 0, false);
  const number = Number(word);
  return Number.isNaN(number) ? undefined : number;
}

/** Bytes of all elements, the lowest of each first; those of one may stand for all. */
function bytesOf(dtype: DataType, count: number, text: string): readonly number[] | undefined {
  const { bits } = dataTypes[dtype];
  if (!text.startsWith('0x') || bits === null || bits % 8 !== 0) return undefined;
  const bytes = view(text.slice(2), false);
  const size = bits / 8;
  if (!bytes || (bytes.byteLength !== count * size && bytes.byteLength !== size)) return undefined;
  const numbers = Array.from({ length: bytes.byteLength / size }, (_, i) =>
    reading(dtype, bytes, i * size, true),
  );
  if (numbers.some((number) => number === undefined)) return undefined;
  const known = numbers as readonly number[];
  return known.length === count ? known : new Array<number>(count).fill(known[0]!);
}

function view(hexadecimal: string, isWhole: boolean): DataView | undefined {
  if (!/^([0-9a-fA-F]{2})*$/.test(hexadecimal) || (isWhole && hexadecimal.length > 16)) return undefined;
  const bytes = new Uint8Array(hexadecimal.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hexadecimal.slice(2 * i, 2 * i + 2), 16);
  return new DataView(bytes.buffer);
}

const readings: Readonly<
  Partial<Record<DataType, (from: DataView, at: number, isLittle: boolean) => number>>
> = {
  float: (from, at, isLittle) => shortestSingle(from.getFloat32(at, isLittle)),
  double: (from, at, isLittle) => from.getFloat64(at, isLittle),
  int8: (from, at) => from.getInt8(at),
  uint8: (from, at) => from.getUint8(at),
  bool: (from, at) => Number(from.getUint8(at) !== 0),
  int16: (from, at, isLittle) => from.getInt16(at, isLittle),
  uint16: (from, at, isLittle) => from.getUint16(at, isLittle),
  int32: (from, at, isLittle) => from.getInt32(at, isLittle),
  uint32: (from, at, isLittle) => from.getUint32(at, isLittle),
  int64: (from, at, isLittle) => Number(from.getBigInt64(at, isLittle)),
  uint64: (from, at, isLittle) => Number(from.getBigUint64(at, isLittle)),
};

function reading(
  dtype: DataType,
  from: DataView | undefined,
  at: number,
  isLittle: boolean,
): number | undefined {
  const read = readings[dtype];
  const size = (dataTypes[dtype].bits ?? 0) / 8;
  return from && read && at + size <= from.byteLength ? read(from, at, isLittle) : undefined;
}
