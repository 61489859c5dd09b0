import { entryOf } from '../../../../outside/table';
import { sumsOn } from '../../analyse';
import { chips as catalogue } from '../../chips/catalogue';
import type { Chip } from '../../chips/chip';
import { wholeTotal } from '../../cost/totals';
import type { Estimate } from '../../cost/types';
import { brokenFact } from '../limits';
import { isSurelyLess, multiplied, ratioOf, sharedError, type Ranged } from '../ratio';
import { timeGained } from './better';
import { fact, suggestionOf } from './make';
import { bytesGained, type OnChip, type Situation } from './trial';
import type { Option, Suggestion } from './types';

/** Chips with a price that are tried. */
const mostTried = 12;

/**
 * A chip on which a run surely costs less, of those of which the user states what an hour costs, this one among them: the whole range
 * of the ratio of times and prices lies below 1. It may be slower; by how much is its gain in time.
 */
export async function cheaperChip(situation: Situation, isLarge: boolean): Promise<Suggestion[]> {
  const { analysis, prices = {} } = situation;
  const price = entryOf(prices, analysis.chip.id) ?? 0;
  const before = wholeTotal(analysis.cost.total.latencySeconds);
  if (!before || price === 0) return [];
  let best: {
    readonly on: OnChip;
    readonly after: Estimate;
    readonly price: number;
    readonly ratio: Ranged;
  } | null = null;
  for (const on of await priced(situation, isLarge)) {
    const after = wholeTotal(on.cost.total.latencySeconds);
    const own = entryOf(prices, on.chip.id)!;
    if (!after || on.fit.fits !== true || own === 0) continue;
    const shared = sharedError(on.chip, analysis.chip);
    const [costs, instead] = [multiplied(after, own), multiplied(before, price)];
    const isBest = !best || costs.value < best.after.value * best.price;
    if (isBest && isSurelyLess(costs, instead, shared))
      best = { on, after, price: own, ratio: ratioOf(costs, instead, shared) };
  }
  if (!best) return [];
  const { on, after, ratio } = best;
  const option: Option = {
    change: { kind: 'chip', value: on.chip.id },
    gain: {
      seconds: timeGained(before, after, on.chip, analysis.chip),
      isPerSample: false,
      bytes: bytesGained(analysis, on),
      joules: null,
    },
    seconds: { before: before.value, after: after.value },
    risk: 'priced-chip',
  };
  const facts = {
    chip: fact.name(on.chip.name),
    from: fact.name(analysis.chip.name),
    before: fact.seconds(before.value),
    after: fact.seconds(after.value),
    price: fact.decimal(price),
    priceAfter: fact.decimal(best.price),
    share: fact.share(ratio.value),
    most: fact.share(ratio.high),
  };
  return [suggestionOf(option, { code: 'cheaper-chip', facts })];
}

/** What the model takes on the other chips that have a price; of a large model on those alone that were chosen. */
async function priced(situation: Situation, isLarge: boolean): Promise<readonly OnChip[]> {
  const { prepared, analysis, chosen = [], host, prices = {}, scheduler } = situation;
  // Who states a price can have the chip, whatever its status.
  const isOther = (chip: Chip): boolean =>
    chip.id !== analysis.chip.id &&
    entryOf(prices, chip.id) !== undefined &&
    brokenFact(chip, { anyStatus: true }, prepared.workload) === null;
  const found: OnChip[] = chosen.filter((one) => isOther(one.chip));
  const known = new Set(found.map(({ chip }) => chip.id));
  for (const chip of isLarge
    ? []
    : catalogue.filter((one) => isOther(one) && !known.has(one.id)).slice(0, mostTried)) {
    const turn = scheduler.tick();
    if (turn) await turn;
    found.push(await sumsOn(prepared, chip, scheduler, host));
  }
  return found;
}
