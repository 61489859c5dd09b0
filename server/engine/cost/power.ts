import { entryOf } from '../../../outside/table';
import type { Chip } from '../chips/chip';
import type { Machine } from './machine';
import { bitsOfFormat } from './precision';

/** Feature size in nanometres as foundries name it: "TSMC 4N" is 4, "7 nm (TSMC N7)" is 7. Null when unknown. */
export function processNanometres(chip: Chip): number | null {
  const text = chip.processNode?.value ?? '';
  const named =
    /\b(\d+)N[A-Z]*\b/.exec(text) ?? /(\d{1,4}(?:\.\d{1,4})?)\s{0,4}nm/.exec(text) ?? /\bN(\d)/.exec(text);
  return named ? Number(named[1]) : /Intel 7/.test(text) ? 7 : null;
}

/**
 * How energy per operation falls with the feature size: ln(1.69/4.6) / ln(7/45), from the FP32 multiply and add of the
 * energy table at 45 and 7 nm (4.6 pJ and 1.69 pJ).
 */
const processExponent = 0.54;
/** The process that the fitted energy per operation refers to: that of the T4 and the V100. */
const referenceNanometres = 12;

/**
 * Share of the vector peak that the rated power can pay for. Cards with much arithmetic and little power (T4, L4)
 * cannot hold their FP32 clock; matrix units need far less energy per operation and are not limited here.
 * @param joulesPerOperation whole-card energy per FP32 operation at 12 nm, fitted; without it nothing is limited
 */
export function powerShare(machine: Machine, joulesPerOperation: number | undefined): number {
  const { chip, peak } = machine;
  const watts = chip.power.tdpWatts?.value;
  const nanometres = processNanometres(chip);
  if (joulesPerOperation === undefined || !watts || !nanometres || !peak || !isVectorRate(machine)) return 1;
  const perOperation = joulesPerOperation * (nanometres / referenceNanometres) ** processExponent;
  return Math.min(1, watts / chip.devices / (peak * perOperation));
}

/**
 * Energy per operation of a matrix unit against that at 16 bits. 8 bits: products of 10 ms and more run at about 950e12
 * operations per second on H100 and 310e12 on L40S, at 16 bits at 705e12 and 195e12; integers cost half of FP16 (BERT on
 * T4 at its rated power: 42e12 against 21e12); the others by the same step.
 */
const energyOfWidth: Readonly<Record<string, number>> = {
  tf32: 2,
  fp8: 0.65,
  int8: 0.5,
  fp4: 0.42,
  int4: 0.42,
};

/**
 * Share of the peak of matrix units that the rated power can pay for over more than a moment.
 * @param joulesPerOperation whole-card energy per 16-bit matrix operation at 12 nm in units of 1024 per clock; it falls with
 *   the feature size and with the density of the units. Without it nothing is limited
 */
export function matrixPowerShare(machine: Machine, joulesPerOperation: number | undefined): number {
  const { chip, peak, format } = machine;
  const watts = chip.power.tdpWatts?.value;
  const nanometres = processNanometres(chip);
  if (joulesPerOperation === undefined || !watts || !nanometres || !peak || isVectorRate(machine)) return 1;
  const shrunk = nanometres / referenceNanometres;
  const denser = (unitDensity(machine) / sparseUnit) ** -densityExponent;
  const perOperation = joulesPerOperation * shrunk * denser * (entryOf(energyOfWidth, format) ?? 1);
  return Math.min(1, watts / chip.devices / (peak * perOperation));
}

/** Operations per clock and unit at 16 bits of the T4, which the energy of a matrix operation refers to. */
const sparseUnit = 1024;
/**
 * How the energy of a matrix operation falls with the operations per clock of a unit, which share its instructions and
 * operands: H100 (4096 of them, 0.91e-12 J) against the mean of L4 and L40S (1024, 1.34e-12 J) of the same process.
 */
const densityExponent = 0.25;

/** Operations per clock and unit of a format, counted at 16 bits: half as many of 8 bits move the same operands. */
function unitDensity({ peak, units, chip, format }: Machine): number {
  const bits = bitsOfFormat(format) ?? 16;
  return ((peak ?? 0) / units / (chip.clockHz?.value ?? 1.5e9)) * (bits / 16);
}

/** FP32 work on a GPU whose FP32 peak is that of its vector lanes. */
function isVectorRate({ format, peak, vector }: Machine): boolean {
  return format === 'fp32' && vector !== null && peak !== null && peak <= vector * 1.1;
}
