import type { Words } from '../server/engine/report/print/words';
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
} from './format';
import { messageOf } from './messages';
import type { Language } from './messages';

/** The words and numbers of a language, for the printers of reports. */
export function wordsOf(language: Language): Words {
  const written = (format: (value: number, language: Language) => string) => (value: number) =>
    format(value, language);
  return {
    text: (key, args) => messageOf(language, key, args),
    seconds: written(seconds),
    bytes: written(bytes),
    operations: written(operations),
    operationsPerSecond: written(operationsPerSecond),
    bytesPerSecond: written(bytesPerSecond),
    joules: (value) => si(value, 'J', language),
    watts: (value) => si(value, 'W', language),
    count: written(count),
    decimal: written(decimal),
    percent: written(percent),
  };
}
