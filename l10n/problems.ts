import type { Language } from './language';
import { messageFrom, type MessageArgs } from './messages';
import en from './en/problems.json';
import enWords from './en/words.json';
import ko from './ko/problems.json';
import koWords from './ko/words.json';

const message = messageFrom({ ...en, ...enWords }, { ...ko, ...koWords });

/** A problem of the engine in words. */
export function problemMessage(
  language: Language,
  { code, args }: { readonly code: keyof typeof en; readonly args: MessageArgs },
): string {
  return message(language, code, args);
}
