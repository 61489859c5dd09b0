import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { labelText } from '../../outside/label';
import { valueChoices } from './choices';
import type { Analysis } from '../workspace/analysis';

/** Of many dimensions the others are counted. */
const mostShown = 8;

/** The numbers in force for symbolic dimensions and what inputs hold that decide shapes or branches; those that are assumed say so. '' when there are none. */
export function dimensionsText(analysis: Pick<Analysis, 'inference'>, language: Language): string {
  return dimensionTexts(analysis, language).join(', ');
}

/** {@link dimensionsText} one by one. */
export function dimensionTexts({ inference }: Pick<Analysis, 'inference'>, language: Language): string[] {
  const all = [...inference.symbols, ...valueChoices({ inference })];
  const bound = all.filter(({ value }) => value !== null);
  const parts = bound.slice(0, mostShown).map(({ name, value, origin }) => {
    const key = origin === 'default' ? 'lens.dimension.default' : 'lens.dimension.set';
    return message(language, key, { name: labelText(name), value: value ?? '' });
  });
  const left = bound.length - parts.length;
  if (left > 0) parts.push(message(language, 'lens.dimension.more', { count: left }));
  return parts;
}
