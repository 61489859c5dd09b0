import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Language } from '../../l10n/language';
import { problemMessage } from '../../l10n/problems';
import type { Catalogue } from '../engine/chips/catalogue';
import { isCalled, isNamed, searchChips } from '../engine/chips/search';
import type { Chip } from '../engine/chips/chip';
import { lineAt, parseJson } from '../engine/json';
import { problem } from '../engine/problem';
import { chipOrMode } from '../engine/chips/modes';
import { nearest } from '../engine/nearest';
import { type ChipFile, resolveOwnChips } from '../engine/chips/ownChips';
import { resolveUserChip, type UserChip } from '../engine/chips/userChips';
import { chipFolder } from '../workspace/ownFolder';
import { failed, usage } from './failure';
import { readText } from './openModel';
import { projectFiles } from './projectFiles';

/** How long a chain of chips that extend each other may be, and in how many files of a folder its links are looked for. */
const mostExtended = 4;
const mostFiles = 200;
/** How many chips a message lists. */
const mostNames = 5;

/** The chips that a command can name: those of files, of the project, of the settings, of the catalogue. */
export class ChipChoice {
  /** The files that the chips named so far come from, those included that they extend. */
  readonly read = new Set<string>();

  private constructor(
    private readonly catalogue: Catalogue,
    /** Chips that can't be used, by the name of their file and by their id. */
    private readonly broken: ReadonlyMap<string, { readonly path: string; readonly result: UserChip }>,
    /** The project's files by the id of their chip. */
    private readonly files: ReadonlyMap<string, ChipFile>,
    private readonly language: Language,
  ) {}

  /**
   * Reads the chips of the folder `.siliconlens/chips`, if there is one. A broken file is told when it is asked for.
   * @param custom the setting `siliconlens.customChips`: chips by id
   */
  static async here(language: Language, custom: Readonly<Record<string, unknown>> = {}): Promise<ChipChoice> {
    const sources = await projectFiles(chipFolder);
    const files = sources.map(({ name, text }): ChipFile => ({ name, json: parsed(text), before: null }));
    for (const [id, value] of Object.entries(custom)) {
      const json = typeof value === 'object' ? { ...value, id } : value;
      files.push({ name: `siliconlens.customChips.${id}`, json, before: null });
    }
    const { catalogue, results } = resolveOwnChips(files);
    const broken = new Map<string, { path: string; result: UserChip }>();
    files.forEach(({ name, json }, index) => {
      const refused = sources[index]?.problem;
      const result = refused ? { chip: null, problems: [refused] } : results[index]!;
      const id = typeof json === 'object' && json !== null && 'id' in json ? String(json.id) : name;
      if (!result.chip) broken.set(id, { path: name, result });
    });
    const own = files.slice(0, sources.length).map((file) => [textAt(file.json, 'id'), file] as const);
    return new ChipChoice(catalogue, broken, new Map(own.reverse()), language);
  }

  /** The chip of an id; undefined where there is none that can be used. */
  byId(id: string): Chip | undefined {
    const found = chipOrMode(id, (one) => this.catalogue.byId(one));
    return found && this.noted(found);
  }

  /** The project's chips, then the catalogue's. */
  get all(): readonly Chip[] {
    return this.catalogue.chips;
  }

  /**
   * A chip by file, by id, by the name it is shown by, or by one that only it has. Throws a `Failure`.
   * @param besides names that could have been meant and are no chip's
   */
  async named(name: string, besides: readonly string[] = []): Promise<Chip> {
    if (name.endsWith('.json')) return this.fromFile(name);
    const exact = this.byId(name);
    if (exact) return exact;
    const broken = this.broken.get(name);
    if (broken) throw this.failure(broken.path, broken.result);
    const { found } = searchChips(name, this.all);
    const called = found.filter((chip) => isCalled(name, chip));
    if (called.length === 1) return this.noted(called[0]!);
    const named = found.filter((chip) => isNamed(name, chip));
    if (named.length === 1 && found.length === 1) return this.noted(named[0]!);
    if (named.length === 0) throw this.unknown(name, besides);
    const ids = [...new Set([...named, ...found])].map((chip) => chip.id);
    const args = { chip: name, count: found.length, names: ids.slice(0, mostNames).join(', ') };
    throw found.length > mostNames ? usage('cli.error.chipsMany', args) : usage('cli.error.chips', args);
  }

