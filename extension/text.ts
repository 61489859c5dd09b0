import * as vscode from 'vscode';
import { type Language, languageOf } from '../l10n/language';
import { message, type ExtensionKey } from '../l10n/extension';
import type { MessageArgs } from '../l10n/messages';

/** The text of a key in VS Code's display language. */
export function text(key: ExtensionKey, args?: MessageArgs): string {
  return message(language(), key, args);
}

export function language(): Language {
  return languageOf(vscode.env.language);
}
