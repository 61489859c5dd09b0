import { entryOf } from '../../../../outside/table';
import type { DataType } from '../../graph/dataTypes';
import type { ScalarKind } from '../flatbuffer/table';
import schema from './schema.json';

/** Element types by `TensorType`; null for handles of tables and variables, which have no elements. */
const types: readonly (DataType | null)[] = [
  'float',
  'float16',
  'int32',
  'uint8',
  'int64',
  'string',
  'bool',
  'int16',
  'complex64',
  'int8',
  'double',
  'complex128',
  'uint64',
  null,
  null,
  'uint32',
  'uint16',
  'int4',
  'bfloat16',
  'int2',
  'uint4',
  'float8e4m3fn',
  'float8e5m2',
];

/** Names of the handles among them. */
export const handles: Readonly<Record<number, string>> = { 13: 'resource', 14: 'variant' };

/** The element type of a code; undefined for codes newer than this table and for handles. */
export function typeOfCode(code: number): DataType | undefined {
  return types[code] ?? undefined;
}

/** The name of a builtin operator; undefined for codes newer than the schema. */
export function operatorName(code: number): string | undefined {
  return schema.operators[code] ?? undefined;
}

/** The code under which custom operators stand. */
export const customCode = schema.operators.indexOf('CUSTOM');

/** One field of an operator's options. */
export interface OptionField {
  readonly name: string;
  readonly slot: number;
  readonly fallback: number;
  readonly isList: boolean;
  /** How its numbers are stored; a text, a name of an enumeration or of an element type otherwise. */
  readonly kind: ScalarKind | 'string' | 'type' | readonly (string | null)[];
  /** Its value is the place of a subgraph. */
  readonly isSubgraph: boolean;
}

const fields = new Map<string, readonly OptionField[]>();
for (const [table, slots] of Object.entries(schema.options)) {
  const read = (slots as readonly (string | null)[]).map((text, slot) =>
    text === null ? null : optionField(text, slot),
  );
  fields.set(
    table,
    read.filter((field) => field !== null),
  );
}

function optionField(text: string, slot: number): OptionField {
  const [head = '', fallback = '0'] = text.split('=');
  const [name = '', type = ''] = head.split(':');
  const isList = type.startsWith('[');
  const bare = isList ? type.slice(1, -1) : type;
  const values: readonly (string | null)[] | undefined = entryOf(schema.enums, bare);
  const kind = bare === 'TensorType' ? 'type' : (values ?? (bare as ScalarKind | 'string'));
  const isSubgraph = name === 'subgraph' || name.endsWith('_subgraph_index');
  return { name, slot, fallback: Number(fallback), isList, kind, isSubgraph };
}

/** The fields of a table of options, by its number in one of the two unions; none for tables newer than the schema. */
export function optionFields(union: 0 | 1, number: number): readonly OptionField[] {
  const name: string | undefined = entryOf<string | undefined>(schema.unions[union], String(number));
  return fields.get(name ?? '') ?? [];
}