  /** Nothing is called so: the failure names what sounds most alike. */
  unknown(chip: string, besides: readonly string[] = []): Error {
    const named = this.broken.get(chip);
    if (named) return this.failure(named.path, named.result);
    // Perhaps it is the chip of a file from which no id can be read.
    const [nameless] = [...this.broken.values()].filter(
      ({ path }) => path.endsWith('.json') && this.broken.has(path),
    );
    if (nameless) return usage('cli.error.chipBroken', { chip, path: nameless.path });
    const { found, related } = searchChips(chip, this.all);
    const byWords = [...found, ...related];
    const names = (byWords.length > 0 ? byWords : this.all).flatMap((one) => [
      one.id,
      one.name,
      ...one.aliases,
    ]);
    const alike = nearest(chip, [...names, ...besides], 3);
    // A Korean word is spelt like no chip, and yet names a vendor.
    const near = alike.length > 0 ? alike : byWords.slice(0, 3).map(({ id }) => id);
    return near.length > 0
      ? usage('cli.error.chipNear', { chip, names: near.join(', ') })
      : usage('cli.error.chipUnknown', { chip });
  }

  /** Keeps in mind which files of the project a chip comes from. */
  private noted(chip: Chip): Chip {
    let file = this.files.get(chip.id) ?? this.files.get(chip.lineage?.[0] ?? '');
    while (file && !this.read.has(pathOf(file))) {
      this.read.add(pathOf(file));
      file = this.files.get(textAt(file.json, 'extends'));
    }
    return chip;
  }

  private async fromFile(path: string): Promise<Chip> {
    const text = await readText(path);
    this.read.add(path);
    const result = parseJson(withoutMark(text));
    if (!result.ok) {
      const fault = problem('error', `chip.${result.fault}`, {});
      const message = problemMessage(this.language, fault);
      throw failed('cli.error.model', { path: `${path}:${lineAt(text, result.at)}`, message });
    }
    const json = result.json.value;
    const extended = await this.besides(path, json, 0);
    const base = this.catalogue.byId(textAt(json, 'extends'));
    if (base) this.noted(base);
    const lookUp = (id: string): Chip | undefined =>
      this.catalogue.byId(id) ?? (extended?.id === id ? extended : undefined);
    const made = resolveUserChip(json, path, lookUp);
    if (made.chip) return made.chip;
    throw this.failure(path, made);
  }

  /** A chip that no catalogue has and that the file extends: from a file beside it. */
  private async besides(path: string, json: unknown, depth: number): Promise<Chip | undefined> {
    const wanted = typeof json === 'object' && json !== null && 'extends' in json ? json.extends : undefined;
    if (typeof wanted !== 'string' || this.catalogue.byId(wanted) || depth >= mostExtended) return undefined;
    const folder = dirname(path);
    const names = (await readdir(folder).catch((): string[] => [])).filter((name) => name.endsWith('.json'));
    for (const name of names.sort().slice(0, mostFiles)) {
      const own = join(folder, name);
      const other = parsed(await readText(own).catch(() => ''));
      if (typeof other !== 'object' || other === null || !('id' in other) || other.id !== wanted) continue;
      this.read.add(own);
      const base = await this.besides(own, other, depth + 1);
      const lookUp = (id: string): Chip | undefined =>
        this.catalogue.byId(id) ?? (base?.id === id ? base : undefined);
      return resolveUserChip(other, own, lookUp).chip ?? undefined;
    }
    return undefined;
  }

  private failure(path: string, { problems }: UserChip): Error {
    const first = problems.find(({ severity }) => severity === 'error');
    const message = first ? problemMessage(this.language, first) : '';
    return failed('cli.error.model', { path, message });
  }
}

/** Where a file of the project lies. */
function pathOf({ name }: ChipFile): string {
  return join(process.cwd(), name);
}

/** A text of a chip file; empty where there is none. */
function textAt(json: unknown, name: 'id' | 'extends'): string {
  if (typeof json !== 'object' || json === null) return '';
  const value: unknown = Object.getOwnPropertyDescriptor(json, name)?.value;
  return typeof value === 'string' ? value : '';
}

function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

/** Undefined for text that is no JSON, which no chip can be. */
function parsed(text: string): unknown {
  const result = parseJson(withoutMark(text));
  return result.ok ? result.json.value : undefined;
}
