import { glossaryMessage, glossaryTerms } from '../l10n/glossary';
import { element, refill } from './dom';
import { explained } from './terms';
import { spoken, text } from './text';

/** All terms by name; made when they are first asked for. */
export function glossary(): HTMLElement {
  const list = element('div', { class: 'glossary' });
  let isMade = false;
  const details = element(
    'details',
    {
      toggle: () => {
        if (!isMade) refill(list, entries());
        isMade = true;
      },
    },
    element('summary', {}, text('webview.glossary')),
    list,
  );
  return element('section', { id: 'glossary' }, details);
}

function entries(): HTMLElement[] {
  const language = spoken();
  const named = glossaryTerms.map((term) => ({
    term,
    name: glossaryMessage(language, `glossary.${term}.name`),
  }));
  named.sort((a, b) => a.name.localeCompare(b.name, language));
  return named.map(({ term }) => element('div', {}, explained(term)));
}
