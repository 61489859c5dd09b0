/**
 * A 64-bit integer as a number: the decoder gives an object where it finds a library for them. Its types name that
 * library's class without importing it, so the parameter's type is said here.
 */
export function toNumber(value: unknown): number {
  return typeof value === 'number' ? value : (value as { toNumber(): number }).toNumber();
}
