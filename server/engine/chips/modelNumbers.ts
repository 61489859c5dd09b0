import type { Chip } from './chip';
import { normalise, typoDistance, vendorNamesOf, wordsOf } from './names';
import { modelWords } from './searchWords';

/** How a query, or a word of it, fits the names of a chip: the smaller the rank, the better. */
export interface NameFit {
  readonly rank: number;
  /** The chip is another model, of whose name the word is only a part: M5 of MLU290-M5, M3 of M3 Max, MI300 of MI300X. */
  readonly isPart: boolean;
}

/** Some words of a name that follow each other. */
interface Run {
  readonly text: string;
  /** The words of the name before it, without those of the vendor, and the one behind it. */
  readonly before: readonly string[];
  readonly behind: string | undefined;
  /** A dash joins it to the word before it. */
  readonly isJoined: boolean;
  readonly isWhole: boolean;
  readonly isFirst: boolean;
}

/** A number of so few characters is many a product's suffix, and says little by itself. */
const fewCharacters = 3;
/** Words within a name that are written as one at the most. */
const mostWords = 6;
const otherModels = new Set(modelWords.map(normalise));

/** Whether a word has the number of a model in it. */
export function hasNumber(word: string): boolean {
  return /\d/.test(word);
}

/**
 * How a word with a number, normalised, fits the names of a chip; null where it does not. Numbers are whole: A10 is no
 * part of A100.
 * @param words all words of the query: those say what else of a name was asked for
 * @param typing rank of a word with no typing error and the errors that it may have; null where it may have none
 */
export function numberFit(
  word: string,
  words: readonly string[],
  chip: Chip,
  ranks: { readonly same: number; readonly begins: number; readonly inside: number },
  typo: number | null,
): NameFit | null {
  let best: NameFit | null = null;
  for (const run of runsOf(chip)) {
    const errors = run.text.startsWith(word) ? 0 : typo === null ? null : typingErrors(word, run.text);
    if (errors === null || (errors === 0 && cutsNumber(run.text, word))) continue;
    const plain = run.isFirst ? ranks.begins : ranks.inside;
    const rank = errors > 0 ? typo! + errors : run.isWhole && run.text === word ? ranks.same : plain;
    const fit = { rank, isPart: isPart(word, words, run, errors > 0) };
    if (!best || Number(fit.isPart) - Number(best.isPart) < 0) best = fit;
    else if (fit.isPart === best.isPart && fit.rank < best.rank) best = fit;
  }
  return best;
}

/** Whether the beginning of a name ends within a number of it. */
export function cutsNumber(name: string, beginning: string): boolean {
  return /\d$/.test(beginning) && /^\d/.test(name.slice(beginning.length));
}

function isPart(word: string, words: readonly string[], run: Run, isMistyped: boolean): boolean {
  const asked = new Set(words);
  // MI300X behind MI300, but not SXM5 behind SXM.
  if (!isMistyped && run.text !== word && /\d$/.test(word)) return true;
  if (run.text === word && run.behind !== undefined && otherModels.has(run.behind) && !asked.has(run.behind))
    return true;
  if (word.length > fewCharacters) return false;
  const others = run.before.filter((one) => !asked.has(one));
  return others.some(hasNumber) || (run.isJoined && words.length === 1 && others.length > 0);
}

/**
 * Typing errors between two words with numbers; null where they are too many, or where the letters of a model differ: K200
 * is no H200.
 */
export function typingErrors(word: string, name: string): number | null {
  if (word.length < fewCharacters + 1) return null;
  const errors = typoDistance(word, name, word.length >= 8 ? 2 : 1);
  if (errors === null) return null;
  const letters = (text: string): string[] =>
    [...text.matchAll(/(\p{L}*)\d+/gu)].map(([, before = '']) => before);
  const own = letters(word);
  const same = letters(name).every((theirs, at) => {
    const ours = own[at] ?? '';
    return ours.length > fewCharacters ? ours.at(-1) === theirs.at(-1) : ours === theirs;
  });
  return same ? errors : null;
}

const cache = new WeakMap<Chip, readonly Run[]>();

/** The runs of words in all that a chip may be called, the vendor before a name too. */
function runsOf(chip: Chip): readonly Run[] {
  const known = cache.get(chip);
  if (known) return known;
  const vendors = vendorNamesOf(chip).map(normalise);
  const runs = [...new Set([chip.name, ...chip.aliases])].flatMap((name) => runsOfName(name, vendors));
  const id = normalise(chip.id);
  const whole = { before: [], behind: undefined, isJoined: false, isWhole: true, isFirst: true };
  for (const vendor of ['', ...vendors]) runs.push({ ...whole, text: vendor + id });
  cache.set(chip, runs);
  return runs;
}

function runsOfName(name: string, vendors: readonly string[]): Run[] {
  const words = wordsOf(name);
  const dashed = new Set(
    [
      ...name
        .normalize('NFKC')
        .toLowerCase()
        .matchAll(/[\p{L}\p{N}]\p{Pd}([\p{L}\p{N}]+)/gu),
    ].map(([, word]) => word),
  );
  const runs: Run[] = [];
  for (let from = 0; from < words.length; from++)
    for (let to = from + 1; to <= words.length; to++) {
      // A whole name counts however long it is.
      if (to > from + mostWords && (from > 0 || to < words.length)) continue;
      const text = words.slice(from, to).join('');
      const run = {
        text,
        before: words.slice(0, from).filter((word) => !vendors.includes(word)),
        behind: words[to],
        isJoined: dashed.has(words[from]),
        isWhole: from === 0 && to === words.length,
        isFirst: from === 0,
      };
      runs.push(run);
      if (from === 0) for (const vendor of vendors) runs.push({ ...run, text: vendor + text });
    }
  return runs;
}
