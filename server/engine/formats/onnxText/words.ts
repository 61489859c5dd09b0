import { dataTypes } from '../../graph/dataTypes';
import type { DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import type { ValueType } from '../../graph/model';
import { isOpen } from '../dims';
import { decodeInt32Data } from '../onnx/elements';
import { shortestSingle } from '../singles';
import { largest } from '../../lists';

/** Words that open a type; a name that is one of them is quoted, or it would be read as a type. */
export const typeWords: ReadonlySet<string> = new Set([
  ...Object.keys(dataTypes),
  'seq',
  'map',
  'optional',
  'sparse_tensor',
  'opaque',
]);

/** One pass over the characters: a listing has hundreds of thousands of names, and regular expressions are slower. */
function classify(text: string): 'identifier' | 'plain' | 'other' {
  let bare = text !== '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
    if (isLetter || (i > 0 && code >= 48 && code <= 57)) continue;
    bare = false;
    if (code < 32 || code > 126 || code === 34 || code === 92) return 'other';
  }
  return bare ? 'identifier' : 'plain';
}

export function isIdentifier(name: string): boolean {
  return classify(name) === 'identifier';
}

const longestTypeWord = largest([...typeWords].map((word) => word.length));

/**
 * Control characters, and those that change the direction or hide: they would make a line read other than it is.
 * (Unicode 16: categories Cc, Cf, Zl, Zp, and lone surrogates.)
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const needsEscape = /["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/**
 * A string literal. ONNX's grammar knows one escape: a backslash before a character means that character. So `"` and `\`
 * are escaped like that, and unsafe characters are written `\u{a}`, which onnx reads as the text `u{a}` and our own
 * parser as the character.
 */
export function quote(text: string): string {
  if (classify(text) !== 'other' || !needsEscape.test(text)) return `"${text}"`;
  const escaped = text.replace(/["\\]/g, '\\$&');
  return `"${escaped.replace(unsafe, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)}"`;
}

/** A name: bare if it is an identifier of the grammar, else quoted, which onnx 1.20 and later accept. */
export function nameText(name: string): string {
  return isIdentifier(name) && !(name.length <= longestTypeWord && typeWords.has(name)) ? name : quote(name);
}

/** Text for a `#` comment: on one line, without characters that would mislead. */
export function commentText(text: string): string {
  return text.replace(unsafe, (character) =>
    character === '\t' ? ' ' : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

function dimText(dim: Dim): string {
  if (typeof dim === 'number') return String(dim);
  return isOpen(dim) ? '?' : nameText(dim.key);
}

/** A type as the grammar writes it; '' where the model does not say, which the grammar allows before a name. */
export function typeText(type: ValueType | undefined): string {
  if (!type) return '';
  switch (type.kind) {
    case 'tensor':
    case 'sparse': {
      if (!type.dtype) return '';
      // A bare type is a scalar, empty brackets are an unknown rank.
      const { shape } = type;
      const dims = !shape ? '[]' : shape.length === 0 ? '' : `[${shape.map(dimText).join(', ')}]`;
      return type.kind === 'tensor' ? `${type.dtype}${dims}` : `sparse_tensor(${type.dtype}${dims})`;
    }
    case 'sequence':
    case 'optional': {
      const element = typeText(type.element);
      return element && `${type.kind === 'sequence' ? 'seq' : 'optional'}(${element})`;
    }
    case 'map': {
      const value = typeText(type.value);
      return type.key && value ? `map(${type.key}, ${value})` : '';
    }
    case 'opaque':
      return `opaque(${[type.domain, type.name].filter(Boolean).map(nameText).join(', ')})`;
  }
}

/** The shortest decimal that reads back as the same float32, always with a point or an exponent. */
export function floatText(value: number, single = true): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  let text = Object.is(value, -0) ? '-0' : String(value);
  if (single && text.length > 8) text = String(shortestSingle(value));
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A 64-bit integer: numbers beyond 2^53 have been rounded, so the ends of the range are held. */
export function integerText(value: number, unsigned = false): string {
  if (Number.isSafeInteger(value)) return String(value + 0);
  if (Number.isNaN(value)) return '0';
  const [low, high] = unsigned ? [0n, 2n ** 64n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n];
  if (!Number.isFinite(value)) return String(value > 0 ? high : low);
  const whole = BigInt(Math.trunc(value));
  return String(whole < low ? low : whole > high ? high : whole);
}

const patternTables = new Map<DataType, Map<number, number>>();

/**
 * The bits of a small float (16 bits or less), which is how the grammar writes them. Found by decoding every pattern
 * once; a value that the type cannot hold gives the nearest below in magnitude that is exact for none: 0.
 */
function patternOf(type: DataType, value: number): number {
  let table = patternTables.get(type);
  if (!table) {
    table = new Map();
    const bits = dataTypes[type].bits ?? 0;
    for (let pattern = 0; pattern < 2 ** bits; pattern++) {
      const decoded = decodeInt32Data(type, [pattern], 1)?.[0] ?? 0;
      if (!Object.is(decoded, -0) && !table.has(decoded)) table.set(decoded, pattern);
    }
    patternTables.set(type, table);
  }
  if (Object.is(value, -0)) return 2 ** ((dataTypes[type].bits ?? 1) - 1);
  return table.get(value) ?? 0;
}

/** One element of a tensor as the grammar writes it. */
export function elementText(type: DataType, value: number | string): string {
  if (typeof value === 'string') return quote(value);
  switch (dataTypes[type].kind) {
    case 'float':
      if ((dataTypes[type].bits ?? 0) < 32) return String(patternOf(type, value));
      return floatText(value, type === 'float');
    case 'complex':
      return floatText(value, type === 'complex64');
    case 'unsigned':
      return integerText(value, true);
    case 'signed':
    case 'bool':
    case 'string':
    case 'block':
      return integerText(value);
  }
}

/** True if the listing writes this type's values as bit patterns, which say nothing to a reader. */
export function isWrittenAsPattern(type: DataType): boolean {
  return dataTypes[type].kind === 'float' && (dataTypes[type].bits ?? 0) < 32;
}

/** 1234567 as 1,234,567: comments of the listing are in ONNX's words and digits, whatever the language. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
