import { formatterOf } from '../l10n/format';
import type { Language } from '../l10n/language';
import { messageOf } from '../l10n/messages';
import type { Words } from './engine/report/print/words';

/** Words and numbers of a printed report in a language. */
export function reportWords(language: Language): Words {
  return { ...formatterOf(language), text: (key, args) => messageOf(language, key, args) };
}
