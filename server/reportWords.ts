import { formatterOf } from '../l10n/format';
import type { Language } from '../l10n/language';
import { problemMessage } from '../l10n/problems';
import { reportMessage } from '../l10n/report';
import { boundsText, energyText, totalText } from '../l10n/totals';
import type { Words } from './engine/report/print/words';

/** Words and numbers of a printed report in a language. */
export function reportWords(language: Language): Words {
  return {
    ...formatterOf(language),
    text: (key, args) => reportMessage(language, key, args),
    problem: (problem) => problemMessage(language, problem),
    total: (total, write) => totalText(total, write, language),
    energy: (parts) => energyText(parts, formatterOf(language).joules, language),
    bounds: (least, most, write) => boundsText(least, most, write, language),
  };
}
