import { onnx } from 'onnx-proto';
import { Field } from '../protobuf/field';

/**
 * What `onnx-proto` (ONNX 1.10) does not know, read from the same reduced bytes: metadata, overloads, opaque types,
 * attributes and value infos of functions. The bytes are well-formed, because the scanner wrote them; where it saw nothing
 * of that kind, {@link Span.none} stands for them and nothing is read again.
 */
export class Span {
  static readonly none = new Span(new Uint8Array(0), 0, 0);

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
    this.each(({ number, wire, body, next }) => {
      if (number === field && wire === 2) found.push(new Span(this.bytes, body, next));
    });
    return found;
  }

  /** The last length-delimited field of this number: the one that counts, as in the decoder. */
  child(field: number): Span {
    return this.children(field).at(-1) ?? Span.none;
  }

  text(field: number): string {
    return decodeText(this.child(field).view());
  }

  /** All length-delimited fields of this number as texts. */
  texts(field: number): string[] {
    return this.children(field).map((child) => decodeText(child.view()));
  }

  /** All 64-bit integers of this number, packed or not, with their sign. */
  integers(field: number): number[] {
    const found: number[] = [];
    this.each(({ number, wire, body, next }) => {
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

  /** Calls with each field in turn; the field is the same object each time. */
  each(visit: (field: Field) => void): void {
    const field = new Field();
    let at = this.from;
    while (at < this.to && field.read(this.bytes, at, this.to)) {
      at = field.next;
      visit(field);
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

/** As {@link metadataOf}, for messages that rarely have any. */
export function rareMetadataOf(
  span: Span,
  field: number,
  intern: (text: string) => string,
): { readonly metadata?: Pairs } {
  const metadata = metadataOf(span, field, intern);
  return metadata.length === 0 ? {} : { metadata };
}

/** Overload, metadata and whether there are device configurations of a node, in one pass; most have none of them. */
export function nodeExtras(
  span: Span,
  intern: (text: string) => string,
): { readonly overload: string; readonly metadata: Pairs; readonly hasDevices: boolean } {
  let overload = '';
  let hasDevices = false;
  let pairs: (readonly [string, string])[] | undefined;
  span.each(({ number, body, next }) => {
    hasDevices ||= number === 10;
    if (number === 8) overload = decodeText(span.bytes.subarray(body, next));
    if (number !== 9) return;
    const { key, value } = onnx.StringStringEntryProto.decode(span.bytes.subarray(body, next));
    (pairs ??= []).push([intern(key), intern(value)]);
  });
  return { overload, metadata: pairs ?? noPairs, hasDevices };
}

/** The Opaque member of a TypeProto. */
export function opaqueOf(span: Span): { readonly domain: string; readonly name: string } | null {
  const [opaque] = span.children(7).slice(-1);
  return opaque ? { domain: opaque.text(1), name: opaque.text(2) } : null;
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
