import { visible } from '../outside/hidden';
import { entryOf } from '../outside/table';
import { formatterOf, type Formatter } from './format';
import type { Language } from './language';
import enCalibrate from './en/calibrate.json';
import enCli from './en/cli.json';
import enExtension from './en/extension.json';
import enMeasured from './en/measured.json';
import enProblems from './en/problems.json';
import enServer from './en/server.json';
import enText from './en/text.json';
import enWebview from './en/webview.json';
import koCalibrate from './ko/calibrate.json';
import koCli from './ko/cli.json';
import koExtension from './ko/extension.json';
import koMeasured from './ko/measured.json';
import koProblems from './ko/problems.json';
import koServer from './ko/server.json';
import koText from './ko/text.json';
import koWebview from './ko/webview.json';

const en = {
  ...enCalibrate,
  ...enCli,
  ...enExtension,
  ...enMeasured,
  ...enProblems,
  ...enServer,
  ...enText,
  ...enWebview,
};
const ko: Record<string, string> = {
  ...koCalibrate,
  ...koCli,
  ...koExtension,
  ...koMeasured,
  ...koProblems,
  ...koServer,
  ...koText,
  ...koWebview,
};

/** Keys look like `hover.bound.memory`; test/unit/l10n compares the key sets of all languages. */
export type MessageKey = keyof typeof en;
export type MessageArgs = Readonly<Record<string, string | number>>;

/** The text of a key with `{name}` places filled in. */
export function message(language: Language, key: MessageKey, args: MessageArgs = {}): string {
  return messageOf(language, key, args);
}

/** Places whose values are keys where there is such a text: code names facts of chips, stand-ins and what is expected. */
const keyed: ReadonlySet<string> = new Set(['fact', 'standin', 'expected']);

/**
 * As {@link message} for keys known only at run time (problem codes); an unknown key shows itself. A place `{fact}` shows
 * the text of the key `fact.VALUE`, `{needed:bytes}` a number as that method of the formatter writes it; without a word
 * behind the name it stands as it is.
 */
export function messageOf(language: Language, key: string, args: MessageArgs = {}): string {
  const text = textOf(language, key) ?? key;
  return text.replace(/\{(\w+)(?::(\w+))?\}/g, (place, name: string, quantity: string | undefined) => {
    const value = entryOf(args, name);
    if (value === undefined) return place;
    const write = quantity === undefined ? undefined : writerOf(language, quantity);
    if (write && typeof value === 'number') return write(value);
    return (keyed.has(name) ? textOf(language, `${name}.${value}`) : undefined) ?? visible(String(value));
  });
}

function writerOf(language: Language, quantity: string): ((value: number) => string) | undefined {
  const formatter: Readonly<Record<keyof Formatter, (value: number) => string>> = formatterOf(language);
  return entryOf(formatter, quantity);
}

function textOf(language: Language, key: string): string | undefined {
  return (language === 'ko' ? entryOf(ko, key) : undefined) ?? entryOf<string>(en, key);
}
