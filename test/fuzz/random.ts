/** Answers a whole number from 0 up to, not including, `below`. */
export type Random = (below: number) => number;

/** A small generator of pseudo-random numbers (mulberry32), so that a seed is enough to repeat a failure. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
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
