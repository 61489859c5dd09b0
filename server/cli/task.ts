import type { Language } from '../../l10n/language';
import type { Chip } from '../engine/chips/chip';
import type { Choices } from '../workspace/choices';
import { chosenChips } from '../workspace/chosenChips';
import type { Arguments } from './arguments';
import { ChipChoice } from './chipChoice';
import { usage } from './failure';
import { askedFor, refuseRuntime, settingsFor, type Asked } from './workload';

/** What a command about one model on chips was given, before the model is read. */
export interface Task {
  readonly path: string;
  readonly choices: Choices;
  readonly asked: Asked;
  readonly choice: ChipChoice;
  readonly chips: readonly Chip[];
  /** Undefined: each chip has its own. */
  readonly host: Chip | undefined;
}

/**
 * Reads what the options and settings ask for; throws what is wrong with them.
 * @param isOfAll without chips that options name, all that there are
 */
export async function taskOf(words: Arguments, language: Language, isOfAll = false): Promise<Task> {
  const path = onlyPath(words);
  const choices = await settingsFor(words, path);
  const asked = askedFor(words, choices);
  const choice = await ChipChoice.here(language, choices.customChips);
  const isAll = isOfAll && words.texts('chip').length === 0;
  // A mapping and a system name their own.
  const isMapped = words.text('mapping') !== undefined || words.text('system') !== undefined;
  const chips = isAll ? choice.all : isMapped ? [] : await chipsFor(words, choices, choice);
  refuseRuntime(words, chips);
  return { path, choices, asked, choice, chips, host: await hostFor(words, choices, choice) };
}

/** The one model that a command is about. */
export function onlyPath(words: Arguments): string {
  const [path, second] = words.positionals;
  if (path === undefined) throw usage('cli.error.noModel', { command: words.command });
  if (second !== undefined) throw usage('cli.error.tooMany', { argument: second });
  return path;
}

/** The chips that the options name, else those of the settings, else the catalogue's choice. */
export async function chipsFor(
  words: Arguments,
  choices: Choices,
  choice: ChipChoice,
): Promise<readonly Chip[]> {
  const given = words.texts('chip');
  const named = given.length > 0 ? given : choices.chips;
  if (named.length === 0) return chosenChips([]).chips;
  const chips = new Set<Chip>();
  for (const name of named) chips.add(await choice.named(name));
  return [...chips];
}

/** The host that the option names, else that of the settings; undefined: each chip has its own. */
export async function hostFor(
  words: Arguments,
  choices: Choices,
  choice: ChipChoice,
): Promise<Chip | undefined> {
  const name = words.text('host') ?? choices.host;
  return name === null ? undefined : choice.named(name);
}
