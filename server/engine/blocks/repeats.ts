import { isStepDue, type Steps } from '../scheduler';
import type { Chain } from './chain';

/** Equal stretches of a chain that follow each other. */
export interface Repeat {
  readonly first: number;
  readonly length: number;
  readonly count: number;
}

/** How many places in a row are compared to find lengths: single ones, and enough to tell layers of few kinds apart. */
const windows = [1, 4, 16] as const;
/** Lengths that each window proposes at the most. */
const mostLengths = 8;
/** Runs in one model at the most: others are left in the stretches between. */
const mostRuns = 64;

/** Where a chain would rather be cut: places for which this is high begin a block. */
export type Beginning = (place: number) => number;

/**
 * Runs of equal stretches, in order and apart from each other: first the one that covers the most places, of those the one with the
 * shortest stretches, then what is left on its sides. Each stretch has a product in it and reads something of the one before, so that they are
 * layers and not branches, and what a stretch reads of itself stands at the same places in all.
 */
export function* repeatsOf(chain: Chain, beginning: Beginning): Steps<readonly Repeat[]> {
  const found: Repeat[] = [];
  const pending: (readonly [from: number, to: number])[] = [[0, chain.kinds.length]];
  for (let next = pending.pop(); next && found.length < mostRuns; next = pending.pop()) {
    const [from, to] = next;
    const repeat = yield* bestIn(chain, from, to, beginning);
    if (!repeat) continue;
    found.push(repeat);
    const end = repeat.first + repeat.length * repeat.count;
    pending.push([end, to], [from, repeat.first]);
  }
  return found.sort((a, b) => a.first - b.first);
}

/** Kinds that come back up to `end`, which may leave less than a whole stretch over. */
interface Candidate extends Repeat {
  readonly end: number;
}

function* bestIn(chain: Chain, from: number, to: number, beginning: Beginning): Steps<Repeat | null> {
  const candidates: Candidate[] = [];
  for (const length of yield* lengthsIn(chain.kinds, from, to)) {
    yield;
    const stretch = longestWith(chain.kinds, from, to, length);
    if (stretch) candidates.push(stretch);
  }
  candidates.sort(
    (a, b) => b.count * b.length - a.count * a.length || a.length - b.length || a.first - b.first,
  );
  let best: Repeat | null = null;
  for (const candidate of candidates) {
    yield;
    if (best && covered(candidate) <= covered(best)) break;
    const repeat = turned(chain, candidate, beginning);
    if (repeat && (!best || covered(repeat) > covered(best))) best = repeat;
  }
  return best;
}

function covered({ count, length }: Repeat): number {
  return count * length;
}

/** Lengths after which kinds come back, those first that do so most often. */
function* lengthsIn(kinds: Int32Array, from: number, to: number): Steps<readonly number[]> {
  const lengths = new Set<number>();
  const counts = new Int32Array(to - from);
  for (const window of windows) {
    counts.fill(0);
    const last = new Map<number, number>();
    const factor = power(window);
    let hash = 0;
    for (let at = from; at < to; at++) {
      if (isStepDue(at)) yield;
      hash = Math.imul(hash, base) + kinds[at]! + 1;
      if (at - window >= from) hash -= Math.imul(kinds[at - window]! + 1, factor);
      hash |= 0;
      if (at - from + 1 < window) continue;
      const before = last.get(hash);
      if (before !== undefined) counts[at - before]!++;
      last.set(hash, at);
    }
    const proposed = [...counts.keys()].filter((length) => counts[length]! > 0);
    proposed.sort((a, b) => counts[b]! - counts[a]! || a - b);
    for (const length of proposed.slice(0, mostLengths)) lengths.add(length);
  }
  return [...lengths];
}

/** Of a rolling hash: odd, so that no place loses its weight. */
const base = 0x01000193;

function power(exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}

/** The most stretches of a length that have the same kinds one after another; null where no two have. */
function longestWith(kinds: Int32Array, from: number, to: number, length: number): Candidate | null {
  let best: Candidate | null = null;
  let same = 0;
  for (let at = from + length; at <= to; at++) {
    if (at < to && kinds[at] === kinds[at - length]) {
      same++;
      continue;
    }
    const first = at - length - same;
    const count = Math.floor((same + length) / length);
    if (count >= 2 && (!best || count > best.count)) best = { first, length, count, end: at };
    same = 0;
  }
  return best;
}

/** A candidate from the place where its stretches begin, as far as they read the same places and hang together. */
function turned(chain: Chain, { first, length, count, end }: Candidate, beginning: Beginning): Repeat | null {
  let [start, most] = [first, -Infinity];
  for (let turn = first; turn + count * length <= end; turn++) {
    let sum = 0;
    for (let k = 0; k <= count; k++) sum += beginning(turn + k * length);
    // Of equal ones the last: what ends a layer, such as a norm, may also stand before the first one.
    if (sum >= most) [start, most] = [turn, sum];
  }
  const { products } = chain;
  const isLayer = products[start + length]! > products[start]!;
  return isLayer ? longestEqual(chain, { first: start, length, count }) : null;
}

/** The longest part of a run in which all stretches are equal and read something of the one before. */
function longestEqual(chain: Chain, { first, length, count }: Repeat): Repeat | null {
  let best: Repeat | null = null;
  let since = 0;
  for (let k = 1; k <= count; k++) {
    const at = first + k * length;
    if (k < count && isLikeBefore(chain, at, length)) continue;
    const many = k - since;
    if (many >= 2 && (!best || many > best.count))
      best = { first: first + since * length, length, count: many };
    since = k;
  }
  return best;
}

/** Whether the stretch at a place reads of itself what the one before reads of itself, and something of that one. */
function isLikeBefore({ makers, starts }: Chain, at: number, length: number): boolean {
  let isJoined = false;
  for (let place = at; place < at + length; place++) {
    const [own, before] = [starts[place]!, starts[place - length]!];
    const count = starts[place + 1]! - own;
    if (starts[place - length + 1]! - before !== count) return false;
    for (let i = 0; i < count; i++) {
      const [maker, other] = [makers[own + i]!, makers[before + i]!];
      const isInside = maker >= at;
      if (isInside !== other >= at - length) return false;
      if (isInside && maker - other !== length) return false;
      if (maker >= at - length && maker < at) isJoined = true;
    }
  }
  return isJoined;
}
