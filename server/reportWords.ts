import {
  bytes,
  bytesPerSecond,
  count,
  decimal,
  operations,
  operationsPerSecond,
  percent,
  seconds,
  si,
} from '../l10n/format';
import type { Language } from '../l10n/language';
import { messageOf } from '../l10n/messages';
import type { Words } from './engine/report/print/words';

/** Words and numbers of a printed report in a language. */
export function reportWords(language: Language): Words {
  return {
    text: (key, args) => messageOf(language, key, args),
    seconds: (value) => seconds(value, language),
    bytes: (value) => bytes(value, language),
    operations: (value) => operations(value, language),
    operationsPerSecond: (value) => operationsPerSecond(value, language),
    bytesPerSecond: (value) => bytesPerSecond(value, language),
    joules: (value) => si(value, 'J', language),
    watts: (value) => si(value, 'W', language),
    wattHours: (value) => si(value, 'Wh', language),
    grams: (value) => si(value, 'g', language),
    count: (value) => count(value, language),
    decimal: (value) => decimal(value, language),
    percent: (value) => percent(value, language),
  };
}
