import { seeded } from '../../server/engine/random';

/** Answers a whole number from 0 up to, not including, `below`. */
export type Random = (below: number) => number;

/** Numbers that a seed decides, which is then enough to repeat a failure. */
export function randomOf(seed: number): Random {
  const next = seeded(seed);
  return (below) => Math.floor(next() * below);
}

/** One item of a list that is not empty. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)]!;
}

/** Strings that programs trip over when they are names. */
export const hostileWords: readonly string[] = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'a'.repeat(300),
  '../../etc/passwd',
  "'; echo x >x; #",
  '$(touch x)',
  '`touch x`',
  '=1+1',
  '"quoted"',
  'two\nlines',
  '\u001b[31mred',
  '\u202Ereversed',
  'zero\u200Bwidth',
  '<b>bold</b>',
  '[link](command:x)',
  '$(error)',
  '| cell |',
  '한글',
  '\uD800',
];
