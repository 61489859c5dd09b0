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

/** Two that are off alike, one after the other; as sure as the first. */
export function added(a: Estimate, b: Estimate): Estimate {
  return { value: a.value + b.value, low: a.low + b.low, high: a.high + b.high, basis: a.basis };
}

/** Share of a total from which on a class decides how sure the total is. */
const tellingShare = 0.1;

/** Parts of a sum that are off alike: the same operation, with the same time. */
interface Alike {
  value: number;
  below: number;
  above: number;
}

/**
 * The sum of the times of a run. An estimate is off by a factor that all kernels of a model on a chip have in common (how
 * well the software fills the chip, what the law does not know of it) and by a factor of its own. Both are taken as
 * log-normal: common parts add by their share of the sum, own parts in squares, except those of equal kernels, which are
 * off alike. Without a stated common part all of a range is common.
 */
export class Total {
  private readonly own = new Map<string, Alike>();
  private readonly values = new Map<string, { value: number; basis: Basis }>();
  private value = 0;
  private below = 0;
  private above = 0;

  /** @param common the part of the range that all of the run have in common; null: all of it */
  add(operatorClass: string, part: Estimate, times = 1, common: Spread | null = null): void {
    if (part.value <= 0) return;
    const value = part.value * times;
    const [below, above] = [Math.log(Math.max(part.low, 0) / part.value), Math.log(part.high / part.value)];
    const [low, high] = common ? [Math.log(common.low), Math.log(common.high)] : [below, above];
    this.value += value;
    this.below += value * low;
    this.above += value * high;
    this.addOwn(`${operatorClass} ${part.value}`, value, [remainder(below, low), remainder(above, high)]);
    const sum = this.values.get(operatorClass) ?? { value: 0, basis: 'calibrated' };
    this.values.set(operatorClass, { value: sum.value + value, basis: weaker(sum.basis, part.basis) });
  }

  private addOwn(key: string, value: number, [below, above]: readonly [number, number]): void {
    const sum = this.own.get(key) ?? { value: 0, below, above };
    sum.value += value;
    this.own.set(key, sum);
  }

  get(): Estimate {
    const { value } = this;
    if (value === 0) return { value: 0, low: 0, high: 0, basis: 'calibrated' };
    let [below, above] = [(this.below / value) ** 2, (this.above / value) ** 2];
    for (const own of this.own.values()) {
      below += ((own.value / value) * own.below) ** 2;
      above += ((own.value / value) * own.above) ** 2;
    }
    let basis: Basis = 'calibrated';
    for (const sum of this.values.values()) {
      if (sum.value >= tellingShare * value) basis = weaker(basis, sum.basis);
    }
    return estimate(value, value * Math.exp(-Math.sqrt(below)), value * Math.exp(Math.sqrt(above)), basis);
  }
}

/** The logarithm of a factor without the common part of it; 0 where the common part is more than all of it. */
function remainder(all: number, common: number): number {
  return all ** 2 > common ** 2 ? Math.sqrt(all ** 2 - common ** 2) : 0;
}
