import { entryOf } from '../../../../outside/table';
import { byteLength, dataTypes, elementCount, type DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import type { Attribute, Tensor, TensorData, ValueType } from '../../graph/model';
import { openDimension } from '../dims';
import { decodeRaw } from '../onnx/elements';
import type { Message } from '../protobuf/message';
import { shortestSingle } from '../singles';
import { limits } from './limits';
import table from './types.json';

/** The element type of a word of the file, such as `FLOAT16`; undefined for those that nobody knows here. */
export function typeOfWord(word: string): DataType | undefined {
  return entryOf(table.types as Readonly<Record<string, DataType>>, word);
}

/** A size as the file may state it. */
export function sizeOf(size: number): Dim {
  return Number.isSafeInteger(size) && size >= 0 ? size : openDimension;
}

/** The type of a value of MIL; of a state that of what it holds. */
export function typeOf(type: Message | undefined): ValueType | undefined {
  const tensor =
    type?.message('tensorType') ?? type?.message('stateType')?.message('wrappedType')?.message('tensorType');
  if (!tensor) return type?.message('listType') ? { kind: 'sequence' } : undefined;
  const dtype = typeOfWord(tensor.text('dataType'));
  const dims = tensor.messages('dimensions');
  const isVariadic = dims.some((dim) => dim.message('unknown')?.number('variadic') === 1);
  if (isVariadic || dims.length > limits.dimensions) return { kind: 'tensor', ...(dtype && { dtype }) };
  const shape = dims.map((dim) => {
    const constant = dim.message('constant');
    return constant ? sizeOf(constant.count('size')) : openDimension;
  });
  return { kind: 'tensor', ...(dtype && { dtype }), shape };
}

/** What an immediate value, or a list or tuple of such, holds. */
interface Content {
  readonly dtype?: DataType;
  readonly elements?: readonly number[] | readonly string[];
  readonly isScalar: boolean;
}

/** The content of a value that stands in the file itself; undefined for one in a file of weights. */
function contentOf(value: Message | undefined): Content | undefined {
  const immediate = value?.message('immediateValue');
  if (!value || !immediate) return undefined;
  const several = immediate.message('tuple') ?? immediate.message('list');
  if (several) return joined(several.messages('values').slice(0, limits.list));
  const tensor = immediate.message('tensor');
  const type = typeOf(value.message('type'));
  if (!tensor || type?.kind !== 'tensor') return undefined;
  const { dtype, shape } = type;
  const elements = elementsOf(
    tensor,
    dtype,
    shape?.every((dim) => typeof dim === 'number') ? elementCount(shape) : 0,
  );
  return { ...(dtype && { dtype }), ...(elements && { elements }), isScalar: shape?.length === 0 };
}

/** A list of single values. */
function joined(values: readonly Message[]): Content | undefined {
  const parts = values.map(contentOf);
  if (!parts.every((part) => part?.elements !== undefined)) return undefined;
  const all: readonly (number | string)[] = parts.flatMap(
    (part) => part!.elements as readonly (number | string)[],
  );
  const [first] = parts;
  const elements = all.every((one) => typeof one === 'number') ? all : all.map(String);
  return { ...(first?.dtype && { dtype: first.dtype }), elements, isScalar: false };
}

const lists = ['floats', 'ints', 'bools', 'longInts', 'doubles'];

function elementsOf(tensor: Message, dtype: DataType | undefined, count: number): Content['elements'] {
  const texts = tensor.message('strings')?.texts('values');
  if (texts) return texts.map((text) => text.slice(0, limits.text));
  const bytes = tensor.message('bytes')?.place('values')?.bytes;
  if (bytes) return (dtype && decodeRaw(dtype, bytes, count)) ?? undefined;
  for (const name of lists) {
    const list = tensor.message(name);
    if (list && !list.place('values')) return list.numbers('values').slice(0, limits.list);
  }
  return undefined;
}

/** A value as an attribute; undefined for one that is a tensor of more axes, or lies elsewhere. */
export function attributeOf(name: string, value: Message | undefined): Attribute | undefined {
  const content = contentOf(value);
  const type = typeOf(value?.message('type'));
  const rank = type?.kind === 'tensor' ? (type.shape?.length ?? 0) : 0;
  if (!content?.elements || rank > 1) return undefined;
  const { dtype, elements, isScalar } = content;
  if (elements.some((one) => typeof one === 'string')) {
    const texts = elements.map(String);
    return isScalar
      ? { name, kind: 'string', value: texts[0] ?? '' }
      : { name, kind: 'strings', value: texts };
  }
  const isFloat = dtype !== undefined && dataTypes[dtype].kind === 'float';
  const numbers = (elements as readonly number[]).map((one) => (isFloat ? shortestSingle(one) : one));
  if (!isScalar) return { name, kind: isFloat ? 'floats' : 'ints', value: numbers };
  return numbers[0] === undefined ? undefined : { name, kind: isFloat ? 'float' : 'int', value: numbers[0] };
}

/** Bytes between the place that is named of a weight and the weight: the head that says how long it is. */
const weightHead = 64;
const modelPath = /^@model_path\//;

/**
 * A constant as a tensor: small ones keep their elements, of weights only the place is noted.
 * @param folder of the model, from the file that was opened on: '' or with a slash at its end
 */
export function tensorOf(
  name: string,
  value: Message,
  type: ValueType | undefined,
  folder: string,
): Tensor | undefined {
  if (type?.kind !== 'tensor' || !type.shape?.every((dim) => typeof dim === 'number')) return undefined;
  const { dtype, shape: dims } = type;
  const stored = { name, ...(dtype && { dtype }), dims };
  const blob = value.message('blobFileValue');
  if (blob) return { ...stored, data: placeOf(blob, stored, folder) };
  const elements = contentOf(value)?.elements;
  const isKept =
    elements !== undefined && elements.length === elementCount(dims) && elements.length <= limits.elements;
  return { ...stored, data: { place: 'none' }, ...(isKept && { elements }) };
}

/** Source: mlmodel/src/MILBlob/Blob/StorageFormat.hpp of coremltools: 64 bytes of metadata stand before each blob. */
function placeOf(blob: Message, { dtype, dims }: Pick<Tensor, 'dtype' | 'dims'>, folder: string): TensorData {
  const location = blob.text('fileName').replace(modelPath, folder).slice(0, limits.text);
  const length = dtype && byteLength(dtype, elementCount(dims));
  const offset = blob.count('offset') + weightHead;
  return { place: 'external', location, offset, ...(typeof length === 'number' && { length }) };
}
