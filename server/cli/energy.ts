import { gridCountries, gridIntensityOf } from '../engine/cost/grids';
import type { Arguments } from './arguments';
import { usage } from './failure';

/** The grid intensity of an option, as a number or by its country, g CO2e/kWh; null where it was not given. */
export function carbonIn(words: Arguments, option: string): number | null {
  const text = words.text(option);
  if (text === undefined) return null;
  const value = text.trim() === '' ? NaN : Number(text);
  const grams = Number.isFinite(value) && value >= 0 ? value : gridIntensityOf(text);
  if (grams !== null) return grams;
  const countries = gridCountries.join(', ');
  throw usage('cli.error.carbon', { option: `--${option}`, countries, value: text });
}

/** Watt-hours of a charge: `15Wh`, `15` or `500mWh`; null where none was given. */
export function batteryIn(words: Arguments): number | null {
  const text = words.text('battery');
  if (text === undefined) return null;
  const [, number = '', prefix = ''] = /^\s*(\d+(?:\.\d+)?)\s*(?:([mk]?)Wh)?\s*$/.exec(text) ?? [];
  const value = Number(number || NaN) * (prefix === 'm' ? 1e-3 : prefix === 'k' ? 1e3 : 1);
  if (!(value > 0)) throw usage('cli.error.watthours', { option: '--battery', value: text });
  return value;
}
