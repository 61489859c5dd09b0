import { hasHidden } from '../../outside/hidden';
import { commandText } from '../../outside/shell';
import type { Language } from '../../l10n/language';
import type { Bindings } from '../engine/graph/dim';
import { changed, verifyWords } from '../engine/mapping/suggest/command';
import type { Change, Option, Suggestion } from '../engine/mapping/suggest/types';
import {
  changeText,
  explanation,
  gainRange,
  otherText,
  riskText,
  savingText,
  suggestionTitle,
} from '../engine/report/suggestTexts';
import type { Words } from '../engine/report/print/words';
import type { SuggestedSetting, SuggestionItem, SuggestionWay } from '../protocol';
import { reportWords } from '../reportWords';
import type { Analysis } from '../workspace/analysis';
import { mappingFolder } from '../workspace/ownFolder';
import { knownSuggestions } from '../workspace/suggestions';
import { dimensionChoices } from './choices';

/** What is known of what to do next, in words. */
export function suggestionItems(analysis: Analysis, language: Language): SuggestionItem[] {
  const words = reportWords(language);
  return knownSuggestions(analysis).map((one) => itemOf(analysis, one, words));
}

function itemOf(analysis: Analysis, one: Suggestion, words: Words): SuggestionItem {
  return {
    code: one.code,
    title: suggestionTitle(one, words),
    ...wayOf(analysis, one, words),
    explanation: [
      ...explanation(one, words),
      riskText(one, words),
      ...one.others.map((other) => otherText(other, words)),
    ],
    command: commandOf(analysis, one.change),
    node: one.nodes[0] ?? null,
    others: one.others.map((other) => wayOf(analysis, other, words)),
  };
}

function wayOf(analysis: Analysis, option: Option, words: Words): SuggestionWay {
  return {
    change: changeText(option.change, words),
    saving: savingText(option, words),
    range: gainRange(option, words),
    setting: settingOf(analysis, option.change),
  };
}

function settingOf(analysis: Analysis, change: Change): SuggestedSetting | null {
  switch (change.kind) {
    case 'precision':
    case 'runtime':
    case 'cache':
    case 'chip':
      return { kind: change.kind, value: change.value };
    case 'dimensions':
      return { kind: 'dimensions', value: sizesOf(analysis, change.value) };
    case 'training':
      // An entry of the setting says all of how a model is trained.
      return { kind: 'training', value: { ...changed(analysis.choices.workload, change).training } };
    case 'flag':
    case 'graph':
      return null;
  }
}

/** Numbers with both names of each dimension, by either of which a setting may know it. */
function sizesOf(
  analysis: Analysis,
  sizes: Bindings,
): Extract<SuggestedSetting, { kind: 'dimensions' }>['value'] {
  const names = dimensionChoices(analysis);
  return Object.entries(sizes).map(([name, size]) => {
    const alias = names.find((one) => one.name === name)?.alias;
    return { name, ...(alias !== undefined && { alias }), size };
  });
}

/** The command that shows the gain; empty for a name with letters that nobody sees. */
function commandOf({ listing, choices, prepared, chips, mapping }: Analysis, change: Change): string {
  const path = pathOf(listing.modelUri);
  const places = {
    ...(choices.host !== null && { host: choices.host }),
    ...(mapping && { mapping: mappingPath(mapping.name) }),
  };
  const words = verifyWords({ path, chip: chips[0]?.chip.id ?? '', prepared, ...places }, change);
  return words.some(hasHidden) ? '' : commandText('posix', { words });
}

/** From the folder of the workspace, where the command line finds chips and systems of one's own, too. */
function mappingPath(name: string): string {
  return [...mappingFolder, `${name}.json`].join('/');
}

/** The path of a local file, else the address. */
function pathOf(uri: string): string {
  if (!uri.startsWith('file:///')) return uri;
  const path = decodeURIComponent(uri.slice('file://'.length));
  // A drive's letter stands behind a slash.
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
}
