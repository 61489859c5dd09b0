import { entryOf, setEntry } from '../../../outside/table';
import { isObject } from './schemaCheck';
import { defaultsOf, figureOf, nameOf, resolved, type Schema } from './schema';

/** How the numbers of a file's sources become those of the whole chip. */
export interface SourcePlaces {
  /** Places that the file's own source numbers move by, after those of the extended chip. */
  readonly shift: number;
  /** Place of the source that stands for the file. */
  readonly stated: number;
}

/**
 * What a file says laid over what was there before, as the schema has it: plain values of figures become figures with
 * basis `stated` whose source is the file, fields that the schema does not know are left out.
 */
export function merge(schema: Schema, base: unknown, given: unknown, places: SourcePlaces): unknown {
  if (given === undefined) return base;
  if (figureOf(schema)) return figure(given, places);
  const { type, items } = resolved(schema);
  if (schema.merge === 'append') return [...list(base), ...list(given)];
  if (schema.merge === 'by-name') return mergeByName(items ?? {}, list(base), list(given), places);
  if (schema.$ref !== undefined && nameOf(schema.$ref) === 'indices') return shifted(given, places);
  if (type === 'array' && items && resolved(items).type === 'object')
    return newItems(items, list(given), places);
  return type === 'object' && isObject(given) ? mergeFields(schema, base, given, places) : given;
}

function figure(given: unknown, places: SourcePlaces): unknown {
  if (!isObject(given)) return { value: given, sources: [places.stated], basis: 'stated' };
  return { ...given, sources: shifted(given['sources'], places) };
}

function shifted(indices: unknown, { shift }: SourcePlaces): unknown[] {
  return list(indices).map((index) => Number(index) + shift);
}

function mergeFields(
  schema: Schema,
  base: unknown,
  given: Readonly<Record<string, unknown>>,
  places: SourcePlaces,
): Readonly<Record<string, unknown>> {
  const { properties, additionalProperties, propertyNames } = resolved(schema);
  const names = propertyNames && resolved(propertyNames).enum;
  const other = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const result: Record<string, unknown> = isObject(base) ? { ...base } : {};
  for (const [name, value] of Object.entries(given)) {
    const field = entryOf(properties, name) ?? (names?.includes(name) === false ? undefined : other);
    if (field && field.merge !== 'none')
      setEntry(result, name, merge(field, entryOf(result, name), value, places));
  }
  return result;
}

/** The items of a list that takes the place of another. */
function newItems(schema: Schema, given: readonly unknown[], places: SourcePlaces): unknown[] {
  return given.map((item) => merge(schema, defaultsOf(schema), item, places));
}

function mergeByName(
  schema: Schema,
  base: readonly unknown[],
  given: readonly unknown[],
  places: SourcePlaces,
): unknown[] {
  const items = [...base];
  for (const item of given) {
    const at = items.findIndex((one) => isObject(one) && isObject(item) && one['name'] === item['name']);
    const merged = merge(schema, at < 0 ? defaultsOf(schema) : items[at], item, places);
    if (at < 0) items.push(merged);
    else items[at] = merged;
  }
  return items;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
