/**
 * The entry of a table for a name from outside. A plain look-up would also find what every object inherits:
 * `constructor`, `toString` and `__proto__` are fine names for operators, dimensions and chips.
 */
export function entryOf<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return table && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Puts an entry into a table under a name from outside; an assignment to `__proto__` would put in nothing. */
export function setEntry<T>(table: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(table, name, { value, writable: true, enumerable: true, configurable: true });
}
