import { entryOf } from '../../../../outside/table';
import type { DataType } from '../../graph/dataTypes';
import type { Attribute } from '../../graph/model';
import { limits } from './limits';
import schema from './schema.json';

/** The element type of a word such as `f32`; undefined for types that nobody knows here. */
export function typeOfWord(word: string): DataType | undefined {
  return entryOf(schema.types as Readonly<Record<string, DataType>>, word);
}

/** The element type of a port's precision, such as `FP32`. */
export function typeOfPrecision(word: string): DataType | undefined {
  return entryOf(schema.precisions as Readonly<Record<string, DataType>>, word);
}

const lists: ReadonlySet<string> = new Set(schema.lists);
const floats: ReadonlySet<string> = new Set(schema.floats);
const texts: ReadonlySet<string> = new Set(schema.texts);

const integer = /^-?\d{1,18}$/;
const number = /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/**
 * An attribute of a layer, which the file has as text. What is a list whatever its length, and what has a fraction though this
 * one has none, stands in schema.json; truths become 0 and 1 as in ONNX.
 */
export function attributeOf(name: string, text: string): Attribute {
  const value = text.trim().slice(0, limits.text);
  if (texts.has(name)) return { name, kind: 'string', value };
  if (value === 'true' || value === 'false') return { name, kind: 'int', value: value === 'true' ? 1 : 0 };
  const parts = value === '' && lists.has(name) ? [] : value.split(',').map((part) => part.trim());
  const isList = parts.length !== 1 || lists.has(name);
  const numbers = parts.map(Number);
  if (parts.every((part) => integer.test(part)) && !floats.has(name))
    return isList ? { name, kind: 'ints', value: numbers } : { name, kind: 'int', value: numbers[0]! };
  if (parts.every((part) => number.test(part)) && numbers.every(Number.isFinite))
    return isList ? { name, kind: 'floats', value: numbers } : { name, kind: 'float', value: numbers[0]! };
  return { name, kind: 'string', value };
}
