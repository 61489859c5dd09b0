import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { labelText } from '../../outside/label';
import type { Analysis } from '../workspace/analysis';

/** Of many dimensions the others are counted. */
const mostShown = 8;

/** The numbers in force for symbolic dimensions; those that are assumed say so. '' when there are none. */
export function dimensionsText({ inference }: Pick<Analysis, 'inference'>, language: Language): string {
  const bound = inference.symbols.filter((symbol) => symbol.value !== null);
  const parts = bound.slice(0, mostShown).map(({ name, value, origin }) => {
    const key = origin === 'default' ? 'lens.dimension.default' : 'lens.dimension.set';
    return message(language, key, { name: labelText(name), value: value ?? '' });
  });
  const left = bound.length - parts.length;
  if (left > 0) parts.push(message(language, 'lens.dimension.more', { count: left }));
  return parts.join(', ');
}
