import type { Language } from './language';

const prefixes = ['a', 'f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const unprefixed = prefixes.indexOf('');

const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language}${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.NumberFormat(language, options)));
  return format;
}

/**
 * A quantity with a decimal SI prefix and three significant digits: `si(4.1e-5, 's', 'en')` is `41 µs`.
 * Rounding happens before the prefix is chosen, so that 999.9 ns is `1 µs`, not `1,000 ns`.
 */
export function si(value: number, unit: string, language: Language, digits = 3): string {
  if (value === 0) return `0 ${unit}`;
  const rounded = Number(value.toPrecision(digits));
  const step = Math.floor(Math.log10(Math.abs(rounded)) / 3);
  const index = Math.min(Math.max(step + unprefixed, 0), prefixes.length - 1);
  const scaled = rounded / 1000 ** (index - unprefixed);
  const text = numberFormat(language, { maximumSignificantDigits: digits }).format(scaled);
  return `${text} ${prefixes[index]}${unit}`;
}

export function seconds(value: number, language: Language): string {
  return si(value, 's', language);
}

/** Decimal bytes: `1.5 GB` is 1.5 × 10⁹ bytes. */
export function bytes(value: number, language: Language): string {
  return si(value, 'B', language);
}

/** Work, not rate: one multiply-accumulate is 2 operations. */
export function operations(value: number, language: Language): string {
  return si(value, 'OP', language);
}

export function operationsPerSecond(value: number, language: Language): string {
  return si(value, 'OP/s', language);
}

export function bytesPerSecond(value: number, language: Language): string {
  return si(value, 'B/s', language);
}

export function count(value: number, language: Language): string {
  return numberFormat(language, { maximumFractionDigits: 0 }).format(value);
}

/** A share of 0..1 as a percentage; small shares keep a digit after the point. */
export function percent(share: number, language: Language): string {
  const fraction = share !== 0 && Math.abs(share) < 0.1 ? 1 : 0;
  return numberFormat(language, { style: 'percent', maximumFractionDigits: fraction }).format(share);
}

export function decimal(value: number, language: Language, digits = 3): string {
  return numberFormat(language, { maximumSignificantDigits: digits }).format(value);
}
