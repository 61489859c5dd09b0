import type { Basis, Estimate, Spread } from './types';

const order: readonly Basis[] = ['calibrated', 'class', 'peak', 'unknown'];

/** The less sure of two bases. */
export function weaker(a: Basis, b: Basis): Basis {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

export function estimate(value: number, low: number, high: number, basis: Basis): Estimate {
  return { value, low: Math.min(low, value), high: Math.max(high, value), basis };
}

export function scale(of: Estimate, factor: number): Estimate {
  return { value: of.value * factor, low: of.low * factor, high: of.high * factor, basis: of.basis };
}

/** A figure that is taken as it is. */
export function exact(value: number, basis: Basis): Estimate {
  return { value, low: value, high: value, basis };
}

/** Two that are off alike, one after the other; as sure as the first. */
export function added(a: Estimate, b: Estimate): Estimate {
  return { value: a.value + b.value, low: a.low + b.low, high: a.high + b.high, basis: a.basis };
}

/** Share of a total from which on a class decides how sure the total is. */
const tellingShare = 0.1;

/** Logarithms of how far an estimate may be off: what all of a run have in common, and what is left. */
interface Spreads {
  readonly low: number;
  readonly high: number;
  readonly below: number;
  readonly above: number;
}

/** Parts of a sum that are off alike: the same operation, with the same time. */
interface Alike {
  value: number;
  /** The first of them, and how far it may be off. */
  readonly part: Estimate;
  readonly common: Spread | null;
  readonly spreads: Spreads;
}

/**
 * The sum of the times of a run. An estimate is off by a factor that all kernels of a model on a chip have in common (how
 * well the software fills the chip, what the law does not know of it) and by a factor of its own. Both are taken as
 * log-normal: common parts add by their share of the sum, own parts in squares, except those of equal kernels, which are
 * off alike. Without a stated common part all of a range is common.
 */
export class Total {
  /** By operation and time, and in the order in which they came. */
  private readonly own = new Map<string, Map<number, Alike>>();
  private readonly owns: Alike[] = [];
  private readonly values = new Map<string, { value: number; basis: Basis }>();
  private value = 0;
  private below = 0;
  private above = 0;

  /** @param common the part of the range that all of the run have in common; null: all of it */
  add(operatorClass: string, part: Estimate, times = 1, common: Spread | null = null): void {
    if (part.value <= 0) return;
    const value = part.value * times;
    const { low, high } = this.addOwn(operatorClass, value, part, common);
    this.value += value;
    this.below += value * low;
    this.above += value * high;
    const sum = this.values.get(operatorClass);
    if (!sum) this.values.set(operatorClass, { value, basis: part.basis });
    else {
      sum.value += value;
      sum.basis = weaker(sum.basis, part.basis);
    }
  }

  private addOwn(operatorClass: string, value: number, part: Estimate, common: Spread | null): Spreads {
    let ofClass = this.own.get(operatorClass);
    if (!ofClass) this.own.set(operatorClass, (ofClass = new Map<number, Alike>()));
    const alike = ofClass.get(part.value);
    if (alike) {
      alike.value += value;
      // Kernels that repeat have one estimate.
      return alike.part === part && alike.common === common ? alike.spreads : spreadsOf(part, common);
    }
    const first = { value, part, common, spreads: spreadsOf(part, common) };
    ofClass.set(part.value, first);
    this.owns.push(first);
    return first.spreads;
  }

  get(): Estimate {
    const { value } = this;
    if (value === 0) return { value: 0, low: 0, high: 0, basis: 'calibrated' };
    let [below, above] = [(this.below / value) ** 2, (this.above / value) ** 2];
    for (const { value: ofOwn, spreads } of this.owns) {
      below += ((ofOwn / value) * spreads.below) ** 2;
      above += ((ofOwn / value) * spreads.above) ** 2;
    }
    let basis: Basis = 'calibrated';
    for (const sum of this.values.values()) {
      if (sum.value >= tellingShare * value) basis = weaker(basis, sum.basis);
    }
    return estimate(value, value * Math.exp(-Math.sqrt(below)), value * Math.exp(Math.sqrt(above)), basis);
  }
}

/** How far a part may be off, apart by what it has in common with all of a run; without that all of it is common. */
export function spreadsOf(part: Estimate, common: Spread | null): Spreads {
  const [below, above] = [Math.log(Math.max(part.low, 0) / part.value), Math.log(part.high / part.value)];
  const [low, high] = common ? [Math.log(common.low), Math.log(common.high)] : [below, above];
  return { low, high, below: remainder(below, low), above: remainder(above, high) };
}

/** The logarithm of a factor without the common part of it; 0 where the common part is more than all of it. */
function remainder(all: number, common: number): number {
  return all ** 2 > common ** 2 ? Math.sqrt(all ** 2 - common ** 2) : 0;
}
