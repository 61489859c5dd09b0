import { entryOf } from '../../outside/table';
import type { Target } from '../engine/mapping/cut/targets';
import type { SplitRates } from '../engine/report/splitReport';
import type { Choices } from './choices';

/** What settings say of the energy and the price of a cloud: that of its chip, where it is of one. */
export function usualRates(
  { carbonIntensity, batteryWattHours, prices }: Choices,
  { units }: Target,
): SplitRates {
  const chips = new Set(units.map(({ chip }) => chip.id));
  const [only] = chips.size === 1 ? chips : [];
  return {
    deviceGrams: carbonIntensity,
    cloudGrams: carbonIntensity,
    batteryWattHours,
    pricePerHour: only === undefined ? null : (entryOf(prices, only) ?? null),
  };
}
