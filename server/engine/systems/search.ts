import { chipById } from '../chips/catalogue';
import { namesOf, normalise, tokensOf, wordsOf } from '../chips/names';
import { nameDistance } from '../chips/search';
import { machineWords, placeWords } from '../chips/searchWords';
import { largest } from '../lists';
import { type ChipLookUp, systems } from './load';
import { references, type Reference } from './references';
import type { System } from './system';

/** A query by its words, and one that names a place, come behind one by a whole name. */
const byWords = 1;
const byPlace = 3;

/**
 * Systems by id, name, alias, place or chip, in English or Korean, with typing errors, best first; each word has to hold. An
 * empty query finds every system.
 */
export function searchSystems(
  query: string,
  among: readonly System[] = systems,
  lookUp: ChipLookUp = chipById,
): readonly System[] {
  const words = wordsOf(query);
  if (words.length === 0) return among;
  const found = among.flatMap((system) => {
    const rank = rankOf(query, words, system, lookUp);
    return rank === null ? [] : [{ system, rank }];
  });
  found.sort((a, b) => a.rank - b.rank || a.system.id.localeCompare(b.system.id));
  return found.map(({ system }) => system);
}

/** References by id, name or alias, in English or Korean, with typing errors; an empty query finds each. */
export function searchReferences(query: string): readonly Reference[] {
  const words = wordsOf(query);
  return references.filter(({ id, name, nameKo, aliases }) => {
    const names = [id, name, nameKo, ...aliases];
    const single = names.flatMap(wordsOf);
    if (words.every((word) => distanceTo(word, single) !== null)) return true;
    return distanceTo(normalise(query), names.map(normalise)) !== null;
  });
}

/** How well a system fits a query, the smaller the better; null where it does not. */
function rankOf(query: string, words: readonly string[], system: System, lookUp: ChipLookUp): number | null {
  const { whole, single } = nameable(system, lookUp);
  const traitOf = (word: string): number | null =>
    least([placeRank(word, system), machineRank(word, system, lookUp)]);
  const ranks = words.map((word) => least([distanceTo(word, single), traitOf(word)]));
  const ofWords = ranks.some((rank) => rank === null) ? null : largest(ranks.map((rank) => rank ?? 0));
  return least([
    distanceTo(normalise(query), whole),
    ofWords === null ? null : ofWords + byWords,
    traitOf(normalise(query)),
  ]);
}

/** All that a system may be called, whole and in single words, normalised; what its chips are called too. */
function nameable(
  system: System,
  lookUp: ChipLookUp,
): { readonly whole: readonly string[]; readonly single: readonly string[] } {
  const { id, name, nameKo, aliases, devices } = system;
  const names = [id, name, ...(nameKo === undefined ? [] : [nameKo]), ...aliases];
  const chips = devices.flatMap(({ chip }) => lookUp(chip) ?? []);
  return {
    whole: [...names.map(normalise), ...chips.flatMap(namesOf)],
    single: [...names.flatMap(wordsOf), ...chips.flatMap(tokensOf)],
  };
}

function placeRank(word: string, { place }: System): number | null {
  const is = place.some((one) => [one, ...placeWords[one]].some((name) => normalise(name) === word));
  return is ? byPlace : null;
}

/** A machine by what its chips are built into: what stands in a phone makes a phone. */
function machineRank(word: string, { place, devices }: System, lookUp: ChipLookUp): number | null {
  if (!place.includes('device')) return null;
  const machines = devices.flatMap(({ chip }) => lookUp(chip)?.machines ?? []);
  const is = machines.some((one) => [one, ...machineWords[one]].some((name) => normalise(name) === word));
  return is ? byPlace : null;
}

function distanceTo(word: string, names: readonly string[]): number | null {
  return least(names.map((name) => nameDistance(word, name, true)));
}

function least(ranks: readonly (number | null)[]): number | null {
  let best: number | null = null;
  for (const rank of ranks) if (rank !== null && (best === null || rank < best)) best = rank;
  return best;
}
