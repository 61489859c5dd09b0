import { entryOf } from '../../../../outside/table';
import type { DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import type { ValueType } from '../../graph/model';
import { openDimension } from '../dims';
import { limits } from './limits';
import schema from './schema.json';

const known = schema.types as Readonly<Record<string, DataType>>;

/** The element type of a word such as `bf16`, `complex<f32>` or `!quant.uniform<i8:f32, 0.5>`; undefined for others. */
export function elementTypeOf(text: string): DataType | undefined {
  const word = text.trim();
  const direct = entryOf(known, word);
  if (direct || !word.startsWith('!quant.')) return direct;
  const from = word.indexOf('<') + 1;
  const end = word.indexOf(':', from);
  return from > 0 && end > 0 ? entryOf(known, word.slice(from, end)) : undefined;
}

/** The type between the angles of `tensor<2x?x4xf32, #encoding>`: sizes, `?` for open ones, and the type of elements. */
export function tensorTypeOf(text: string): ValueType {
  let rest = text;
  const shape: Dim[] = [];
  if (rest.startsWith('*x')) return { kind: 'tensor', ...typed(rest.slice(2)) };
  for (;;) {
    const end = rest.indexOf('x');
    const word = end < 0 ? '' : rest.slice(0, end);
    const isOpen = word === '?';
    if (!isOpen && !/^\d{1,15}$/.test(word)) break;
    if (shape.length >= limits.dimensions) return { kind: 'tensor' };
    shape.push(isOpen ? openDimension : Number(word));
    rest = rest.slice(end + 1);
  }
  return { kind: 'tensor', ...typed(rest), shape };
}

function typed(text: string): { readonly dtype?: DataType } {
  const dtype = elementTypeOf(text) ?? elementTypeOf(text.slice(0, endOfElement(text)));
  return dtype ? { dtype } : {};
}

/** Where the type of elements ends: before a comma that stands in no angles. */
function endOfElement(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '<') depth++;
    else if (letter === '>') depth--;
    else if (letter === ',' && depth === 0) return at;
  }
  return text.length;
}
