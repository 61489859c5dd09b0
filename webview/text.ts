import { entryOf } from '../outside/table';
import en from '../l10n/en/webview.json';
import ko from '../l10n/ko/webview.json';
import * as format from '../l10n/format';
import { languageOf, type Language } from '../l10n/language';
import type { Estimate } from '../server/engine/cost/types';

const bundles: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en, ko };
let language: Language = 'en';
let bundle = bundles[language];

/** Says everything from now on in a language, such as the one that the host wrote into `<html lang>`. */
export function speak(locale: string): void {
  language = languageOf(locale);
  bundle = bundles[language];
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

export const show = {
  seconds: (value: number | null | undefined) => known(value, (v) => format.seconds(v, language)),
  bytes: (value: number | null | undefined) => known(value, (v) => format.bytes(v, language)),
  operations: (value: number | null | undefined) => known(value, (v) => format.operations(v, language)),
  rate: (value: number | null | undefined) => known(value, (v) => format.operationsPerSecond(v, language)),
  bandwidth: (value: number | null | undefined) => known(value, (v) => format.bytesPerSecond(v, language)),
  share: (value: number | null | undefined) => known(value, (v) => format.percent(v, language)),
  count: (value: number | null | undefined) => known(value, (v) => format.count(v, language)),
  energy: (value: number | null | undefined) => known(value, (v) => format.si(v, 'J', language)),
  power: (value: number | null | undefined) => known(value, (v) => format.si(v, 'W', language)),
  wattHours: (value: number | null | undefined) => known(value, (v) => format.si(v, 'Wh', language)),
  grams: (value: number | null | undefined) => known(value, (v) => format.si(v, 'g', language)),
  perWatt: (value: number | null | undefined) => known(value, (v) => format.si(v, 'OP/s/W', language)),
  perArea: (value: number | null | undefined) => known(value, (v) => format.si(v, 'OP/s/mm²', language)),
  intensity: (value: number) => text('webview.intensity.value', { value: format.decimal(value, language) }),
  ratio: (value: number) => text('webview.ratio', { ratio: format.decimal(value, language, 2) }),
  decimal: (value: number) => format.decimal(value, language),
  estimate: (value: Estimate | null | undefined) =>
    known(value, (v) => `${format.seconds(v.value, language)} (${range(v)})`),
};

/** `low–high` of an estimate. */
export function range(estimate: Estimate): string {
  return `${format.seconds(estimate.low, language)}–${format.seconds(estimate.high, language)}`;
}

/** Keeps the end of a long name: exporters put what tells nodes apart there. */
export function shorten(name: string, length: number): string {
  return name.length <= length ? name : `…${name.slice(1 - length)}`;
}
