import { messageFrom } from './messages';
import en from './en/server.json';
import enWords from './en/words.json';
import ko from './ko/server.json';
import koWords from './ko/words.json';

export type ServerKey = keyof typeof en;

/** What the language server says, besides problems of models and printed reports. */
export const message = messageFrom({ ...en, ...enWords }, { ...ko, ...koWords });
