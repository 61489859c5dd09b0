import { checkSchema, isObject, type ChipProblem } from '../../chips/schemaCheck';
import type { Path } from '../../json';
import { argsWith, problem } from '../../problem';
import type { ArgsBut, ProblemCode } from '../../problem';
import schema from './mapping.schema.json';
import type { MappingFile } from './mappingFacts';

/** Bytes of a mapping file: two hundred thousand nodes by names of forty letters. */
export const mostMappingBytes = 8 * 1024 * 1024;

/** Where nodes run, one of several units each. */
export type UnitsMapping = MappingFile & Required<Pick<MappingFile, 'units'>>;

/** How equal devices of a system share the whole model. */
export type SplitMapping = MappingFile & Required<Pick<MappingFile, 'system' | 'split'>>;

/** What a mapping file says: one of the two. */
export type Mapping = UnitsMapping | SplitMapping;

/** Whether equal devices share the model, instead of units that have nodes of their own. */
export function isSplit(mapping: Mapping): mapping is SplitMapping {
  return mapping.split !== undefined;
}

/** A mapping file that was read. */
interface LoadedMapping {
  /** Null when the file says nothing that can be used; the problems say why. */
  readonly mapping: Mapping | null;
  readonly problems: readonly ChipProblem[];
}

/** Holds a mapping file against its schema and its parts against each other. */
export function loadMapping(json: unknown): LoadedMapping {
  const form = checkSchema(json, schema);
  const isRead = isObject(json) && form.every(({ severity }) => severity !== 'error');
  const file = isRead ? (json as unknown as MappingFile) : null;
  const mapping = file && (asUnits(file) ?? asSplit(file));
  const parts = file && (mapping ? namesIn(mapping) : [mappingFault('mapping.kind', [], {})]);
  const problems = [...form, ...(parts ?? [])];
  const fails = problems.some(({ severity }) => severity === 'error');
  return { mapping: fails ? null : mapping, problems };
}

function asUnits({ units, ...file }: MappingFile): UnitsMapping | null {
  return units && !file.split ? { ...file, units } : null;
}

function asSplit({ system, split, ...file }: MappingFile): SplitMapping | null {
  const hasNodes = file.units ?? file.nodes ?? file.default;
  return system !== undefined && split && hasNodes === undefined ? { ...file, system, split } : null;
}

/** Units that are named twice, or named and not there. */
function namesIn({ units = [], default: rest, nodes = {} }: Mapping): ChipProblem[] {
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
