import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, type Language } from '../../l10n/messages';
import { chipById, chips as catalogue, findChips } from '../engine/chips/catalogue';
import type { Chip } from '../engine/chips/chip';
import { resolveUserChip } from '../engine/chips/userChips';
import { failed, usage } from './failure';
import { readText } from './openModel';

/** Where a project keeps chips of its own. */
const folder = join('.siliconlens', 'chips');

/** The chips that a command can name: those of files, of the project, of the catalogue. */
export class ChipChoice {
  private constructor(
    private readonly own: Map<string, Chip>,
    private readonly language: Language,
  ) {}

  /** Reads the chips of the folder `.siliconlens/chips`, if there is one. A broken file is told when it is asked for. */
  static async here(language: Language): Promise<ChipChoice> {
    const names = await readdir(folder).catch((): string[] => []);
    const choice = new ChipChoice(new Map(), language);
    for (const name of names.filter((one) => one.endsWith('.json')).sort()) {
      const { chip } = resolveUserChip(parsed(await readText(join(folder, name))), name, choice.lookUp);
      if (chip) choice.own.set(chip.id, chip);
    }
    return choice;
  }

  /** The project's chips, then the catalogue's. */
  get all(): readonly Chip[] {
    return [...this.own.values(), ...catalogue.filter((chip) => !this.own.has(chip.id))];
  }

  /** A chip by file, by id, or by a name that only one chip has. Throws a `Failure`. */
  async named(name: string): Promise<Chip> {
    if (name.endsWith('.json')) return this.fromFile(name);
    const exact = this.lookUp(name);
    if (exact) return exact;
    const found = findChips(name, this.all);
    if (found.length === 1) return found[0]!;
    if (found.length === 0) throw usage('cli.error.chipUnknown', { chip: name });
    const names = found.slice(0, 5).map((chip) => chip.id);
    throw usage('cli.error.chip', { chip: name, names: names.join(', ') });
  }

  private readonly lookUp = (id: string): Chip | undefined => this.own.get(id) ?? chipById(id);

  private async fromFile(path: string): Promise<Chip> {
    const json = parsed(await readText(path));
    const { chip, problems } = resolveUserChip(json, path, this.lookUp);
    if (chip) return chip;
    const [first] = problems;
    const detail = first ? messageOf(this.language, first.code, first.args) : '';
    throw failed('cli.error.model', { path, message: detail });
  }
}

/** Undefined for text that is no JSON, which no chip can be. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
