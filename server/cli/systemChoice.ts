import { join } from 'node:path';
import type { Language } from '../../l10n/language';
import { problemMessage } from '../../l10n/problems';
import { normalise } from '../engine/chips/names';
import type { ChipProblem } from '../engine/chips/schemaCheck';
import { lineAt, parseJson, type Span } from '../engine/json';
import { nearest } from '../engine/nearest';
import { problem, type Problem } from '../engine/problem';
import { resolveOwnSystems, type SystemFile } from '../engine/systems/ownSystems';
import type { ChipLookUp } from '../engine/systems/load';
import { searchReferences, searchSystems } from '../engine/systems/search';
import type { System } from '../engine/systems/system';
import { type OwnSource, systemFolder } from '../workspace/ownFolder';
import type { ChipChoice } from './chipChoice';
import { usage } from './failure';
import { projectFiles } from './projectFiles';

/** Names that a message lists. */
const mostNames = 5;
const nearNames = 3;

/** What a system is called in full: options take one of these. */
export function namesOfSystem({ id, name, nameKo }: System): string[] {
  return [id, name, ...(nameKo === undefined ? [] : [nameKo])];
}

/** The systems that a command can name: those of the project before those of the catalogue. */
export class SystemChoice {
  private constructor(
    readonly all: readonly System[],
    /** What is wrong with files of the project, a line each: their systems cannot be named. */
    readonly faults: readonly string[],
    /** The files of the project. */
    readonly read: readonly string[],
    /** The chips that their devices are. */
    readonly lookUp: ChipLookUp,
  ) {}

  /** Reads the systems of the folder `.siliconlens/systems`, if there is one. */
  static async here(language: Language, chips: ChipChoice): Promise<SystemChoice> {
    const sources = await projectFiles(systemFolder);
    const files = sources.map(({ name, text }): SystemFile => {
      const parsed = parseJson(text);
      return { name, json: parsed.ok ? parsed.json.value : undefined, before: null };
    });
    const lookUp: ChipLookUp = (id) => chips.byId(id);
    const { systems, results } = resolveOwnSystems(files, lookUp);
    const faults = sources.flatMap((source, at) => faultOf(source, results[at]!.problems, language) ?? []);
    const read = sources.map(({ name }) => join(process.cwd(), name));
    return new SystemChoice(systems, faults, read, lookUp);
  }

  /** The systems that a query finds, best first; every system for an empty one. Throws a `Failure` where it finds none. */
  found(query: string): readonly System[] {
    const found = searchSystems(query, this.all, this.lookUp);
    if (found.length > 0) return found;
    const near = nearest(
      query,
      this.all.flatMap((one) => [...namesOfSystem(one), ...one.aliases]),
      nearNames,
    );
    throw near.length > 0
      ? usage('cli.error.systemNear', { system: query, names: near.join(', ') })
      : usage('cli.error.systemUnknown', { system: query });
  }

  /**
   * The one system that an option names, by its id, its name or a search that finds no other. Throws a `Failure`, for what
   * systems are only compared with too.
   */
  named(name: string): System {
    const [own, wanted] = [this.all.find(({ id }) => id === name), normalise(name)];
    const exact =
      own ?? this.all.find((one) => namesOfSystem(one).some((other) => normalise(other) === wanted));
    if (exact) return exact;
    const matching = searchSystems(name, this.all, this.lookUp);
    const [reference] = searchReferences(name);
    if (matching.length === 0 && reference)
      throw usage('cli.error.systemReference', { system: name, id: reference.id });
    const found = this.found(name);
    if (found.length === 1) return found[0]!;
    const names = found.slice(0, mostNames).map(({ id }) => id);
    throw usage('cli.map.systems', { system: name, names: names.join(', ') });
  }
}

/** The first error of a file, with its line; null where it has none. */
function faultOf(
  { name, text, problem: refused }: OwnSource,
  problems: readonly ChipProblem[],
  language: Language,
): string | null {
  const said = (fault: Problem, span?: Span): string => {
    const line = lineAt(text, span ?? { start: 0, end: 0 });
    return `${name}:${line}: ${problemMessage(language, fault)}`;
  };
  if (refused) return said(refused);
  const parsed = parseJson(text);
  if (!parsed.ok) return said(problem('error', `chip.${parsed.fault}`, {}), parsed.at);
  const first = problems.find(({ severity }) => severity === 'error');
  return first ? said(first, parsed.json.spanOf(first.path, first.ofKey)) : null;
}
