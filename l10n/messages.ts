import { visible } from '../outside/hidden';
import { entryOf } from '../outside/table';
import { formatterOf, type Formatter } from './format';
import type { Language } from './language';

export type MessageArgs = Readonly<Record<string, string | number>>;
type Texts = Readonly<Record<string, string>>;

/** Says the text of a key with its places filled in. */
export type Message<K extends string> = (language: Language, key: K, args?: MessageArgs) => string;

/** Places whose values are keys where there is such a text: code names facts of chips, stand-ins and what is expected. */
const keyed: ReadonlySet<string> = new Set(['fact', 'standin', 'expected']);

/**
 * How to say the texts of an area. Each area has a module of its own, which is imported by those bundles alone that say
 * something of it. A text that is missing in Korean is said in English; a key that is missing shows itself.
 *
 * `{name}` shows an argument as it is, `{fact}` the text of the key `fact.VALUE`, `{needed:bytes}` a number as that method
 * of the formatter writes it.
 */
export function messageFrom<K extends string>(en: Readonly<Record<K, string>>, ko: Texts): Message<K> {
  const textOf = (language: Language, key: string): string | undefined =>
    (language === 'ko' ? entryOf(ko, key) : undefined) ?? entryOf<string>(en, key);
  return (language, key, args = {}) => {
    const text = textOf(language, key) ?? key;
    return text.replace(/\{(\w+)(?::(\w+))?\}/g, (place, name: string, quantity: string | undefined) => {
      const value = entryOf(args, name);
      if (value === undefined) return place;
      const write = quantity === undefined ? undefined : writerOf(language, quantity);
      if (write && typeof value === 'number') return write(value);
      return (keyed.has(name) ? textOf(language, `${name}.${value}`) : undefined) ?? visible(String(value));
    });
  };
}

function writerOf(language: Language, quantity: string): ((value: number) => string) | undefined {
  const formatter: Readonly<Record<keyof Formatter, (value: number) => string>> = formatterOf(language);
  return entryOf(formatter, quantity);
}
