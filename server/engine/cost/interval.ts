import type { Basis, Estimate } from './types';

const order: readonly Basis[] = ['calibrated', 'class', 'peak', 'unknown'];

/** The less sure of two bases. */
function weaker(a: Basis, b: Basis): Basis {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

export function estimate(value: number, low: number, high: number, basis: Basis): Estimate {
  return { value, low: Math.min(low, value), high: Math.max(high, value), basis };
}

export function scale(of: Estimate, factor: number): Estimate {
  return { value: of.value * factor, low: of.low * factor, high: of.high * factor, basis: of.basis };
}

/** Share of a total from which on a class decides how sure the total is. */
const tellingShare = 0.1;

/**
 * The sum of estimates of several operator classes. Errors within a class come from the same constants and are fully
 * correlated, so its half-widths add; between classes they are independent, so those add in squares.
 */
export class Total {
  private readonly classes = new Map<string, { value: number; below: number; above: number; basis: Basis }>();

  add(operatorClass: string, part: Estimate, times = 1): void {
    const sum = this.classes.get(operatorClass) ?? {
      value: 0,
      below: 0,
      above: 0,
      basis: 'calibrated' as Basis,
    };
    sum.value += part.value * times;
    sum.below += (part.value - part.low) * times;
    sum.above += (part.high - part.value) * times;
    if (part.value > 0) sum.basis = weaker(sum.basis, part.basis);
    this.classes.set(operatorClass, sum);
  }

  get(): Estimate {
    let value = 0;
    let below = 0;
    let above = 0;
    for (const sum of this.classes.values()) {
      value += sum.value;
      below += sum.below ** 2;
      above += sum.above ** 2;
    }
    let basis: Basis = 'calibrated';
    for (const sum of this.classes.values()) {
      if (sum.value >= tellingShare * value) basis = weaker(basis, sum.basis);
    }
    return estimate(value, Math.max(0, value - Math.sqrt(below)), value + Math.sqrt(above), basis);
  }
}
