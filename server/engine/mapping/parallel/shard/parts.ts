import type { Obstacle } from './relation';

/** What one rank has of an axis or of an attribute that counts heads. */
export interface Share {
  readonly whole: number;
  readonly local: number;
  /** The axis with what is added so that all ranks have equally much; `whole` where nothing is. */
  readonly padded: number;
  /** Ranks that hold the same part. */
  readonly copies: number;
}

/**
 * Sizes that are divided alike. Those of one class are multiples of a number of units, such as heads, of which none
 * is divided; some are the sum of others.
 */
export class Parts {
  private readonly parents: number[] = [];
  private readonly sizes: number[] = [];
  /** By class: the largest number that divides all of its sizes. */
  private readonly units: number[] = [];
  private readonly mayRepeat: boolean[] = [];
  private readonly sums: {
    readonly whole: number;
    readonly parts: readonly number[];
    readonly factors: readonly number[];
  }[] = [];
  /** Classes of queries and of their keys. */
  private readonly grouped: (readonly [queries: number, keys: number])[] = [];

  constructor(private readonly ways: number) {}

  add(size: number): number {
    const part = this.parents.length;
    this.parents.push(part);
    this.sizes.push(size);
    this.units.push(size);
    this.mayRepeat.push(false);
    return part;
  }

  join(a: number, b: number): void {
    const [first, second] = [this.find(a), this.find(b)];
    if (first === second) return;
    this.parents[second] = first;
    this.units[first] = greatestDivisor(this.units[first]!, this.units[second]!);
    this.mayRepeat[first] ||= this.mayRepeat[second]!;
  }

  /** One size is the sum of others, each times a factor. */
  addSum(whole: number, parts: readonly number[], factors = parts.map(() => 1)): void {
    this.sums.push({ whole, parts, factors });
  }

  /** Each group of queries shares one of the keys. */
  group(queries: number, keys: number): void {
    this.grouped.push([queries, keys]);
    this.mayRepeat[this.find(keys)] = true;
  }

  /** The share of a rank; null where the sums hang together in a circle. */
  share(part: number, depth = 0): Share | null {
    const [whole, own] = [this.sizes[part]!, this.find(part)];
    const sum = this.sums.find((one) => this.find(one.whole) === own);
    if (!sum) return this.plain(whole, own);
    if (depth > maximumDepth) return null;
    let [local, padded] = [0, 0];
    for (const [i, one] of sum.parts.entries()) {
      const share = this.share(one, depth + 1);
      if (!share) return null;
      local += share.local * sum.factors[i]!;
      padded += share.padded * sum.factors[i]!;
    }
    const scale = whole / this.sizes[sum.whole]!;
    return { whole, local: local * scale, padded: padded * scale, copies: 1 };
  }

  /** Why the sizes cannot be divided in so many parts; null where they can. */
  obstacle(): Obstacle | null {
    for (const part of this.parents.keys()) {
      const own = this.find(part);
      if (this.sums.some(({ whole }) => this.find(whole) === own)) continue;
      const units = this.units[own]!;
      if (units < this.ways && !(this.mayRepeat[own]! && this.ways % units === 0)) return 'heads';
    }
    // Of several groups no rank may have a part, nor one without its keys.
    const isOdd = this.grouped.some(([queries, keys]) => {
      const [units, keyUnits] = [this.units[this.find(queries)]!, this.units[this.find(keys)]!];
      if (keyUnits === 1 || units === keyUnits) return false;
      return units % this.ways !== 0 || (keyUnits > this.ways && keyUnits % this.ways !== 0);
    });
    return isOdd ? 'heads' : null;
  }

  private plain(whole: number, own: number): Share {
    const units = this.units[own]!;
    const ways = Math.min(this.ways, units);
    const local = Math.ceil(units / ways);
    const unit = whole / units;
    return { whole, local: local * unit, padded: local * ways * unit, copies: this.ways / ways };
  }

  private find(part: number): number {
    let at = part;
    while (this.parents[at] !== at) at = this.parents[at] = this.parents[this.parents[at]!]!;
    return at;
  }
}

/** Sums of sums at the most: an axis that is cut and joined again and again. */
const maximumDepth = 8;

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
