import { checkSchema, isObject, type ChipProblem } from '../../chips/schemaCheck';
import type { Path } from '../../json';
import { argsWith, problem } from '../../problem';
import type { ArgsBut, ProblemCode } from '../../problem';
import schema from './mapping.schema.json';
import type { MappingFile } from './mappingFacts';

/** Bytes of a mapping file: two hundred thousand nodes by names of forty letters. */
export const mostMappingBytes = 8 * 1024 * 1024;

/** A mapping file that was read. */
interface LoadedMapping {
  /** Null when the file says nothing that can be used; the problems say why. */
  readonly mapping: MappingFile | null;
  readonly problems: readonly ChipProblem[];
}

/** Holds a mapping file against its schema and its parts against each other. */
export function loadMapping(json: unknown): LoadedMapping {
  const form = checkSchema(json, schema);
  const isRead = isObject(json) && form.every(({ severity }) => severity !== 'error');
  const mapping = isRead ? (json as unknown as MappingFile) : null;
  const problems = [...form, ...(mapping ? namesIn(mapping) : [])];
  const fails = problems.some(({ severity }) => severity === 'error');
  return { mapping: fails ? null : mapping, problems };
}

/** Units that are named twice, or named and not there. */
function namesIn({ units, default: rest, nodes = {} }: MappingFile): ChipProblem[] {
  const ids = units.map(({ id }) => id);
  const twice = ids.flatMap((name, at) =>
    ids.indexOf(name) < at ? [mappingFault('mapping.unit-twice', ['units', at, 'id'], { name })] : [],
  );
  const named: { readonly name: string; readonly path: Path }[] = Object.keys(nodes).map((name) => {
    return { name, path: ['nodes', name] };
  });
  if (rest !== undefined) named.push({ name: rest, path: ['default'] });
  const unknown = named
    .filter(({ name }) => !ids.includes(name))
    .map(({ name, path }) => mappingFault('mapping.unit-unknown', path, { name, known: ids.join(', ') }));
  return [...twice, ...unknown];
}

/** What is wrong at a place of a mapping file. */
export function mappingFault<C extends ProblemCode>(
  code: C,
  path: Path,
  args: ArgsBut<C, 'field'>,
): ChipProblem {
  const all = argsWith<C, 'field'>({ field: path.join('.') }, args);
  return { ...problem('error', code, all), path, ofKey: false };
}
