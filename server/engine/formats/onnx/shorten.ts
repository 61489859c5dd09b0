import type { ByteWriter } from './writer';

/** Bytes of a shortened name that are kept from its beginning. */
export const shortName = 200;
export const hashSeed = 0x811c9dc5;

/**
 * Writes a text cut at a character's end, with a mark behind it.
 * @param text its bytes, longer than `length`
 */
export function copyText(
  text: Uint8Array,
  length: number,
  field: number,
  mark: string,
  out: ByteWriter,
): void {
  while (length > 0 && (text[length]! & 0xc0) === 0x80) length--;
  const at = out.open(field);
  out.copy(text, 0, length);
  const tail = new TextEncoder().encode(mark);
  out.copy(tail, 0, tail.length);
  out.close(at);
}

/** The mark of a name that is at hand. */
export function hashMark(bytes: Uint8Array, from: number, to: number): string {
  return markOf(hashBytes(bytes, from, to, hashSeed), to - from);
}

/** What stands for the rest of a shortened name: the same for the same name. */
export function markOf(hash: number, length: number): string {
  return `…${hash.toString(16).padStart(8, '0')}-${length}`;
}

/** FNV-1a, 32 bit (http://www.isthe.com/chongo/tech/comp/fnv/). */
export function hashBytes(bytes: Uint8Array, from: number, to: number, seed: number): number {
  let hash = seed;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash >>> 0;
}
