import { messageFrom } from './messages';
import en from './en/cli.json';
import enWords from './en/words.json';
import ko from './ko/cli.json';
import koWords from './ko/words.json';

export type CliKey = keyof typeof en;

/** What the command line says, besides problems of models and printed reports. */
export const message = messageFrom({ ...en, ...enWords }, { ...ko, ...koWords });
