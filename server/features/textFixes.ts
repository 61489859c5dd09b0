import type { Range } from '../engine/formats/onnxText/places';

/** A change that a problem leaves no doubt about. */
export type TextFix =
  | { readonly kind: 'replace'; readonly range: Range; readonly newText: string }
  | { readonly kind: 'import'; readonly domain: string; readonly version: number };

/** Letters to change, add, leave out or swap until one word is the other; stops counting above `limit`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, before[j - 2]! + 1);
      }
      next.push(cost);
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}

/** The one word that was meant: the only one nearest, and near enough for a slip. */
export function meant(word: string, words: Iterable<string>): string | undefined {
  const limit = word.length <= 3 ? 1 : 2;
  const lower = word.toLowerCase();
  let best: string[] = [];
  let least = limit;
  for (const candidate of words) {
    // Another case alone is the smallest slip of all.
    const distance = candidate.toLowerCase() === lower ? 0 : editDistance(word, candidate, limit);
    if (distance > least) continue;
    if (distance < least || best.length === 0) best = [];
    least = distance;
    best.push(candidate);
  }
  return best.length === 1 ? best[0] : undefined;
}
