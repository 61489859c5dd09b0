import { messageFrom } from './messages';
import en from './en/extension.json';
import ko from './ko/extension.json';

export type ExtensionKey = keyof typeof en;

/** What the extension says by itself. */
export const message = messageFrom(en, ko);
