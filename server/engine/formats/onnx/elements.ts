import { dataTypes } from '../../graph/dataTypes';
import type { DataType } from '../../graph/dataTypes';

/**
 * Decodes elements of small tensors. Complex numbers give two numbers each (real, imaginary), as in `float_data`.
 * Bit layouts: IEEE 754 for float16; onnx docs/docsource/technical/float8.md, float4.md and int4.md for the small types.
 */
export function decodeRaw(type: DataType, bytes: Uint8Array, count: number): number[] | null {
  const { bits } = dataTypes[type];
  if (bits === null || bytes.length !== Math.ceil((count * bits) / 8)) return null;
  if (bits < 8) return unpackSmall(type, bytes, bits, count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: number[] = [];
  const step = type === 'complex64' ? 4 : type === 'complex128' ? 8 : bits / 8;
  for (let at = 0; at < bytes.length; at += step) elements.push(readElement(type, view, at));
  return elements;
}

/** Decodes `int32_data`, which holds the bit pattern of every type up to 32 bits, below 8 bits several to a byte. */
export function decodeInt32Data(type: DataType, data: readonly number[], count: number): number[] | null {
  const { bits } = dataTypes[type];
  if (bits === null) return null;
  if (bits < 8 && data.length !== count) {
    const bytes = Uint8Array.from(data);
    return bytes.length === Math.ceil((count * bits) / 8) ? unpackSmall(type, bytes, bits, count) : null;
  }
  if (data.length !== count) return null;
  if (bits < 8) return data.map((value) => smallElement(type, value & ((1 << bits) - 1), bits));
  return data.map((value) => elementOfPattern(type, value));
}

const wideReaders: Partial<Record<DataType, (view: DataView, at: number) => number>> = {
  float: (view, at) => view.getFloat32(at, true),
  complex64: (view, at) => view.getFloat32(at, true),
  double: (view, at) => view.getFloat64(at, true),
  complex128: (view, at) => view.getFloat64(at, true),
  int32: (view, at) => view.getInt32(at, true),
  uint32: (view, at) => view.getUint32(at, true),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  uint64: (view, at) => Number(view.getBigUint64(at, true)),
};

function readElement(type: DataType, view: DataView, at: number): number {
  const wide = wideReaders[type];
  if (wide) return wide(view, at);
  return elementOfPattern(type, dataTypes[type].bits === 16 ? view.getUint16(at, true) : view.getUint8(at));
}

const patterns: Partial<Record<DataType, (pattern: number) => number>> = {
  int8: (pattern) => (pattern << 24) >> 24,
  uint8: (pattern) => pattern & 0xff,
  int16: (pattern) => (pattern << 16) >> 16,
  uint16: (pattern) => pattern & 0xffff,
  bool: (pattern) => ((pattern & 0xff) === 0 ? 0 : 1),
  float16: (pattern) => minifloat(pattern & 0xffff, 5, 10, 15, 'ieee'),
  bfloat16: (pattern) => minifloat(pattern & 0xffff, 8, 7, 127, 'ieee'),
  float8e4m3fn: (pattern) => minifloat(pattern & 0xff, 4, 3, 7, 'finite'),
  float8e4m3fnuz: (pattern) => minifloat(pattern & 0xff, 4, 3, 8, 'unsigned-zero'),
  float8e5m2: (pattern) => minifloat(pattern & 0xff, 5, 2, 15, 'ieee'),
  float8e5m2fnuz: (pattern) => minifloat(pattern & 0xff, 5, 2, 16, 'unsigned-zero'),
  // An exponent alone (OCP microscaling formats): no sign, no zero; all ones is NaN.
  float8e8m0: (pattern) => ((pattern & 0xff) === 0xff ? NaN : 2 ** ((pattern & 0xff) - 127)),
};

/** The element that the low 8 or 16 bits of `pattern` encode; 32-bit integers are themselves. */
function elementOfPattern(type: DataType, pattern: number): number {
  return patterns[type]?.(pattern) ?? pattern;
}

/**
 * @param special `ieee`: the top exponent is infinity and NaN; `finite`: only all ones is NaN; `unsigned-zero`: only the
 *   pattern of minus zero is NaN; `none`: every pattern is a number
 */
function minifloat(
  pattern: number,
  exponentBits: number,
  mantissaBits: number,
  bias: number,
  special: 'ieee' | 'finite' | 'unsigned-zero' | 'none',
): number {
  const mantissaRange = 2 ** mantissaBits;
  const exponentTop = 2 ** exponentBits - 1;
  const mantissa = pattern % mantissaRange;
  const exponent = Math.floor(pattern / mantissaRange) & exponentTop;
  const sign = pattern >> (exponentBits + mantissaBits) ? -1 : 1;
  if (special === 'ieee' && exponent === exponentTop) return mantissa === 0 ? sign * Infinity : NaN;
  if (special === 'finite' && exponent === exponentTop && mantissa === mantissaRange - 1) return NaN;
  if (special === 'unsigned-zero' && sign < 0 && exponent === 0 && mantissa === 0) return NaN;
  if (exponent === 0) return sign * (mantissa / mantissaRange) * 2 ** (1 - bias);
  return sign * (1 + mantissa / mantissaRange) * 2 ** (exponent - bias);
}

/** Elements of less than a byte: a stream of bits that begins in the lowest of the first byte. */
function unpackSmall(type: DataType, bytes: Uint8Array, bits: number, count: number): number[] {
  const mask = (1 << bits) - 1;
  const elements: number[] = [];
  for (let i = 0; i < count; i++) {
    const at = Math.floor((i * bits) / 8);
    // An element of 6 bits may lie in two bytes.
    const pair = bytes[at]! | ((bytes[at + 1] ?? 0) << 8);
    elements.push(smallElement(type, (pair >> ((i * bits) % 8)) & mask, bits));
  }
  return elements;
}

/** Floats below a byte are those of the OCP microscaling formats: no infinity, no NaN. */
const smallFloats: Partial<Record<DataType, (pattern: number) => number>> = {
  float4e2m1: (pattern) => minifloat(pattern, 2, 1, 1, 'none'),
  float6e2m3: (pattern) => minifloat(pattern, 2, 3, 1, 'none'),
  float6e3m2: (pattern) => minifloat(pattern, 3, 2, 3, 'none'),
};

function smallElement(type: DataType, pattern: number, bits: number): number {
  const decode = smallFloats[type];
  if (decode) return decode(pattern);
  const { kind } = dataTypes[type];
  return kind === 'signed' && pattern >= 1 << (bits - 1) ? pattern - (1 << bits) : pattern;
}
