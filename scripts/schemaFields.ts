import texts from '../l10n/en/schema.json';
import { chipSchema, figureOf, resolved, type Schema } from '../server/engine/chips/schema';
import { systemSchema } from '../server/engine/systems/load';

/** What a chip that extends another one has of it, by the schema's word for it. */
const merged: Readonly<Record<string, string>> = {
  none: '–',
  own: 'never taken over',
  append: 'added to',
  'by-name': 'item by item, by `name`',
};

/** The table of all fields of a chip file, from its schema. */
export function chipFields(): string[] {
  return [
    '| field | value | when left out | when another chip is extended | |',
    '|---|---|---|---|---|',
    ...fieldsOf(chipSchema, '', true).map(({ cells, merged: of, text }) => row([...cells, of, text])),
  ];
}

/** The table of all fields of a system file, which extends no other. */
export function systemFields(): string[] {
  return [
    '| field | value | when left out | |',
    '|---|---|---|---|',
    ...fieldsOf(systemSchema, '', false).map(({ cells, text }) => row([...cells, text])),
  ];
}

interface Field {
  /** Its path, its value, and what holds where it is left out. */
  readonly cells: readonly string[];
  readonly merged: string;
  readonly text: string;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function fieldsOf(schema: Schema, prefix: string, isMerged: boolean): Field[] {
  const { required = [], properties = {}, else: alone } = schema;
  const asked = new Set([...required, ...(alone?.required ?? [])]);
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const left = 'default' in field ? code(field.default) : asked.has(name) ? '**required**' : '–';
    const one: Field = {
      cells: [`\`${path}\``, valueOf(field), left],
      merged: isMerged ? mergeOf(field) : '–',
      text: textOf(field),
    };
    return [one, ...inside(field, path, isMerged && field.merge !== 'own')];
  });
}

/** The fields of an object, or of the objects of a list; those of a list that is replaced are not merged. */
function inside(field: Schema, path: string, isMerged: boolean): Field[] {
  if (figureOf(field)) return [];
  const schema = resolved(field);
  if (schema.items) return inside(schema.items, `${path}[]`, isMerged && field.merge === 'by-name');
  return fieldsOf(schema, `${path}.`, isMerged);
}

function valueOf(field: Schema): string {
  const value = figureOf(field);
  if (value) return `${valueOf(value)}, a figure`;
  const { type, enum: choices, items, additionalProperties, const: only } = resolved(field);
  if (choices) return choices.map(code).join(', ');
  if (only !== undefined) return code(only);
  const types = [type ?? []].flat();
  if (types.includes('array')) return `list: ${valueOf(items ?? {})}`;
  if (!types.includes('object')) return types.join(' or ');
  return typeof additionalProperties === 'object' ? `by name: ${valueOf(additionalProperties)}` : 'object';
}

function mergeOf(field: Schema): string {
  const { type } = resolved(field);
  if (field.merge !== undefined) return merged[field.merge] ?? field.merge;
  return type === 'object' && !figureOf(field) ? 'field by field' : 'replaced';
}

function textOf({ description }: Schema): string {
  const entries: Readonly<Record<string, string>> = texts;
  const text = description?.replace(/^%(.+)%$/, (_place, key: string) => entries[key] ?? key) ?? '';
  return text.replaceAll('|', '\\|');
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
