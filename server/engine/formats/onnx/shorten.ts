import type { ByteWriter } from './writer';

/** Bytes of a shortened name that are kept from its beginning. */
export const shortName = 200;
export const hashSeed = 0x811c9dc5;

/** Writes a text cut at a character's end, with a mark behind it. */
export function copyText(
  bytes: Uint8Array,
  from: number,
  to: number,
  field: number,
  mark: string,
  out: ByteWriter,
): void {
  while (to > from && (bytes[to]! & 0xc0) === 0x80) to--;
  const at = out.open(field);
  out.copy(bytes, from, to);
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
