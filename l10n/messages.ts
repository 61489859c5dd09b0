import enCli from './en/cli.json';
import enExtension from './en/extension.json';
import enMeasured from './en/measured.json';
import enProblems from './en/problems.json';
import enServer from './en/server.json';
import enText from './en/text.json';
import enWebview from './en/webview.json';
import koCli from './ko/cli.json';
import koExtension from './ko/extension.json';
import koMeasured from './ko/measured.json';
import koProblems from './ko/problems.json';
import koServer from './ko/server.json';
import koText from './ko/text.json';
import koWebview from './ko/webview.json';

const en = { ...enCli, ...enExtension, ...enMeasured, ...enProblems, ...enServer, ...enText, ...enWebview };
const ko: Record<string, string> = {
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
export type Language = 'en' | 'ko';

/** The bundle for a VS Code display language such as `ko`, `ko-KR` or `en-gb`; English where there is none. */
export function languageOf(locale: string | undefined): Language {
  return locale?.toLowerCase().split('-')[0] === 'ko' ? 'ko' : 'en';
}

/** The text of a key with `{name}` places filled in. */
export function message(language: Language, key: MessageKey, args: MessageArgs = {}): string {
  return messageOf(language, key, args);
}

/**
 * As {@link message} for keys known only at run time (problem codes); an unknown key shows itself. A place `{fact}` shows
 * the text of the key `fact.VALUE`: the engine names facts of chips by their property, which is no text for readers.
 */
export function messageOf(language: Language, key: string, args: MessageArgs = {}): string {
  const text = textOf(language, key) ?? key;
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = args[name];
    if (value === undefined) return place;
    return (name === 'fact' ? textOf(language, `fact.${value}`) : undefined) ?? String(value);
  });
}

function textOf(language: Language, key: string): string | undefined {
  return (language === 'ko' ? ko[key] : undefined) ?? (en as Record<string, string>)[key];
}
