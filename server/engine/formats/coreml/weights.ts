import { entryOf } from '../../../../outside/table';
import { dataTypes, elementCount, type DataType } from '../../graph/dataTypes';
import type { Tensor } from '../../graph/model';
import type { Message } from '../protobuf/message';
import table from './network.json';
import words from './types.json';

const shapes: Readonly<Record<string, string>> = table.shapes;

/** Weights of a layer as a tensor, whose shape follows from the layer's sizes; undefined where there are none. */
export function weightsOf(name: string, weights: Message, layer: Message, key: string): Tensor | undefined {
  const stored = storedOf(weights);
  if (!stored) return undefined;
  const { dtype, at, length } = stored;
  const { bits, block } = dataTypes[dtype];
  const width = block ? (8 * block.bytes) / block.elements : bits!;
  const shape = sizesOf(layer, shapeText(key));
  const count = shape ? elementCount(shape) : 0;
  // Numbers of less than a byte are filled up to one.
  const isWhole = shape && Math.ceil((count * width) / 8) === length;
  const dims = isWhole ? shape : [Math.floor((8 * length) / width)];
  return { name, dtype, dims, data: { place: 'embedded', offset: at, length } };
}

function storedOf(
  weights: Message,
): { readonly dtype: DataType; readonly at: number; readonly length: number } | undefined {
  const float = weights.place('floatValue');
  if (float) return { dtype: 'float', ...placed(float) };
  const half = weights.place('float16Value');
  if (half && half.length > 0) return { dtype: 'float16', ...placed(half) };
  const byte = weights.place('int8RawValue');
  if (byte && byte.length > 0) return { dtype: 'int8', ...placed(byte) };
  const raw = weights.place('rawValue');
  const bits = weights.message('quantization')?.count('numberOfBits') ?? 0;
  const dtype = entryOf(words.unsigned as Readonly<Record<string, DataType>>, String(bits));
  return raw && dtype && raw.length > 0 ? { dtype, ...placed(raw) } : undefined;
}

const placed = ({ at, length }: { readonly at: number; readonly length: number }) => ({ at, length });

function shapeText(key: string): string {
  const own = entryOf(shapes, key);
  if (own !== undefined) return own;
  const ending = Object.keys(table.matrices).find((one) => key.endsWith(one));
  return ending === undefined
    ? ''
    : (entryOf(table.matrices as Readonly<Record<string, string>>, ending) ?? '');
}

/** Sizes by the names of a layer's fields: `*` stands before a list, `/` before what divides. */
function sizesOf(layer: Message, text: string): readonly number[] | undefined {
  if (text === '') return undefined;
  const sizes = text.split(' ').flatMap((word) => {
    if (word.startsWith('*')) return layer.numbers(word.slice(1));
    const [name = '', by] = word.split('/');
    const divisor = by === undefined ? 1 : layer.count(by) || 1;
    return [layer.count(name) / divisor];
  });
  return sizes.length > 0 && sizes.every((size) => Number.isSafeInteger(size) && size > 0)
    ? sizes
    : undefined;
}
