import { dataTypes, elementCount } from '../../graph/dataTypes';
import type { DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import type { Tensor, TensorData, ValueType } from '../../graph/model';
import { DimReader, openDimension } from '../dims';
import { decodeInt32Data } from '../onnx/elements';
import { limits } from '../onnx/limits';
import type { Cursor } from './cursor';
import { isWrittenAsPattern, typeWords } from './words';

/** Reads types and tensors of the textual syntax. */
export class TypeParser {
  private readonly dims = new DimReader();
  /** A negative size leaves a value's dimension open; a tensor keeps it, as damaged files have them. */
  private readonly negatives = new WeakMap<object, number>();

  constructor(private readonly cursor: Cursor) {}

  /** True if the token at hand begins a type. */
  atType(): boolean {
    const { token } = this.cursor;
    return token.kind === 'identifier' && typeWords.has(token.text);
  }

  type(depth = 0): ValueType {
    const { cursor } = this;
    if (depth > limits.depth) throw cursor.failure('format.too-deep', { limit: limits.depth });
    if (!this.atType()) throw cursor.failure('format.text-type', {});
    const word = cursor.token.text;
    cursor.advance();
    if (Object.hasOwn(dataTypes, word))
      return { kind: 'tensor', dtype: word as DataType, shape: this.shape() };
    if (word === 'opaque') return this.opaque();
    cursor.expect('(');
    const type = this.composite(word, depth);
    cursor.expect(')');
    return type;
  }

  private composite(word: string, depth: number): ValueType {
    if (word === 'seq') return { kind: 'sequence', element: this.type(depth + 1) };
    if (word === 'optional') return { kind: 'optional', element: this.type(depth + 1) };
    if (word === 'map') {
      const key = this.dataType();
      this.cursor.expect(',');
      return { kind: 'map', key, value: this.type(depth + 1) };
    }
    return { kind: 'sparse', dtype: this.dataType(), shape: this.shape() };
  }

  private dataType(): DataType {
    const { token } = this.cursor;
    if (token.kind !== 'identifier' || !Object.hasOwn(dataTypes, token.text))
      throw this.cursor.failure('format.text-type', {});
    const type = token.text as DataType;
    this.cursor.advance();
    return type;
  }

  private opaque(): ValueType {
    const { cursor } = this;
    const parts: string[] = [];
    cursor.expect('(');
    while (cursor.token.kind === 'identifier' || cursor.token.kind === 'string') {
      let part = cursor.token.text;
      cursor.advance();
      while (cursor.accept('.')) part += `.${cursor.name()}`;
      parts.push(part);
      if (!cursor.accept(',')) break;
    }
    cursor.expect(')');
    return { kind: 'opaque', domain: parts.length > 1 ? parts[0]! : '', name: parts.at(-1) ?? '' };
  }

  /** No brackets are a scalar, empty ones an unknown rank. */
  private shape(): readonly Dim[] | undefined {
    const { cursor } = this;
    if (!cursor.accept('[')) return [];
    if (cursor.accept(']')) return undefined;
    const dims: Dim[] = [];
    do dims.push(this.dimension());
    while (cursor.accept(','));
    cursor.expect(']');
    return dims;
  }

  private dimension(): Dim {
    const { cursor } = this;
    const { kind, text } = cursor.token;
    if (cursor.accept('?')) return openDimension;
    if (kind === 'number' && /^-?\d+$/.test(text)) {
      cursor.advance();
      return text.startsWith('-') ? this.negative(Number(text)) : Number(text);
    }
    if (kind !== 'identifier' && kind !== 'string') throw cursor.failure('format.text-dimension', {});
    cursor.advance();
    return this.dims.read(text);
  }

  private negative(size: number): Dim {
    const dim = { ...openDimension };
    this.negatives.set(dim, size);
    return dim;
  }

  /** The contents or the place of a tensor whose type has been read. */
  tensor(name: string, type: ValueType): Tensor {
    const { cursor } = this;
    if (type.kind !== 'tensor' || !type.dtype) throw cursor.failure('format.text-tensor-type', {});
    const dims: number[] = [];
    for (const dim of type.shape ?? []) {
      const size = typeof dim === 'number' ? dim : this.negatives.get(dim);
      if (size !== undefined) dims.push(size);
    }
    if (!type.shape || dims.length !== type.shape.length) throw cursor.failure('format.text-tensor-type', {});
    const { dtype } = type;
    if (cursor.is('[')) return { name, dtype, dims, data: this.externalData() };
    const range = cursor.token.range();
    const elements = this.elements(dtype);
    const perElement = dataTypes[dtype].kind === 'complex' ? 2 : 1;
    const expected = perElement * elementCount(dims);
    if (elements.length === expected) return { name, dtype, dims, data: { place: 'none' }, elements };
    const args = { tensor: name, type: dtype, shape: dims.join('×') };
    cursor.report('format.tensor-size', args, range);
    return { name, dtype, dims, data: { place: 'none' } };
  }

  private externalData(): TensorData {
    const { cursor } = this;
    const place: { location: string; offset?: number; length?: number } = { location: '' };
    cursor.expect('[');
    if (!cursor.accept(']')) {
      do {
        const key = this.cursor.string();
        cursor.expect(':');
        const { text } = cursor.token;
        this.cursor.string();
        if (key === 'location') place.location = text;
        else if ((key === 'offset' || key === 'length') && /^\d{1,19}$/.test(text)) place[key] = Number(text);
      } while (cursor.accept(','));
      cursor.expect(']');
    }
    return place.location === '' ? { place: 'none' } : { place: 'external', ...place };
  }

  private elements(dtype: DataType): readonly number[] | readonly string[] {
    const { cursor } = this;
    const isText = dataTypes[dtype].kind === 'string';
    const numbers: number[] = [];
    const strings: string[] = [];
    cursor.expect('{');
    if (!cursor.accept('}')) {
      do {
        if (isText) strings.push(this.cursor.string());
        else numbers.push(this.element(dtype));
      } while (cursor.accept(','));
      cursor.expect('}');
    }
    return isText ? strings : numbers;
  }

  /** Small floats are written as their bits; one with a point is taken as what its author meant. */
  private element(dtype: DataType): number {
    const { text } = this.cursor.token;
    const value = this.number();
    if (!isWrittenAsPattern(dtype) || !/^\d+$/.test(text))
      return dtype === 'float' ? Math.fround(value) : value;
    return decodeInt32Data(dtype, [value], 1)?.[0] ?? value;
  }

  /** A number, `inf` and `nan` included. */
  number(): number {
    const { cursor } = this;
    const negative = cursor.accept('-');
    const { kind, text } = cursor.token;
    const value = kind === 'number' ? Number(text) : kind === 'identifier' ? specialFloat(text) : undefined;
    if (value === undefined || (Number.isNaN(value) && kind === 'number'))
      throw cursor.failure('format.text-number', {});
    cursor.advance();
    return negative ? -value : value;
  }
}

/** The value of `inf`, `infinity` or `nan` in any case. */
export function specialFloat(word: string): number | undefined {
  const lower = word.toLowerCase();
  if (lower === 'nan') return NaN;
  return lower === 'inf' || lower === 'infinity' ? Infinity : undefined;
}
