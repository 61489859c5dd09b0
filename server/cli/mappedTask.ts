import type { Language } from '../../l10n/language';
import type { Chip } from '../engine/chips/chip';
import type { Question } from '../engine/whatFits';
import type { Arguments } from './arguments';
import { usage } from './failure';
import { mappedIn, mappingNotes, mappingOf, type Mapped } from './mapping';
import { refuseTooMuch, roomIn } from './memory';
import { openModel, type OpenedModel } from './openModel';
import { taskOf, type Task } from './task';
import { settingsNotes, type Known } from './workload';

/** A model with the chips that it is asked about, or the units of the mapping that `--mapping` names. */
export interface MappedTask extends Task {
  readonly opened: OpenedModel;
  readonly mapped: Mapped | undefined;
  /** Of a mapping the first unit's. */
  readonly chips: readonly Chip[];
  /** Where nodes run besides. */
  readonly places: Omit<Question, 'prepared'>;
}

/** Reads what the options ask for, then the model; throws what is wrong with either, or that it takes too much memory. */
export async function mappedTask(
  words: Arguments,
  language: Language,
  heapBytes: number,
): Promise<MappedTask> {
  const given = await mappingOf(words, language);
  const task = await taskOf(words, language);
  const opened = await openModel(task.path, language, roomIn(heapBytes));
  const mapped = given && (await mappedIn(given, task, opened.model.origin.format, language));
  if (mapped?.kind === 'split' && words.command !== 'analyze') throw usage('cli.mapping.split');
  const chips = mapped?.chips ?? task.chips;
  refuseTooMuch(opened, chips.length, heapBytes);
  const { host } = task;
  const places = { ...(host && { host }), ...(mapped?.kind === 'units' && { pinnedOn: mapped.pinnedOn }) };
  return { ...task, opened, mapped, chips, places };
}

/** What there is to say of settings and of the mapping, a line each. */
export function taskNotes(
  words: Arguments,
  language: Language,
  { prepared, remarks }: Pick<Known, 'prepared' | 'remarks'>,
  { mapped }: Pick<MappedTask, 'mapped'>,
): string {
  const lines = [...settingsNotes(words, remarks, language), ...mappingNotes(mapped, prepared, language)];
  return lines.join('\n');
}
