import { gcd } from '../../../graph/dimDivide';
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

interface Sum {
  readonly whole: number;
  readonly parts: readonly number[];
  readonly factors: readonly number[];
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
  private readonly sums: Sum[] = [];
  private byClass: Map<number, Sum> | null = null;
  private readonly summed = new Map<number, Share | null>();
  /** Classes of queries and of their keys. */
  private readonly grouped: (readonly [queries: number, keys: number])[] = [];

  constructor(private readonly ways: number) {}

  /** @param units what the size is so many times as much of, itself unless told: blocks in which numbers are stored */
  add(size: number, units = size): number {
    const part = this.parents.length;
    this.parents.push(part);
    this.sizes.push(size);
    this.units.push(units);
    this.mayRepeat.push(false);
    return part;
  }

  join(a: number, b: number): void {
    const [first, second] = [this.find(a), this.find(b)];
    if (first === second) return;
    this.parents[second] = first;
    this.units[first] = gcd(this.units[first]!, this.units[second]!);
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

  /** The share of a rank; null where the sums hang together in a circle. Asked when all is joined. */
  share(part: number): Share | null {
    const own = this.find(part);
    const sum = this.sumByClass().get(own);
    const whole = this.sizes[part]!;
    if (!sum) return this.plain(whole, own);
    const known = this.summed.get(own);
    // While it is being summed it is null: then it is a part of itself.
    if (known === undefined) this.summed.set(own, null);
    const share = known === undefined ? this.sumOf(sum) : known;
    this.summed.set(own, share);
    if (!share) return null;
    const scale = whole / share.whole;
    return { whole, local: share.local * scale, padded: share.padded * scale, copies: 1 };
  }

  private sumOf({ whole, parts, factors }: Sum): Share | null {
    const sum = { whole: this.sizes[whole]!, local: 0, padded: 0, copies: 1 };
    if (this.summed.size > mostSums) return null;
    for (const [i, part] of parts.entries()) {
      const share = this.share(part);
      if (!share) return null;
      sum.local += share.local * factors[i]!;
      sum.padded += share.padded * factors[i]!;
    }
    return sum;
  }

  private sumByClass(): ReadonlyMap<number, Sum> {
    if (this.byClass) return this.byClass;
    this.byClass = new Map();
    for (const sum of this.sums) {
      const own = this.find(sum.whole);
      if (!this.byClass.has(own)) this.byClass.set(own, sum);
    }
    return this.byClass;
  }

  /** Why the sizes cannot be divided in so many parts; null where they can. */
  obstacle(): Obstacle | null {
    for (const part of this.parents.keys()) {
      const own = this.find(part);
      if (this.sumByClass().has(own)) continue;
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

/** Sums of sums in one family: those of hostile graphs would fill the stack. */
const mostSums = 1000;
