import type { ChipAnalysis } from '../analyse';
import { scale } from '../cost/interval';
import { samplesPerRun } from '../cost/samples';
import { wholeTotal } from '../cost/totals';
import type { Estimate } from '../cost/types';
import type { Inference } from '../inference/types';

/** What a run costs besides time. All figures are of one batch in flight; what rests on a missing fact is null. */
export interface Efficiency {
  /** Requests that one run answers: the items of the batch. */
  readonly samplesPerRun: number | null;
  /** Joules ÷ latency: what the chip draws while the model runs. */
  readonly watts: number | null;
  /** Operations per second and watt, which is operations per joule: work achieved, not a peak. */
  readonly operationsPerJoule: number | null;
  /** Requests per second and watt. */
  readonly samplesPerJoule: number | null;
  /** Operations per second and square millimetre of die: work achieved, not a peak. */
  readonly operationsPerSecondPerSquareMillimetre: number | null;
  /** Watt-hours of the chip for 1,000 requests; cooling, power supply and an idle host are not in it. */
  readonly wattHoursPerThousandRequests: Estimate | null;
  /** Grams of CO2 equivalent for 1,000 requests at the grid intensity that the user gave. */
  readonly gramsCo2PerThousandRequests: Estimate | null;
  /** Requests for which the charge that the user stated is enough, nothing else drawing on it; only where one was. */
  readonly requestsPerCharge?: Estimate | null;
}

/** Joules of a watt-hour, and the requests for which energy is told. */
export const joulesPerWattHour = 3600;
export const requests = 1000;

/**
 * Performance per watt and per area, energy and carbon of a model on a chip.
 * @param gramsPerKilowattHour grid intensity in g CO2e/kWh; null: not given, and carbon is unknown
 * @param batteryWattHours what a charge holds; null or left out where the user stated none
 */
export function efficiencyOf(
  { chip, cost }: ChipAnalysis,
  inference: Inference,
  gramsPerKilowattHour: number | null,
  batteryWattHours: number | null = null,
): Efficiency {
  // Ratios of two lower bounds bound nothing.
  const joules = wholeTotal(cost.total.joules);
  const operations = wholeTotal(cost.total.operations)?.value ?? null;
  const latencySeconds = wholeTotal(cost.total.latencySeconds);
  const samples = samplesPerRun(inference);
  const seconds = latencySeconds?.value ?? 0;
  // The figure is the area of the die, which holds all devices of the entry; the costs are those of one of them.
  const area = chip.dieAreaSquareMillimetres && chip.dieAreaSquareMillimetres.value / chip.devices;
  const perRequests =
    joules && samples !== null && samples > 0
      ? scale(joules, requests / (samples * joulesPerWattHour))
      : null;
  return {
    samplesPerRun: samples,
    watts: joules && seconds > 0 ? joules.value / seconds : null,
    operationsPerJoule: ratio(operations, joules?.value),
    samplesPerJoule: ratio(samples, joules?.value),
    operationsPerSecondPerSquareMillimetre: area ? ratio(operations, seconds * area) : null,
    wattHoursPerThousandRequests: perRequests,
    gramsCo2PerThousandRequests:
      perRequests && gramsPerKilowattHour !== null ? scale(perRequests, gramsPerKilowattHour / 1000) : null,
    ...(batteryWattHours !== null && {
      requestsPerCharge: perRequests && perChargeOf(perRequests, batteryWattHours),
    }),
  };
}

function ratio(above: number | null, below: number | null | undefined): number | null {
  return above === null || !below ? null : above / below;
}

/** How often an energy for 1,000 requests is in a charge: the more it takes, the fewer they are. */
function perChargeOf({ value, low, high, basis }: Estimate, batteryWattHours: number): Estimate | null {
  const of = (wattHours: number): number => (requests * batteryWattHours) / wattHours;
  return low > 0 ? { value: of(value), low: of(high), high: of(low), basis } : null;
}
