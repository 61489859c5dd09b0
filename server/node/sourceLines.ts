import type { ByteSource } from '../engine/graph/byteSource';

/** Bytes that are read at a time. */
const pieceBytes = 1 << 20;
/** A longer line is none of ours. */
const mostLineBytes = 64 * 1024 * 1024;
const newline = 0x0a;

/** Where a line stands, in bytes. */
export interface LinePlace {
  readonly offset: number;
  /** Without its end. */
  readonly length: number;
}

/** The lines of a text in UTF-8 with their places; one that is too long has null for a text, and is the last. */
export async function* sourceLines(
  source: ByteSource,
): AsyncGenerator<LinePlace & { readonly text: string | null }> {
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  for (let at = 0; at < source.size; at += pieceBytes) {
    const { buffer, byteOffset, length } = await source.read(at, Math.min(pieceBytes, source.size - at));
    const piece = Buffer.from(buffer, byteOffset, length);
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let from = 0;
    for (let end = rest.indexOf(newline); end !== -1; end = rest.indexOf(newline, from)) {
      yield { offset: start + from, length: end - from, text: rest.toString('utf8', from, end) };
      from = end + 1;
    }
    rest = rest.subarray(from);
    start += from;
    if (rest.length > mostLineBytes) {
      yield { offset: start, length: rest.length, text: null };
      return;
    }
  }
  if (rest.length > 0) yield { offset: start, length: rest.length, text: rest.toString('utf8') };
}
