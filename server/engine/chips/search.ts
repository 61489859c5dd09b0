import { chips } from './catalogue';
import type { Chip } from './chip';
import { cutsNumber, hasNumber, numberFit, type NameFit, typingErrors } from './modelNumbers';
import { namesOf, normalise, tokensOf, typoDistance, wordsOf } from './names';
import { classWords, fillerWords, machineWords, phaseWords, placeWords } from './searchWords';
import { addTo, largest } from '../lists';

/** What a query finds. */
export interface FoundChips {
  /** Chips that all words of the query hold for, best first. */
  readonly found: readonly Chip[];
  /**
   * Other models whose names have the query's number as a part, best first: M3 Max for M3. Where neither is: chips that
   * its words hold for once its model numbers are left out.
   */
  readonly related: readonly Chip[];
}

/** How well a query fits a chip: the smaller, the better. */
const fit = { same: 0, begins: 1, inside: 2, words: 3, typo: 10 } as const;

/**
 * Chips by id, name, alias, vendor, class, place, machine or phase, in English or Korean, with typing errors. Each word has
 * to hold; a number is whole, so that A10 does not find A100. An empty query finds every chip.
 */
export function searchChips(query: string, among: readonly Chip[] = chips): FoundChips {
  const words = queryWords(query);
  if (normalise(query) === '') return { found: among, related: [] };
  const sure = rankedOf(normalise(query), words, among, false);
  const near = sure.length > 0 ? sure : rankedOf(normalise(query), words, among, true);
  const chipsOf = (isPart: boolean): readonly Chip[] =>
    near.filter((one) => one.isPart === isPart).map(({ chip }) => chip);
  if (near.length > 0) return { found: chipsOf(false), related: chipsOf(true) };
  const others = words.filter((word) => !hasNumber(word));
  if (others.length === 0 || others.length === words.length) return { found: [], related: [] };
  return { found: [], related: rankedOf(null, others, among, false).map(({ chip }) => chip) };
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

/** A chip that a query fits. */
interface Ranked extends NameFit {
  readonly chip: Chip;
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
): Ranked[] {
  const traitsAlone = words.every((word) => traits.has(word));
  const all = among.flatMap((chip): Ranked[] => {
    const byName = whole === null ? null : nameFit(whole, words, chip, mistyped);
    const counts = byName !== null && !(traitsAlone && byName.rank >= fit.inside);
    const best = better(counts ? byName : null, wordsFit(words, chip, mistyped));
    return best === null ? [] : [{ chip, ...best }];
  });
  return all.sort((a, b) => a.rank - b.rank || a.chip.id.localeCompare(b.chip.id));
}

/** How a whole query fits the names of a chip; null where it does not. */
function nameFit(query: string, words: readonly string[], chip: Chip, mistyped: boolean): NameFit | null {
  if (hasNumber(query)) {
    const asked = words.length > 1 ? words : [query];
    return numberFit(query, asked, chip, fit, mistyped ? fit.typo : null);
  }
  return plain(best(namesOf(chip).map((name) => nameDistance(query, name, mistyped))));
}

/** How the words of a query fit a chip; null where one of them does not. */
function wordsFit(words: readonly string[], chip: Chip, mistyped: boolean): NameFit | null {
  const fits: NameFit[] = [];
  for (const word of words) {
    const one = wordFit(word, words, chip, mistyped);
    if (one === null) return null;
    fits.push(one);
  }
  if (fits.length === 0) return null;
  return {
    rank: fit.words + largest(fits.map(({ rank }) => rank)),
    isPart: fits.some(({ isPart }) => isPart),
  };
}

function wordFit(word: string, words: readonly string[], chip: Chip, mistyped: boolean): NameFit | null {
  if (traits.get(word)?.(chip)) return plain(fit.begins);
  const byName = nameFit(word, words, chip, mistyped);
  // A word for a class or a place names those chips, and others only if they are called so.
  if (traits.has(word)) return byName !== null && byName.rank <= fit.begins ? byName : null;
  if (hasNumber(word)) return byName;
  return better(byName, plain(best(tokensOf(chip).map((name) => nameDistance(word, name, mistyped)))));
}

function plain(rank: number | null): NameFit | null {
  return rank === null ? null : { rank, isPart: false };
}

/** Whatever is no mere part of a name, else the smaller rank; null where there is none. */
function better(one: NameFit | null, other: NameFit | null): NameFit | null {
  if (!one || !other) return one ?? other;
  if (one.isPart !== other.isPart) return one.isPart ? other : one;
  return other.rank < one.rank ? other : one;
}

/** How far a word of a query is from a name, both normalised, with typing errors or without; null where it is another. */
export function nameDistance(query: string, name: string, mistyped: boolean): number | null {
  if (name === query) return fit.same;
  const at = name.indexOf(query);
  if (query.length >= 2 && at === 0 && !cutsNumber(name, query)) return fit.begins;
  // In the middle of a name "a10" would find Arria 10.
  if (query.length >= 3 && at > 0 && !/\d/.test(query)) return fit.inside;
  if (!mistyped) return null;
  if (hasNumber(query)) {
    const errors = typingErrors(query, name);
    return errors === null ? null : fit.typo + errors;
  }
  const allowed = query.length >= 8 ? 2 : query.length >= 4 ? 1 : 0;
  const errors = allowed > 0 ? typoDistance(query, name, allowed) : null;
  return errors === null ? null : fit.typo + errors;
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
  ...phrases(machineWords, (machine, chip) => chip.machines?.some((own) => own === machine) === true),
  ...phrases(placeWords, (place, chip) => chip.place.some((own) => own === place)),
  // A class last: "mcu" is one, and a place.
  ...phrases(classWords, (name, chip) => chip.class === name),
]);

function phrases(
  table: Readonly<Record<string, readonly string[]>>,
  holds: (trait: string, chip: Chip) => boolean,
): [string, (chip: Chip) => boolean][] {
  const meant = new Map<string, string[]>();
  for (const [trait, words] of Object.entries(table))
    for (const word of [trait, ...words]) addTo(meant, normalise(word), trait);
  return [...meant].map(([word, any]) => [word, (chip) => any.some((trait) => holds(trait, chip))]);
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
