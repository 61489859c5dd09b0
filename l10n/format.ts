import type { Language } from './language';

type Write = (value: number) => string;

/** Writes quantities for readers of one language: three significant digits, SI prefixes, decimal bytes. */
export interface Formatter {
  readonly seconds: Write;
  /** Decimal: `1.5 GB` is 1.5 × 10⁹ bytes. */
  readonly bytes: Write;
  readonly bytesPerSecond: Write;
  /** Of networks, which are sold in bits. */
  readonly bitsPerSecond: Write;
  /** Work, not rate: one multiply-accumulate is 2 operations. */
  readonly operations: Write;
  readonly operationsPerSecond: Write;
  readonly operationsPerJoule: Write;
  readonly operationsPerSecondPerSquareMillimetre: Write;
  readonly joules: Write;
  readonly watts: Write;
  readonly wattHours: Write;
  /** Of CO2 equivalent. */
  readonly grams: Write;
  /** Whole, with its digits in groups. */
  readonly count: Write;
  /** A share of 0..1 as a percentage; small shares keep a digit after the point. */
  readonly percent: Write;
  readonly decimal: Write;
  /** How many times as large: two digits. */
  readonly ratio: Write;
  /** Of runs or samples, which have no unit. */
  readonly perSecond: Write;
}

const prefixes = ['a', 'f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const unprefixed = prefixes.indexOf('');
/** Of all numbers that are not counts. */
const usualDigits = 3;

const formatters: Readonly<Record<Language, Formatter>> = { en: newFormatter('en'), ko: newFormatter('ko') };

/** The one way to write quantities in a language. */
export function formatterOf(language: Language): Formatter {
  return formatters[language];
}

function newFormatter(language: Language): Formatter {
  const numberFormat = (options: Intl.NumberFormatOptions): Write => {
    // Making one takes longer than using it, and most are never used.
    let format: Intl.NumberFormat | undefined;
    return (value) => (format ??= new Intl.NumberFormat(language, options)).format(value);
  };
  const decimal = numberFormat({ maximumSignificantDigits: usualDigits });
  const share = numberFormat({ style: 'percent', maximumFractionDigits: 0 });
  const smallShare = numberFormat({ style: 'percent', maximumFractionDigits: 1 });
  const inUnit = (unit: string): Write => {
    return (value) => prefixed(value, unit, decimal);
  };
  return {
    seconds: inUnit('s'),
    bytes: inUnit('B'),
    bytesPerSecond: inUnit('B/s'),
    bitsPerSecond: inUnit('bit/s'),
    operations: inUnit('OP'),
    operationsPerSecond: inUnit('OP/s'),
    operationsPerJoule: inUnit('OP/s/W'),
    operationsPerSecondPerSquareMillimetre: inUnit('OP/s/mm²'),
    joules: inUnit('J'),
    watts: inUnit('W'),
    wattHours: inUnit('Wh'),
    grams: inUnit('g'),
    count: numberFormat({ maximumFractionDigits: 0 }),
    percent: (value) => (value !== 0 && Math.abs(value) < 0.1 ? smallShare : share)(value),
    decimal,
    ratio: numberFormat({ maximumSignificantDigits: 2 }),
    perSecond: (value) => `${decimal(value)}/s`,
  };
}

/**
 * A quantity with a decimal SI prefix: 4.1e-5 s is `41 µs`. Rounding happens before the prefix is chosen, so that
 * 999.9 ns is `1 µs`, not `1,000 ns`.
 */
function prefixed(value: number, unit: string, decimal: Write): string {
  if (value === 0) return `0 ${unit}`;
  const rounded = Number(value.toPrecision(usualDigits));
  const step = Math.floor(Math.log10(Math.abs(rounded)) / 3);
  const index = Math.min(Math.max(step + unprefixed, 0), prefixes.length - 1);
  return `${decimal(rounded / 1000 ** (index - unprefixed))} ${prefixes[index]}${unit}`;
}
