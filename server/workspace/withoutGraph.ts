import type { Language } from '../../l10n/language';
import { problemMessage } from '../../l10n/problems';
import { isWithoutGraph } from '../engine/lower/lower';
import type { Problem } from '../engine/problem';

/** Why a model is nothing but weights, for the head of its listing; nothing for one with a graph. */
export function withoutGraphText(problems: readonly Problem[], language: Language): string[] {
  return problems.filter(isWithoutGraph).map((one) => problemMessage(language, one));
}
