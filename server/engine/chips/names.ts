import type { Chip } from './chip';
import { smallest } from '../lists';
import { vendorWords } from './searchWords';

/** Lower case without spaces, dashes and other punctuation, in one Unicode form. */
export function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{P}\p{S}]/gu, '');
}

/** All that a chip may be called, normalised: id, name, aliases, each also with its vendor before it. */
export function namesOf(chip: Chip): readonly string[] {
  const known = cache.get(chip);
  if (known) return known;
  const own = [chip.id, chip.name, ...chip.aliases].map(normalise);
  const vendors = vendorNamesOf(chip).map(normalise);
  const names = [
    ...new Set([...own, ...vendors, ...vendors.flatMap((vendor) => own.map((name) => vendor + name))]),
  ];
  cache.set(chip, names);
  return names;
}

/** All that the vendor of a chip may be called. */
export function vendorNamesOf({ vendor }: Chip): readonly string[] {
  return [vendor, ...vendorsOf(vendor)];
}

/** A vendor by a name, by a part of one, or by one in Korean. */
export function isOfVendor(chip: Chip, vendor: string): boolean {
  const wanted = normalise(vendor);
  return wanted !== '' && vendorNamesOf(chip).some((name) => normalise(name).includes(wanted));
}

/** The single words of all that a chip may be called, of its id and its vendor too, normalised. */
export function tokensOf(chip: Chip): readonly string[] {
  const known = tokenCache.get(chip);
  if (known) return known;
  const names = [chip.id, chip.name, ...chip.aliases, chip.vendor, ...vendorsOf(chip.vendor)];
  const tokens = [...new Set(names.flatMap(wordsOf))];
  tokenCache.set(chip, tokens);
  return tokens;
}

/** A text as its words, normalised: parted by spaces and punctuation, and where Hangul meets another script. */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=\p{Script=Hangul})(?=[a-z\d])|(?<=[a-z\d])(?=\p{Script=Hangul})/gu, ' ')
    .split(/[\s\p{P}\p{S}]+/u)
    .filter((word) => word !== '');
}

const tokenCache = new WeakMap<Chip, readonly string[]>();
const cache = new WeakMap<Chip, readonly string[]>();

function vendorsOf(vendor: string): readonly string[] {
  return Object.entries(vendorWords)
    .filter(([name]) => normalise(vendor).includes(normalise(name)))
    .flatMap(([, others]) => others);
}

/**
 * Typing errors between two words (insertion, deletion, substitution, neighbours swapped), or null when there are more
 * than `most`. Digits are never errors: one model number is not another.
 */
export function typoDistance(a: string, b: string, most: number): number | null {
  if (Math.abs(a.length - b.length) > most || digits(a) !== digits(b)) return null;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    if (smallest(row) > most) return null;
    [before, last] = [last, row];
  }
  return last[b.length]! <= most ? last[b.length]! : null;
}

function digits(text: string): string {
  return text.replace(/\D/g, '');
}
