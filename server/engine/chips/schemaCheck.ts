import { entryOf } from '../../../outside/table';
import { argsWith, problem } from '../problem';
import type { ArgsBut, Problem, ProblemCode } from '../problem';
import type { Path } from '../json';
import { typoDistance } from './names';
import { chipSchema, resolved, type Schema } from './schema';

/** What is wrong with a chip file, and where in it. */
export type ChipProblem = Problem & {
  readonly path: Path;
  /** It is the name of the field that is wrong, not its value. */
  readonly ofKey: boolean;
  /** An editor that validates files by their schema tells it too: mistakes of JSON, and what the schema forbids. */
  readonly bySchema?: boolean;
};

/**
 * Holds a file against its schema, the one that editors complete and validate it with: that of chip files, or another
 * one with the same definitions. A field that is not known is a warning, since the rest may be used; everything else is
 * an error.
 */
export function checkSchema(json: unknown, of: Schema = chipSchema): ChipProblem[] {
  const problems: ChipProblem[] = [];
  check(of, json, [], problems);
  return problems;
}

function check(schema: Schema, value: unknown, path: Path, problems: ChipProblem[]): void {
  const { $ref, anyOf, allOf } = schema;
  if ($ref !== undefined) check(resolved(schema), value, path, problems);
  for (const part of allOf ?? []) check(part, value, path, problems);
  if (anyOf) {
    const fitting = anyOf.find((one) => typesOf(one).some((type) => isOf(type, value)));
    if (fitting) check(fitting, value, path, problems);
    else problems.push(wrongType(anyOf.flatMap(typesOf), value, path));
  }
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOf(type, value))) {
    problems.push(wrongType(types, value, path));
    return;
  }
  checkChoice(schema, value, path, problems);
  if (typeof value === 'number') checkNumber(schema, value, path, problems);
  if (typeof value === 'string') checkText(schema, value, path, problems);
  if (Array.isArray(value)) checkList(schema, value, path, problems);
  else if (isObject(value)) checkObject(schema, value, path, problems);
}

function checkChoice(schema: Schema, value: unknown, path: Path, problems: ChipProblem[]): void {
  const allowed = schema.enum ?? ('const' in schema ? [schema.const] : null);
  if (!allowed || allowed.includes(value)) return;
  const args = { value: JSON.stringify(value), allowed: allowed.map(String).join(', ') };
  problems.push(fault('chip.schema-choice', path, args));
}

function checkNumber(schema: Schema, value: number, path: Path, problems: ChipProblem[]): void {
  const { minimum, maximum } = schema;
  if (minimum !== undefined && value < minimum)
    problems.push(fault('chip.schema-low', path, { value, minimum }));
  if (maximum !== undefined && value > maximum)
    problems.push(fault('chip.schema-high', path, { value, maximum }));
}

function checkText(schema: Schema, value: string, path: Path, problems: ChipProblem[]): void {
  const { minLength = 0, maxLength: limit = Infinity } = schema;
  // JSON Schema counts characters: an emoji is one.
  const { length } = [...value];
  if (length < minLength) problems.push(fault('chip.schema-empty', path, {}));
  else if (length > limit) problems.push(fault('chip.schema-long', path, { limit }));
  else if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
    problems.push(fault('chip.schema-pattern', path, { value }));
}

function checkList(schema: Schema, value: readonly unknown[], path: Path, problems: ChipProblem[]): void {
  const { minItems: least = 0, maxItems: most = Infinity } = schema;
  if (value.length < least && least === 1) problems.push(fault('chip.schema-empty', path, {}));
  else if (value.length < least)
    problems.push(fault('chip.schema-few', path, { count: value.length, least }));
  else if (value.length > most) problems.push(fault('chip.schema-many', path, { count: value.length, most }));
  const seen = new Set<string>();
  value.forEach((item, index) => {
    const text = JSON.stringify(item);
    if (schema.uniqueItems && seen.has(text))
      problems.push(fault('chip.schema-twice', [...path, index], { value: text }));
    seen.add(text);
    if (schema.items) check(schema.items, item, [...path, index], problems);
  });
}

function checkObject(
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  problems: ChipProblem[],
): void {
  const { additionalProperties, propertyNames } = schema;
  const fields = schema.properties ?? {};
  const names = propertyNames && resolved(propertyNames).enum?.map(String);
  const missing = [...(schema.required ?? []), ...requiredIf(schema, value)].filter(
    (name) => !Object.hasOwn(value, name),
  );
  for (const name of missing) problems.push({ ...fault('chip.schema-missing', path, {}, name), ofKey: true });
  for (const [name, item] of Object.entries(value)) {
    const at = [...path, name];
    const field = entryOf(fields, name);
    if (field) check(field, item, at, problems);
    else if (names && !names.includes(name)) problems.push(unknownField(name, names, at));
    else if (typeof additionalProperties === 'object') check(additionalProperties, item, at, problems);
    else if (additionalProperties === false) problems.push(unknownField(name, Object.keys(fields), at));
  }
}

/** Fields that the presence of another one asks for. */
function requiredIf(schema: Schema, value: object): readonly string[] {
  if (!schema.if) return [];
  const holds = (schema.if.required ?? []).every((name) => Object.hasOwn(value, name));
  return (holds ? schema.then : schema.else)?.required ?? [];
}

function unknownField(name: string, known: readonly string[], path: Path): ChipProblem {
  // Short names are near to anything.
  const most = name.length < 6 ? 1 : name.length < 10 ? 2 : 3;
  const near = known.find((one) => typoDistance(one.toLowerCase(), name.toLowerCase(), most) !== null);
  const found =
    near === undefined
      ? fault('chip.schema-unknown', path, {})
      : fault('chip.schema-unknown-near', path, { near });
  return { ...found, ofKey: true, severity: 'warning' };
}

/** The types that a schema allows, through references; none where it does not say. */
function typesOf(schema: Schema): readonly string[] {
  if (schema.type !== undefined) return [schema.type].flat();
  if (schema.$ref !== undefined) return typesOf(resolved(schema));
  return (schema.allOf ?? []).flatMap(typesOf);
}

/** A figure is a number or an object: where a file has neither, the message asks for a number. */
function wrongType(types: readonly string[], value: unknown, path: Path): ChipProblem {
  const order = ['integer', 'number', 'string', 'boolean', 'array', 'object'] as const;
  const expected = order.find((type) => types.includes(type)) ?? 'object';
  // To a schema 1e999 is a number.
  const bySchema = typeof value !== 'number' || isFinite(value);
  return { ...fault(`chip.schema-${expected}`, path, {}), bySchema };
}

/** @param field what the text calls the place */
function fault<C extends ProblemCode>(
  code: C,
  path: Path,
  args: ArgsBut<C, 'field'>,
  field = path.length > 0 ? path.join('.') : 'id',
): ChipProblem {
  const all = argsWith<C, 'field'>({ field }, args);
  return { ...problem('error', code, all), path, ofKey: false, bySchema: true };
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      // 1e999 is written as a number, but is none.
      return typeof value === 'number' && Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
