import { isObject, type ChipProblem } from '../chips/schemaCheck';
import type { Path } from '../json';
import { problem } from '../problem';
import type { ArgsOf, ProblemCode } from '../problem';
import { type ChipLookUp, type LoadedSystem, loadSystem, systems as shipped } from './load';
import type { System } from './system';

/** A system file of the user's. */
export interface SystemFile {
  /** What it is called to readers. */
  readonly name: string;
  /** Its content; undefined when the text is no JSON. */
  readonly json: unknown;
  /** What it was when it was last without errors: that stays in use until it is so again. */
  readonly before: System | null;
}

export interface OwnSystems {
  /** The user's systems before those that are shipped. */
  readonly systems: readonly System[];
  /** What became of each file, in their order. Its system may be the one from before. */
  readonly results: readonly LoadedSystem[];
}

/**
 * The systems of all files together: no two have one id.
 * @param lookUp the chips that devices can be, the user's own among them
 */
export function resolveOwnSystems(files: readonly SystemFile[], lookUp: ChipLookUp): OwnSystems {
  const first = new Map<string, string>();
  for (const file of files) {
    const id = idOf(file);
    if (id !== undefined && !first.has(id)) first.set(id, file.name);
  }
  const results = files.map((file): LoadedSystem => {
    const id = idOf(file);
    if (id !== undefined && shipped.some((one) => one.id === id)) return refused('system.id-taken', { id });
    const other = id === undefined ? undefined : first.get(id);
    if (id !== undefined && other !== undefined && other !== file.name)
      return refused('system.id-twice', { id, other });
    const made = loadSystem(file.json, lookUp, file.name);
    return made.system ? made : { system: file.before, problems: made.problems };
  });
  return { systems: [...results.flatMap(({ system }) => system ?? []), ...shipped], results };
}

function refused<C extends ProblemCode>(code: C, args: ArgsOf<C>): LoadedSystem {
  const path: Path = ['id'];
  const fault: ChipProblem = { ...problem('error', code, args), path, ofKey: false };
  return { system: null, problems: [fault] };
}

function idOf({ json, before }: SystemFile): string | undefined {
  const id = isObject(json) ? json['id'] : before?.id;
  return typeof id === 'string' ? id : undefined;
}
