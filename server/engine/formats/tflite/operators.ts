import { tfliteCustomDomain, tfliteDomain } from '../../graph/domains';
import type { Attribute } from '../../graph/model';
import { appendAll } from '../../lists';
import { flexAttributes } from '../flatbuffer/flexMap';
import type { Table } from '../flatbuffer/table';
import { shortestSingle } from '../singles';
import { damaged } from '../unreadable';
import { limits } from './limits';
import { customCode, operatorName, optionFields, typeOfCode, type OptionField } from './schema';
import type { OperatorEntry } from './subgraph';

/** What an operator is called, as the file lists it once for all its uses. */
export interface OperatorCode {
  readonly operator: string;
  readonly domain: string;
  readonly version: number;
}

/** Reads an `OperatorCode`. Codes above 127 stand in a field of their own, which old files have not. */
export function readCode(table: Table): OperatorCode {
  const code = Math.max(table.scalar(0, 'i8', 0), table.scalar(3, 'i32', 0));
  const version = table.scalar(2, 'i32', 1);
  if (code === customCode) {
    const name = table.text(1, limits.text);
    return { operator: name === '' ? 'CUSTOM' : name, domain: tfliteCustomDomain, version };
  }
  return { operator: operatorName(code) ?? `BUILTIN_${code}`, domain: tfliteDomain, version };
}

/** Reads an `Operator`: its options become attributes by the names of the schema. */
export function readOperator(table: Table, codes: readonly (OperatorCode | undefined)[]): OperatorEntry {
  const code = codes[table.scalar(0, 'u32', 0)];
  if (!code) throw damaged('Operator', table.at);
  const attributes: Attribute[] = [];
  const bodies: { name: string; subgraph: number }[] = [];
  for (const [union, type, slot] of [
    [0, 3, 4],
    [1, 11, 12],
  ] as const) {
    const fields = optionFields(union, table.scalar(type, 'u8', 0));
    const options = fields.length === 0 ? null : table.table(slot, 'BuiltinOptions');
    for (const field of options ? fields : []) {
      if (field.isSubgraph) bodies.push({ name: bodyName(field), subgraph: numberOf(options!, field) });
      else appendTo(attributes, attributeOf(options!, field));
    }
  }
  if (code.domain === tfliteCustomDomain) appendAll(attributes, flexAttributes(table.blob(5, limits.text)));
  return {
    operator: code.operator,
    domain: code.domain,
    metadata: code.version === 1 ? [] : [['version', String(code.version)]],
    inputs: table.numbers(1, 'i32', limits.names),
    outputs: table.numbers(2, 'i32', limits.names),
    attributes,
    bodies,
  };
}

/** `then_subgraph_index` holds the branch that the listing writes out as `then_subgraph`. */
function bodyName({ name }: OptionField): string {
  return name.replace(/_index$/, '');
}

function appendTo<T>(list: T[], item: T | null): void {
  if (item !== null) list.push(item);
}

function numberOf(table: Table, { slot, fallback, kind }: OptionField): number {
  return table.scalar(
    slot,
    typeof kind === 'string' && kind !== 'string' && kind !== 'type' ? kind : 'i8',
    fallback,
  );
}

/** A field as attribute; null where the file leaves it at what says nothing: no activation, no flag, no list. */
function attributeOf(table: Table, field: OptionField): Attribute | null {
  const { name, slot, kind, fallback } = field;
  if (field.isList) return listOf(table, field);
  if (kind === 'string') return { name, kind: 'string', value: table.text(slot, limits.text) };
  const number = numberOf(table, field);
  if (typeof kind === 'object') {
    const value = kind[number] ?? String(number);
    return value === 'NONE' ? null : { name, kind: 'string', value };
  }
  const isSilent = kind === 'bool' || kind === 'type';
  if (isSilent && number === fallback && !table.has(slot)) return null;
  if (kind === 'type') return { name, kind: 'string', value: typeOfCode(number) ?? String(number) };
  return kind === 'f32'
    ? { name, kind: 'float', value: shortestSingle(number) }
    : { name, kind: 'int', value: number };
}

function listOf(table: Table, { name, slot, kind }: OptionField): Attribute | null {
  if (typeof kind !== 'string' || kind === 'string' || kind === 'type' || !table.has(slot)) return null;
  const numbers = table.numbers(slot, kind, limits.options);
  return kind === 'f32'
    ? { name, kind: 'floats', value: numbers.map(shortestSingle) }
    : { name, kind: 'ints', value: numbers };
}
