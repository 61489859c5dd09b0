import { chipById } from '../chips/catalogue';
import type { Chip } from '../chips/chip';
import { checkSchema, isObject, type ChipProblem } from '../chips/schemaCheck';
import { catalogue } from './catalogue/index';
import { lintSystem } from './lint';
import type { System } from './system';
import schema from './system.schema.json';

/** A system file that was read. */
interface LoadedSystem {
  /** Null when the file cannot become a system; the problems say why. */
  readonly system: System | null;
  readonly problems: readonly ChipProblem[];
}

/**
 * Holds a system file against its schema and its parts against each other.
 * @param lookUp the chips that devices can be, the user's own before the catalogue's
 */
export function loadSystem(json: unknown, lookUp: (id: string) => Chip | undefined = chipById): LoadedSystem {
  const form = checkSchema(json, schema);
  const isRead = isObject(json) && form.every(({ severity }) => severity !== 'error');
  const system = isRead ? (json as unknown as System) : null;
  const problems = [...form, ...(system ? lintSystem(system, lookUp) : [])];
  const fails = problems.some(({ severity }) => severity === 'error');
  return { system: fails ? null : system, problems };
}

/** Every system of the catalogue. */
export const systems: readonly System[] = catalogue.flatMap((json) => loadSystem(json).system ?? []);
