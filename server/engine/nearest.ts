/** Share of letter pairs in common below which two names are not alike. */
const leastAlike = 0.3;

/**
 * The names most like a word, best first: by the share of neighbouring letters that both have (Dice's coefficient), which
 * forgives what is missing, added or in another order.
 */
export function nearest(word: string, names: readonly string[], most: number): string[] {
  const wanted = pairsOf(word);
  return [...new Set(names)]
    .map((name) => ({ name, alike: alike(wanted, pairsOf(name)) }))
    .filter(({ alike: share }) => share >= leastAlike)
    .sort((a, b) => b.alike - a.alike || a.name.localeCompare(b.name))
    .slice(0, most)
    .map(({ name }) => name);
}

function pairsOf(word: string): Set<string> {
  const letters = [
    ...word
      .slice(0, 200)
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, ''),
  ];
  return new Set(letters.length < 2 ? letters : letters.slice(1).map((letter, i) => letters[i]! + letter));
}

function alike(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const pair of a) if (b.has(pair)) common++;
  return a.size + b.size === 0 ? 0 : (2 * common) / (a.size + b.size);
}
