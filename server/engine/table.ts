/**
 * The entry of a table for a name out of a file. A plain look-up would also find what every object inherits:
 * `constructor`, `toString` and `__proto__` are fine names for operators and dimensions.
 */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
