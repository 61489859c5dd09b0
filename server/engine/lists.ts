/**
 * Appends all items to a list. `push(...items)` would put each of them on the stack, which ends at some 120,000;
 * a lint rule keeps such calls out.
 */
export function appendAll<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}

/** Adds an item to the list of a key, which is made with the first one. */
export function addTo<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

/** The largest of some numbers, NaN if one is; `floor` when there are none. */
export function largest(values: readonly number[], floor = -Infinity): number {
  return values.reduce((most, value) => Math.max(most, value), floor);
}

/** The smallest of some numbers, NaN if one is; `ceiling` when there are none. */
export function smallest(values: readonly number[], ceiling = Infinity): number {
  return values.reduce((least, value) => Math.min(least, value), ceiling);
}

/** Different texts, the most frequent first. */
export function byFrequency(texts: Iterable<string>): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([text]) => text);
}

/** Names that a message lists. */
const fewNames = 5;

/** The first few names, each once, as a message lists them: dots stand for the others. */
export function fewOf(names: readonly string[]): string {
  const different = [...new Set(names)];
  return different.slice(0, fewNames).join(', ') + (different.length > fewNames ? ', …' : '');
}
