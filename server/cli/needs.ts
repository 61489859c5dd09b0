import type { Language } from '../../l10n/language';
import type { System } from '../engine/systems/system';
import type { Arguments } from './arguments';
import type { ChipChoice } from './chipChoice';
import { usage } from './failure';
import { SystemChoice } from './systemChoice';

/** The system of `--needs`; null without the option. Throws a `Failure` for one that states no needs. */
export async function neededBy(
  words: Arguments,
  choice: ChipChoice,
  language: Language,
): Promise<System | null> {
  const name = words.text('needs');
  if (name === undefined) return null;
  const system = (await SystemChoice.here(language, choice)).named(name);
  if (!system.needs) throw usage('cli.needs.none', { system: system.id });
  return system;
}
