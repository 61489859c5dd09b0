import type { Mutant } from './mutators';

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
