import { messageFrom } from './messages';
import en from './en/write.json';
import ko from './ko/write.json';

/** Why a file could not be written. */
export const writeMessage = messageFrom(en, ko);
