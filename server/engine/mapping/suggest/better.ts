import { sumsOn } from '../../analyse';
import { chips as catalogue } from '../../chips/catalogue';
import type { Chip } from '../../chips/chip';
import { estimate, weaker } from '../../cost/interval';
import { wholeTotal } from '../../cost/totals';
import type { Estimate } from '../../cost/types';
import { brokenFact } from '../limits';
import { isSurelyLess, ratioOf, sharedError } from '../ratio';
import { fact, suggestionOf } from './make';
import { bytesGained, type OnChip, type Situation } from './trial';
import type { Gain, Option, Suggestion } from './types';

/** Chips of the catalogue that are tried: the nearest in power, the strongest first. */
const mostTried = 12;

/** A chip on which the model surely takes less time. */
interface Better {
  readonly chip: Chip;
  readonly gain: Gain;
  readonly seconds: number;
}

/**
 * A chip on which the model is surely faster: one of those that the user chose, else one of the same place and class that is
 * sold and may draw no more power. Surely: the whole range of the ratio of the two times lies below 1.
 */
export async function betterChip(situation: Situation, isLarge: boolean): Promise<Suggestion[]> {
  const { analysis, chosen = [] } = situation;
  const known = chosen.filter(({ chip }) => chip.id !== analysis.chip.id);
  const found =
    fastest(analysis, known) ?? (isLarge ? undefined : fastest(analysis, await alternatives(situation)));
  const before = wholeTotal(analysis.cost.total.latencySeconds);
  if (!found || !before) return [];
  const { chip, gain, seconds } = found;
  const option: Option = {
    change: { kind: 'chip', value: chip.id },
    gain,
    seconds: { before: before.value, after: seconds },
    risk: 'chip',
  };
  const facts = {
    chip: fact.name(chip.name),
    from: fact.name(analysis.chip.name),
    before: fact.seconds(before.value),
    after: fact.seconds(seconds),
    times: fact.decimal(before.value / seconds),
    // The ratio of the times is at the most this.
    least: fact.decimal(1 / (1 - (gain.seconds?.low ?? 0) / before.value)),
  };
  return [suggestionOf(option, { code: 'better-chip', facts })];
}

/** What the model takes on chips of the catalogue that one could buy instead. */
async function alternatives(situation: Situation): Promise<readonly OnChip[]> {
  const { prepared, scheduler } = situation;
  const found: OnChip[] = [];
  for (const chip of offered(situation)) {
    const turn = scheduler.tick();
    if (turn) await turn;
    found.push(await sumsOn(prepared, chip, scheduler));
  }
  return found;
}

/** Chips of the catalogue that one could take instead: as much of the power as possible first, since that mostly is the speed. */
function offered({ prepared, analysis }: Situation): readonly Chip[] {
  const { chip } = analysis;
  const [place] = chip.place;
  const watts = chip.power.tdpWatts?.value;
  if (watts === undefined || place === undefined) return [];
  const limits = { places: [place], classes: [chip.class] };
  const isOffered = (one: Chip): boolean => brokenFact(one, limits, prepared.workload) === null;
  const wattsOf = (one: Chip): number => one.power.tdpWatts?.value ?? Infinity;
  return catalogue
    .filter((one) => one.id !== chip.id && wattsOf(one) <= watts && isOffered(one))
    .sort((a, b) => wattsOf(b) - wattsOf(a) || (b.year?.value ?? 0) - (a.year?.value ?? 0))
    .slice(0, mostTried);
}

/** Of those on which the model fits and is surely faster the one with the least time. */
function fastest(now: OnChip, others: readonly OnChip[]): Better | undefined {
  const before = wholeTotal(now.cost.total.latencySeconds);
  if (!before) return undefined;
  let best: Better | undefined;
  for (const { chip, cost, fit } of others) {
    const after = wholeTotal(cost.total.latencySeconds);
    if (!after || fit.fits !== true || (best && after.value >= best.seconds)) continue;
    if (!isSurelyLess(after, before, sharedError(chip, now.chip))) continue;
    const gain: Gain = {
      seconds: timeGained(before, after, chip, now.chip),
      isPerSample: false,
      bytes: bytesGained(now, { fit }),
      joules: null,
    };
    best = { chip, seconds: after.value, gain };
  }
  return best;
}

/** The difference of two times, as far off as their ratio. */
export function timeGained(before: Estimate, after: Estimate, chip: Chip, now: Chip): Gain['seconds'] {
  const { value, low, high } = ratioOf(after, before, sharedError(chip, now));
  const of = (ratio: number): number => before.value * (1 - ratio);
  return estimate(of(value), of(high), of(low), weaker(before.basis, after.basis));
}
