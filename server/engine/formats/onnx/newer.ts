import { onnx } from 'onnx-proto';
import { placeFields } from './schema';

/**
 * What `onnx-proto` (ONNX 1.10) does not know, read from the same reduced bytes: metadata, overloads, opaque types,
 * attributes and value infos of functions, and the places of tensors that the scanner notes. The bytes are well-formed,
 * because the scanner wrote them.
 */
export class Span {
  constructor(
    readonly bytes: Uint8Array,
    readonly from: number,
    readonly to: number,
  ) {}

  static of(bytes: Uint8Array): Span {
    return new Span(bytes, 0, bytes.length);
  }

  /** All length-delimited fields of this number. */
  children(field: number): Span[] {
    const found: Span[] = [];
    this.each((number, wire, body, next) => {
      if (number === field && wire === 2) found.push(new Span(this.bytes, body, next));
    });
    return found;
  }

  /** The last length-delimited field of this number: the one that counts, as in the decoder. */
  child(field: number): Span | null {
    return this.children(field).at(-1) ?? null;
  }

  text(field: number): string {
    const child = this.child(field);
    return child ? decodeText(child.view()) : '';
  }

  /** All length-delimited fields of this number as texts. */
  texts(field: number): string[] {
    return this.children(field).map((child) => decodeText(child.view()));
  }

  /** All 64-bit integers of this number, packed or not, with their sign. */
  integers(field: number): number[] {
    const found: number[] = [];
    this.each((number, wire, body, next) => {
      if (number !== field || (wire !== 0 && wire !== 2)) return;
      for (let at = body; at < next;) {
        let value = 0n;
        let byte = 0x80;
        for (let shift = 0n; byte >= 0x80 && at < next; shift += 7n) {
          byte = this.bytes[at++]!;
          value |= BigInt(byte & 0x7f) << shift;
        }
        found.push(Number(BigInt.asIntN(64, value)));
      }
    });
    return found;
  }

  view(): Uint8Array {
    return this.bytes.subarray(this.from, this.to);
  }

  each(visit: (field: number, wire: number, body: number, next: number) => void): void {
    const { bytes } = this;
    let at = this.from;
    const varint = (): number => {
      let value = 0;
      for (let scale = 1; ; scale *= 0x80) {
        const byte = bytes[at++] ?? 0;
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) return value;
      }
    };
    while (at < this.to) {
      const tag = varint();
      const wire = tag & 7;
      let body = at;
      let next: number;
      if (wire === 2) {
        const length = varint();
        body = at;
        next = at + length;
      } else if (wire === 0) {
        varint();
        next = at;
      } else next = at + (wire === 1 ? 8 : 4);
      visit(Math.floor(tag / 8), wire, body, next);
      at = next;
    }
  }
}

const decoder = new TextDecoder();

export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

type Pairs = readonly (readonly [string, string])[];
const noPairs: Pairs = [];

/** `metadata_props` of a message, which have a different field number in each. */
export function metadataOf(span: Span, field: number, intern: (text: string) => string): Pairs {
  const entries = span.children(field);
  if (entries.length === 0) return noPairs;
  return entries.map((entry) => {
    const { key, value } = onnx.StringStringEntryProto.decode(entry.view());
    return [intern(key), intern(value)] as const;
  });
}

/** Overload, metadata and whether there are device configurations of a node, in one pass; most have none of them. */
export function nodeExtras(
  span: Span,
  intern: (text: string) => string,
): { readonly overload: string; readonly metadata: Pairs; readonly hasDevices: boolean } {
  let overload = '';
  let hasDevices = false;
  let pairs: (readonly [string, string])[] | undefined;
  span.each((field, _wire, body, next) => {
    hasDevices ||= field === 10;
    if (field === 8) overload = decodeText(span.bytes.subarray(body, next));
    if (field !== 9) return;
    const { key, value } = onnx.StringStringEntryProto.decode(span.bytes.subarray(body, next));
    (pairs ??= []).push([intern(key), intern(value)]);
  });
  return { overload, metadata: pairs ?? noPairs, hasDevices };
}

/** Where the elements of a tensor lie in the file, as the scanner noted. */
export function placeOf(span: Span): { readonly offset: number; readonly length: number } | null {
  let offset = -1;
  let length = 0;
  span.each((field, wire, body) => {
    if (wire !== 0 || field < placeFields.offset) return;
    const value = varintAt(span.bytes, body);
    if (field === placeFields.offset) offset = value;
    else if (field === placeFields.length) length = value;
  });
  return offset < 0 ? null : { offset, length };
}

function varintAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let scale = 1; ; scale *= 0x80) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
}

/** The Opaque member of a TypeProto. */
export function opaqueOf(span: Span): { readonly domain: string; readonly name: string } | null {
  const opaque = span.child(7);
  return opaque && { domain: opaque.text(1), name: opaque.text(2) };
}

/** `attribute_proto` and `value_info` of a function, with the bytes of each. */
export function functionExtras(span: Span): {
  readonly attributes: readonly (readonly [onnx.AttributeProto, Span])[];
  readonly valueInfo: readonly (readonly [onnx.ValueInfoProto, Span])[];
} {
  return {
    attributes: span.children(11).map((child) => [onnx.AttributeProto.decode(child.view()), child] as const),
    valueInfo: span.children(12).map((child) => [onnx.ValueInfoProto.decode(child.view()), child] as const),
  };
}
