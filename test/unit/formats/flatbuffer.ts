/**
 * Writes FlatBuffers, forwards and without sharing, as flatbuffers.dev/internals lays them out: a vtable before each table,
 * and what it points to behind it. Made for tests, without the reader that is tested.
 */

type Scalar = readonly [kind: 'u8' | 'i8' | 'u16' | 'i32' | 'u32' | 'u64' | 'f32', value: number];
type Part = { readonly fields: Readonly<Record<number, Value>> };
export type Value =
  | Scalar
  | Part
  | string
  /** Bytes of a vector, with the number of items that it states. */
  | { readonly count: number; readonly bytes: readonly number[] }
  | readonly Part[]
  /** An offset as it is to be written, wherever it leads. */
  | { readonly raw: number };

export const u8 = (value: number): Scalar => ['u8', value];
export const i8 = (value: number): Scalar => ['i8', value];
export const i32 = (value: number): Scalar => ['i32', value];
export const u32 = (value: number): Scalar => ['u32', value];
export const u64 = (value: number): Scalar => ['u64', value];

/** A table of these fields by slot. */
export function table(fields: Readonly<Record<number, Value>>): Part {
  return { fields };
}

export const tables = (...parts: readonly Part[]): readonly Part[] => parts;

/** A vector of 32-bit numbers. */
export function ints(...values: readonly number[]): Value {
  return { count: values.length, bytes: values.flatMap((value) => bytesOf(['i32', value])) };
}

export function floats(...values: readonly number[]): Value {
  return { count: values.length, bytes: values.flatMap((value) => bytesOf(['f32', value])) };
}

export function longs(...values: readonly number[]): Value {
  return { count: values.length, bytes: values.flatMap((value) => bytesOf(['u64', value])) };
}

export function ubytes(bytes: readonly number[]): Value {
  return { count: bytes.length, bytes };
}

const sizes = { u8: 1, i8: 1, u16: 2, i32: 4, u32: 4, u64: 8, f32: 4 } as const;

function bytesOf([kind, value]: Scalar): number[] {
  const view = new DataView(new ArrayBuffer(sizes[kind]));
  switch (kind) {
    case 'u8':
    case 'i8':
      view.setUint8(0, value & 0xff);
      break;
    case 'u16':
      view.setUint16(0, value, true);
      break;
    case 'i32':
    case 'u32':
      view.setInt32(0, value | 0, true);
      break;
    case 'u64':
      view.setBigInt64(0, BigInt(value), true);
      break;
    case 'f32':
      view.setFloat32(0, value, true);
  }
  return [...new Uint8Array(view.buffer)];
}

/** A file: the offset of its root, its identifier, and the root with all below it. */
export function flatBuffer(identifier: string, root: Part): Uint8Array {
  const out: number[] = [0, 0, 0, 0, ...new TextEncoder().encode(identifier)];
  patch(out, 0, writeTable(out, root));
  return Uint8Array.from(out);
}

function patch(out: number[], at: number, target: number): void {
  bytesOf(['u32', target - at]).forEach((byte, i) => (out[at + i] = byte));
}

function isScalar(value: Value): value is Scalar {
  return Array.isArray(value) && typeof value[0] === 'string';
}

function writeTable(out: number[], { fields }: Part): number {
  const slots = Object.keys(fields).map(Number);
  const last = Math.max(-1, ...slots);
  const offsets: number[] = [];
  let length = 4;
  for (let slot = 0; slot <= last; slot++) {
    const value = fields[slot];
    offsets.push(value === undefined ? 0 : length);
    if (value !== undefined) length += isScalar(value) ? sizes[value[0]] : 4;
  }
  const vtable = out.length;
  for (const number of [4 + 2 * offsets.length, length, ...offsets]) append(out, bytesOf(['u16', number]));
  const at = out.length;
  append(out, bytesOf(['i32', at - vtable]));
  const open: [place: number, value: Exclude<Value, Scalar>][] = [];
  for (let slot = 0; slot <= last; slot++) {
    const value = fields[slot];
    if (value === undefined) continue;
    if (isScalar(value)) append(out, bytesOf(value));
    else {
      open.push([out.length, value]);
      append(out, [0, 0, 0, 0]);
    }
  }
  for (const [place, value] of open) {
    if (typeof value === 'object' && 'raw' in value) patch(out, place, place + value.raw);
    else patch(out, place, writeValue(out, value));
  }
  return at;
}

function writeValue(out: number[], value: Exclude<Value, Scalar>): number {
  if (typeof value === 'object' && 'fields' in value) return writeTable(out, value);
  const at = out.length;
  if (typeof value === 'string') {
    const bytes = new TextEncoder().encode(value);
    append(out, [...bytesOf(['u32', bytes.length]), ...bytes, 0]);
  } else if ('bytes' in value) append(out, [...bytesOf(['u32', value.count]), ...value.bytes]);
  else if (Array.isArray(value)) {
    append(out, bytesOf(['u32', value.length]));
    const places = value.map((_, i) => at + 4 + 4 * i);
    append(out, new Array<number>(4 * value.length).fill(0));
    value.forEach((part: Part, i) => patch(out, places[i]!, writeTable(out, part)));
  }
  return at;
}

function append(out: number[], bytes: readonly number[]): void {
  for (const byte of bytes) out.push(byte);
}
