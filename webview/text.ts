import { entryOf } from '../outside/table';
import en from '../l10n/en/webview.json';
import ko from '../l10n/ko/webview.json';
import { formatterOf, type Formatter } from '../l10n/format';
import { languageOf, type Language } from '../l10n/language';
import { boundsText, energyText, totalText, type Summed } from '../l10n/totals';
import type { Estimate, JoulesParts } from '../server/engine/cost/types';
import type { NodeRow } from '../server/protocol';

const bundles: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en, ko };
let language: Language = 'en';
let bundle = bundles[language];

/** Says everything from now on in a language, such as the one that the host wrote into `<html lang>`. */
export function speak(locale: string): void {
  language = languageOf(locale);
  bundle = bundles[language];
}

/** What everything is said in. */
export function spoken(): Language {
  return language;
}

export type TextKey = keyof typeof en;

export function text(key: TextKey, args: Readonly<Record<string, string | number>> = {}): string {
  return (entryOf(bundle, key) ?? en[key]).replace(/\{(\w+)\}/g, (place, name: string) =>
    String(entryOf(args, name) ?? place),
  );
}

/** The text of a key made from a protocol word such as a bound; the word itself where there is no text. */
export function word(prefix: string, name: string): string {
  return entryOf(bundle, `${prefix}.${name}`) ?? name;
}

const known = <T>(value: T | null | undefined, show: (value: T) => string): string =>
  value === null || value === undefined ? text('webview.unknown') : show(value);

type Quantity = keyof Formatter;
/** A quantity, or the word for unknown. */
const shown =
  (name: Quantity) =>
  (value: number | null | undefined): string =>
    known(value, formatterOf(language)[name]);

export const show = {
  seconds: shown('seconds'),
  bytes: shown('bytes'),
  bytesPerSecond: shown('bytesPerSecond'),
  operations: shown('operations'),
  operationsPerSecond: shown('operationsPerSecond'),
  operationsPerJoule: shown('operationsPerJoule'),
  operationsPerSecondPerSquareMillimetre: shown('operationsPerSecondPerSquareMillimetre'),
  joules: shown('joules'),
  watts: shown('watts'),
  wattHours: shown('wattHours'),
  grams: shown('grams'),
  count: shown('count'),
  percent: shown('percent'),
  decimal: shown('decimal'),
  intensity: (value: number) =>
    text('webview.intensity.value', { value: formatterOf(language).decimal(value) }),
  ratio: (value: number) => text('webview.ratio', { ratio: formatterOf(language).ratio(value) }),
  estimate: (value: Estimate | null | undefined) =>
    known(value, (one) => `${show.seconds(one.value)} (${range(one)})`),
};

/** A total with how much of it is known, or the word for unknown. */
export function summed(total: Summed | null, write: (value: number) => string): string {
  return totalText(total, write, language) ?? text('webview.unknown');
}

/** The parts of an energy, or the word for unknown. */
export function energyOf(parts: JoulesParts | null): string {
  return energyText(parts, show.joules, language) ?? text('webview.unknown');
}

/** What lies between two bounds, or the word for unknown. */
export function between(
  least: number | null,
  most: number | null,
  write: (value: number) => string,
  otherwise = text('webview.unknown'),
): string {
  return boundsText(least, most, write, language) ?? otherwise;
}

/** The time of a node; where it is unknown, what it is at the most. */
export function timeOf({ seconds, secondsAtMost }: Pick<NodeRow, 'seconds' | 'secondsAtMost'>): string {
  return between(null, secondsAtMost ?? null, show.seconds, show.seconds(seconds?.value));
}

/** `low–high` of an estimate. */
export function range(estimate: Pick<Estimate, 'low' | 'high'>): string {
  return `${show.seconds(estimate.low)}–${show.seconds(estimate.high)}`;
}

/** Keeps the end of a long name: exporters put what tells nodes apart there. */
export function shorten(name: string, length: number): string {
  return name.length <= length ? name : `…${name.slice(1 - length)}`;
}
