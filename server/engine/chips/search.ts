import { chips } from './catalogue';
import type { Chip } from './chip';
import { namesOf, normalise, tokensOf, typoDistance, wordsOf } from './names';
import { classWords, fillerWords, phaseWords, placeWords } from './searchWords';
import { largest } from '../lists';

/** What a query finds. */
export interface FoundChips {
  /** Chips that all words of the query hold for, best first. */
  readonly found: readonly Chip[];
  /** When there are none: chips that its words hold for once its model numbers are left out. */
  readonly related: readonly Chip[];
}

/** How well a query fits a chip: the smaller, the better. */
const fit = { same: 0, begins: 1, inside: 2, words: 3, typo: 10 } as const;

/**
 * Chips by id, name, alias, vendor, class, place or phase, in English or Korean, with typing errors. Each word has to
 * hold; a number is whole, so that A10 does not find A100. An empty query finds every chip.
 */
export function searchChips(query: string, among: readonly Chip[] = chips): FoundChips {
  const words = queryWords(query);
  if (normalise(query) === '') return { found: among, related: [] };
  const found = ranked(normalise(query), words, among);
  if (found.length > 0) return { found, related: [] };
  const others = words.filter((word) => !/\d/.test(word));
  if (others.length === 0 || others.length === words.length) return { found, related: [] };
  return { found, related: rankedOf(null, others, among, false) };
}

/** What there is to show for a query: what it finds, else what is related; best first. */
export function findChips(query: string, among: readonly Chip[] = chips): readonly Chip[] {
  const { found, related } = searchChips(query, among);
  return found.length > 0 ? found : related;
}

/** Whether a query is the name that a chip is shown by, also after its vendor: L40 is one chip, and L40S another. */
export function isCalled(query: string, { name, vendor }: Chip): boolean {
  return [name, `${vendor} ${name}`].some((called) => normalise(called) === normalise(query));
}

/**
 * Whether a chip may be taken for the one that a query names: each number and each short word is a whole word of its
 * names, so that neither L40 is taken for L40S nor RTX 5090 Ti for RTX 5090.
 */
export function isNamed(query: string, chip: Chip): boolean {
  const names = namesOf(chip);
  if (names.includes(normalise(query))) return true;
  const whole = new Set([...tokensOf(chip), ...names]);
  const isForgiving = (word: string) => word.length > 3 && !/\d/.test(word);
  return queryWords(query).every((word) => isForgiving(word) || traits.has(word) || whole.has(word));
}

/** Typing errors are looked for only where nothing fits without them. */
function ranked(whole: string, words: readonly string[], among: readonly Chip[]): Chip[] {
  const sure = rankedOf(whole, words, among, false);
  return sure.length > 0 ? sure : rankedOf(whole, words, among, true);
}

/**
 * The chips that fit, best first.
 * @param whole the query in one word; null when only its words count
 * @param mistyped whether names that the query has typing errors in fit too
 */
function rankedOf(
  whole: string | null,
  words: readonly string[],
  among: readonly Chip[],
  mistyped: boolean,
): Chip[] {
  const traitsAlone = words.every((word) => traits.has(word));
  const all = among.flatMap((chip) => {
    const byName = whole === null ? null : nameRank(whole, chip, mistyped);
    const counts = byName !== null && !(traitsAlone && byName >= fit.inside);
    const rank = best([counts ? byName : null, wordsRank(words, chip, mistyped)]);
    return rank === null ? [] : [{ chip, rank }];
  });
  return all.sort((a, b) => a.rank - b.rank || a.chip.id.localeCompare(b.chip.id)).map(({ chip }) => chip);
}

/** How a whole query fits the names of a chip; null where it does not. */
function nameRank(query: string, chip: Chip, mistyped: boolean): number | null {
  return best(namesOf(chip).map((name) => nameDistance(query, name, mistyped)));
}

/** How the words of a query fit a chip; null where one of them does not. */
function wordsRank(words: readonly string[], chip: Chip, mistyped: boolean): number | null {
  const ranks: number[] = [];
  for (const word of words) {
    const rank = wordRank(word, chip, mistyped);
    if (rank === null) return null;
    ranks.push(rank);
  }
  return ranks.length === 0 ? null : fit.words + largest(ranks);
}

function wordRank(word: string, chip: Chip, mistyped: boolean): number | null {
  if (traits.get(word)?.(chip)) return fit.begins;
  const rank = nameRank(word, chip, mistyped);
  if (!traits.has(word))
    return best([rank, ...tokensOf(chip).map((name) => nameDistance(word, name, mistyped))]);
  // A word for a class or a place names those chips, and others only if they are called so.
  return rank !== null && rank <= fit.begins ? rank : null;
}

/** How far a word of a query is from a name, both normalised, with typing errors or without; null where it is another. */
export function nameDistance(query: string, name: string, mistyped: boolean): number | null {
  if (name === query) return fit.same;
  const at = name.indexOf(query);
  if (query.length >= 2 && at === 0 && !cutsNumber(name, query)) return fit.begins;
  // In the middle of a name "a10" would find Arria 10.
  if (query.length >= 3 && at > 0 && !/\d/.test(query)) return fit.inside;
  if (!mistyped) return null;
  const allowed = query.length >= 8 ? 2 : query.length >= 4 ? 1 : 0;
  const errors = allowed > 0 ? typoDistance(query, name, allowed) : null;
  return errors === null ? null : fit.typo + errors;
}

/** Whether the beginning of a name ends within a number of it. */
function cutsNumber(name: string, beginning: string): boolean {
  return /\d$/.test(beginning) && /^\d/.test(name.slice(beginning.length));
}

/** The least of what is known; null where nothing is. */
function best(ranks: readonly (number | null)[]): number | null {
  let least: number | null = null;
  for (const rank of ranks) if (rank !== null && (least === null || rank < least)) least = rank;
  return least;
}

/** Words that say what a chip is, where it works or what for, normalised. */
const traits = new Map<string, (chip: Chip) => boolean>([
  ...phrases(phaseWords, (phase, chip) => chip.phase.some((own) => own === phase)),
  ...phrases(placeWords, (place, chip) => chip.place.some((own) => own === place)),
  // A class last: "mcu" is one, and a place.
  ...phrases(classWords, (name, chip) => chip.class === name),
]);

function phrases(
  table: Readonly<Record<string, readonly string[]>>,
  holds: (trait: string, chip: Chip) => boolean,
): [string, (chip: Chip) => boolean][] {
  return Object.entries(table).flatMap(([trait, words]) =>
    [trait, ...words].map((word): [string, (chip: Chip) => boolean] => [
      normalise(word),
      (chip) => holds(trait, chip),
    ]),
  );
}

const fillers = new Set(fillerWords.map(normalise));
const mostJoined = 4;

/** The words of a query, those joined that are one expression ("data center"), without those that say nothing. */
function queryWords(query: string): string[] {
  const words = wordsOf(query);
  const joined: string[] = [];
  for (let at = 0; at < words.length;) {
    const lengths = Array.from(
      { length: Math.min(mostJoined, words.length - at) },
      (_, i) => i + 1,
    ).reverse();
    const length = lengths.find((count) => traits.has(words.slice(at, at + count).join(''))) ?? 1;
    joined.push(words.slice(at, at + length).join(''));
    at += length;
  }
  const told = joined.filter((word) => !fillers.has(word));
  return told.length > 0 ? told : joined;
}
