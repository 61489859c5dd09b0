import { chipById } from '../chips/catalogue';
import type { Chip } from '../chips/chip';
import { merge } from '../chips/merge';
import { defaultsOf, type Schema } from '../chips/schema';
import { checkSchema, isObject, type ChipProblem } from '../chips/schemaCheck';
import { problem } from '../problem';
import { visible } from '../../../outside/hidden';
import { catalogue } from './catalogue/index';
import { lintSystem } from './lint';
import type { System } from './system';
import json from './system.schema.json';

/** A system file that was read. */
export interface LoadedSystem {
  /** Null when the file cannot become a system; the problems say why. */
  readonly system: System | null;
  readonly problems: readonly ChipProblem[];
}

/** The chip of an id; undefined where there is none. */
export type ChipLookUp = (id: string) => Chip | undefined;

/** The schema of system files, the one that editors complete and validate them with. */
export const systemSchema: Schema = json;

/**
 * Holds a system file against its schema and its parts against each other. Plain numbers become figures with basis
 * `stated` whose source is the file.
 * @param lookUp the chips that devices can be, the user's own before the catalogue's
 * @param file what a user's file is called to readers; of the catalogue's every figure names its source
 */
export function loadSystem(
  content: unknown,
  lookUp: ChipLookUp = chipById,
  file: string | null = null,
): LoadedSystem {
  if (!isObject(content)) {
    const fault = problem('error', 'system.not-an-object', {});
    return { system: null, problems: [{ ...fault, path: [], ofKey: false, bySchema: true }] };
  }
  const form = checkSchema(content, systemSchema).map(inWordsOfSystems);
  const isRead = form.every(({ severity }) => severity !== 'error');
  const system = isRead ? whole(content, file) : null;
  const problems = [...form, ...(system ? lintSystem(system, lookUp) : [])];
  const fails = problems.some(({ severity }) => severity === 'error');
  return { system: fails ? null : system, problems };
}

/** With what the file leaves out, and a source for figures that have none. */
function whole(content: Readonly<Record<string, unknown>>, file: string | null): System {
  const given = Array.isArray(content['sources']) ? content['sources'].length : 0;
  const system = merge(systemSchema, defaultsOf(systemSchema), content, {
    shift: 0,
    stated: given,
  }) as System;
  if (file === null) return system;
  return {
    ...system,
    name: visible(system.name).trim(),
    sources: [...system.sources, { title: file, url: null, basis: 'stated' }],
  };
}

/** A system extends no other: what is missing has to be added. */
function inWordsOfSystems(found: ChipProblem): ChipProblem {
  if (found.code !== 'chip.schema-missing') return found;
  const { path, ofKey, bySchema = false } = found;
  return { ...problem('error', 'system.missing', found.args), path, ofKey, bySchema };
}

/** Every system of the catalogue. */
export const systems: readonly System[] = catalogue.flatMap((one) => loadSystem(one).system ?? []);
