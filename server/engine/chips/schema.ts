import { entryOf } from '../../../outside/table';
import json from './chip.schema.json';

/** The part of JSON Schema that chip.schema.json and the schemas beside it use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** Alternatives differ in the type of their values. */
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly if?: Schema;
  readonly then?: Schema;
  readonly else?: Schema;
  /** What a chip has whose file says nothing. */
  readonly default?: unknown;
  /**
   * Our own word, for fields of a chip that extends another one: `none` is read from the file and no part of the chip,
   * `own` is never taken from the other chip, `append` comes after the other chip's, and items of `by-name` replace those
   * of the same name. Without it figures and lists are replaced as a whole and objects field by field.
   */
  readonly merge?: string;
}

/** The schema of chip files, the one that editors complete and validate them with. */
export const chipSchema: Schema = json;

/** Parts that schemas refer to: those of chip files serve the schemas of other files too. */
export const definitions = json.definitions as Readonly<Record<string, Schema>>;

/** The name of a definition that is referred to. */
export function nameOf($ref: string): string {
  return $ref.replace('#/definitions/', '');
}

/** A schema with the definition that it refers to in its place. */
export function resolved(schema: Schema): Schema {
  return schema.$ref === undefined ? schema : resolved(entryOf(definitions, nameOf(schema.$ref)) ?? {});
}

/** The schema of the value of a figure, with or without its sources; undefined for what is no figure. */
export function figureOf(schema: Schema): Schema | undefined {
  const { anyOf, allOf, properties } = resolved(schema);
  if (properties?.['value'] && properties['basis']) return properties['value'];
  return [...(anyOf ?? []), ...(allOf ?? [])].map(figureOf).find((value) => value !== undefined);
}

/** What the fields of an object are when nothing says otherwise. */
export function defaultsOf(schema: Schema): Readonly<Record<string, unknown>> {
  const fields = Object.entries(resolved(schema).properties ?? {});
  return Object.fromEntries(
    fields.filter(([, field]) => 'default' in field).map(([name, field]) => [name, field.default]),
  );
}
