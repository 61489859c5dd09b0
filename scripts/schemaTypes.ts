import { format, resolveConfig } from 'prettier';
import { definitions, figureOf, nameOf, resolved, type Schema } from '../server/engine/chips/schema';

/** What is written of a schema, and how it is called. */
export interface TypesRequest {
  /** Where the types stand. */
  readonly file: string;
  readonly schema: Schema;
  /** Name of the type of the whole. */
  readonly name: string;
  /** Definitions that get a type here; others are imported by the head. */
  readonly definitions: readonly string[];
  /** Definitions of choices that get a list of their names too, by the name of the list. */
  readonly lists?: Readonly<Record<string, string>>;
  /** Types that other files use. */
  readonly exported: readonly string[];
  /** First lines of the file. */
  readonly head: readonly string[];
  /** Texts of `%key%`. */
  readonly texts: Readonly<Record<string, string>>;
}

/**
 * The TypeScript types of what files become once they are read: figures always have their sources, and fields with a
 * default are always there.
 */
export async function typesSource(request: TypesRequest): Promise<string> {
  const parts = [
    ...request.definitions.map((name) => definitionType(name, request)),
    interfaceType(request.name, request.schema, request),
  ];
  const source = [...request.head, '', ...parts].join('\n');
  return format(source, { ...(await resolveConfig('scripts/schemaTypes.ts')), parser: 'typescript' });
}

function definitionType(definition: string, request: TypesRequest): string {
  const schema = definitions[definition]!;
  const name = typeName(definition);
  const list = request.lists?.[definition];
  if (definition === 'fullFigure') return figureType(schema, request);
  if (schema.properties) return interfaceType(name, schema, request);
  const comment = commentOf(schema, request);
  if (list === undefined)
    return `${comment}${exporting(name, request)}type ${name} = ${typeOf(schema, request)};\n`;
  const names = (schema.enum ?? []).map((one) => JSON.stringify(one)).join(', ');
  const source = `${comment}export const ${list} = [${names}] as const;\n`;
  // A list may be all that is wanted of a choice.
  return request.exported.includes(name)
    ? `${source}export type ${name} = (typeof ${list})[number];\n`
    : source;
}

/** Figures differ in the type of their value alone. */
function figureType(schema: Schema, request: TypesRequest): string {
  const generic = { ...schema, properties: { ...schema.properties, value: {} } };
  return interfaceType('Figure<T = number>', generic, request).replace('value: unknown', 'value: T');
}

function interfaceType(name: string, schema: Schema, request: TypesRequest): string {
  const { description } = schema;
  const comment = commentOf(description === undefined ? {} : { description }, request);
  return `${comment}${exporting(name.replace(/<.*/, ''), request)}interface ${name} ${fieldsOf(schema, request)}\n`;
}

function fieldsOf(schema: Schema, request: TypesRequest): string {
  const required = new Set([...(schema.required ?? []), ...(schema.else?.required ?? [])]);
  const fields = Object.entries(schema.properties ?? {}).filter(([, field]) => field.merge !== 'none');
  const lines = fields.map(([name, field]) => {
    const optional = required.has(name) || 'default' in field ? '' : '?';
    return `${commentOf(field, request)}readonly ${name}${optional}: ${typeOf(field, request)};`;
  });
  return `{\n${lines.join('\n')}\n}`;
}

function typeOf(schema: Schema, request: TypesRequest): string {
  const value = figureOf(schema);
  if (value) {
    const type = typeOf(value, request);
    return type === 'number' ? 'Figure' : `Figure<${type}>`;
  }
  if (schema.$ref !== undefined) {
    const isNamed = isObjectOrChoice(resolved(schema));
    return isNamed ? typeName(nameOf(schema.$ref)) : typeOf(resolved(schema), request);
  }
  if (schema.allOf?.[0]) return typeOf(schema.allOf[0], request);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  if ('const' in schema) return JSON.stringify(schema.const);
  return [schema.type ?? 'unknown']
    .flat()
    .map((type) => plainType(type, schema, request))
    .join(' | ');
}

function isObjectOrChoice({ type, enum: choices }: Schema): boolean {
  return type === 'object' || choices !== undefined;
}

function plainType(type: string, schema: Schema, request: TypesRequest): string {
  const { properties, additionalProperties } = schema;
  if (type === 'integer') return 'number';
  if (type === 'array') return listType(schema, request);
  if (type !== 'object') return type;
  if (properties) return fieldsOf(schema, request);
  const entry = typeof additionalProperties === 'object' ? typeOf(additionalProperties, request) : 'unknown';
  return `Readonly<Record<string, ${entry}>>`;
}

/** A list of one length is a tuple. */
function listType({ items, minItems, maxItems }: Schema, request: TypesRequest): string {
  const item = typeOf(items ?? {}, request);
  if (maxItems === undefined || maxItems !== minItems) return `readonly (${item})[]`;
  return `readonly [${new Array<string>(maxItems).fill(item).join(', ')}]`;
}

function commentOf({ description }: Schema, { texts }: TypesRequest): string {
  const text = description?.replace(/^%(.+)%$/, (_place, key: string) => texts[key] ?? key);
  return text === undefined ? '' : `/** ${text} */\n`;
}

function exporting(name: string, { exported }: TypesRequest): string {
  return exported.includes(name) ? 'export ' : '';
}

function typeName(definition: string): string {
  return definition[0]!.toUpperCase() + definition.slice(1);
}
