import type { Mutant } from './mutators';

/** A sequence of numbers from 0 to 1 that a seed decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws `size` mutants, a third of them numbers; where one kind runs out, the other fills up. In order of place. */
export function drawSample(mutants: readonly Mutant[], size: number, random: () => number): Mutant[] {
  const numbers = shuffled(
    mutants.filter(({ kind }) => kind === 'number'),
    random,
  );
  const others = shuffled(
    mutants.filter(({ kind }) => kind !== 'number'),
    random,
  );
  const wanted = Math.round(size / 3);
  const taken = Math.max(wanted, size - others.length);
  const drawn = [...numbers.slice(0, taken), ...others.slice(0, size - Math.min(taken, numbers.length))];
  return drawn.sort((a, b) => (a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1));
}

/** The items in another order. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
