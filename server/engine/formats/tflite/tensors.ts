import { openDimension } from '../dims';
import { decodeRaw } from '../onnx/elements';
import { byteLength, elementCount, type DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import type { Tensor, TensorData, ValueType } from '../../graph/model';
import type { Pages } from '../flatbuffer/pages';
import type { Table, Vector } from '../flatbuffer/table';
import type { ProblemList } from '../problems';
import { shortestSingle } from '../singles';
import { damaged, truncated } from '../unreadable';
import { limits } from './limits';
import { handles, typeOfCode } from './schema';
import type { TensorEntry } from './subgraph';

/** Where the bytes of buffers lie, those beside the tables of a file of more than 2 GB included. */
export interface Buffers {
  readonly model: Table;
  readonly list: Vector;
}

const formats: readonly string[] = ['DENSE', 'SPARSE_CSR'];

/** Reads the tensors of subgraphs: types, shapes, quantisation and places, and the content of small ones. */
export class TensorReader {
  private readonly names = new Set<string>();

  constructor(
    private readonly pages: Pages,
    /** Null where the list of them cannot be read, which was said. */
    private readonly buffers: Buffers | null,
    private readonly problems: ProblemList,
  ) {}

  /** A tensor without its name: {@link named} gives it one that no other has. */
  read(table: Table): TensorEntry {
    const name = table.text(3, limits.text);
    const code = table.scalar(1, 'i8', 0);
    const dtype = typeOfCode(code);
    const shape = table.numbers(0, 'i32', limits.dimensions);
    const signature = table.numbers(7, 'i32', limits.dimensions);
    const data = this.dataOf(table);
    const isVariable = table.scalar(5, 'bool', 0) === 1;
    const isStored = data.place !== 'none' || isVariable;
    const hasShape = shape.length > 0 || isStored || table.scalar(8, 'bool', 0) === 1;
    const dims = hasShape ? dimsOf(shape, signature) : undefined;
    const metadata = [...quantisation(table), ...sparsity(table)];
    if (isStored && shape.some((dim) => dim < 0)) throw damaged('Tensor', table.at);
    if (!Number.isSafeInteger(elementCount(shape))) throw damaged('Tensor', table.at);
    const stored = isStored ? this.stored({ name, dtype, dims: shape, data, metadata }, table) : undefined;
    return { name, dtype, type: valueType(code, dtype, dims), shape: dims, metadata, stored };
  }

  /** The tensor with a name of its own: the file may leave it out or give several the same. */
  named(entry: TensorEntry, index: number, subgraph: number): TensorEntry {
    const place = subgraph === 0 ? `t${index}` : `t${subgraph}_${index}`;
    let name = entry.name === '' ? place : entry.name;
    if (this.names.has(name)) name = `${name}_${place}`;
    while (this.names.has(name)) name += '_';
    this.names.add(name);
    return { ...entry, name, ...(entry.stored && { stored: { ...entry.stored, name } }) };
  }

  /** Says of types that nobody knows here what tensor has them; apart from reading, which may be repeated. */
  check(table: Table, name: string): void {
    const code = table.scalar(1, 'i8', 0);
    if (typeOfCode(code) === undefined && handles[code] === undefined)
      this.problems.add('warning', 'format.unknown-type', { tensor: name, type: code }, table.at);
  }

  private dataOf(table: Table): TensorData {
    const external = table.scalar(10, 'u32', 0);
    const index = table.scalar(2, 'u32', 0);
    // The first buffer is empty: it stands for none.
    if (!this.buffers || (index === 0 && external === 0)) return { place: 'none' };
    const { model, list } = this.buffers;
    if (external !== 0) return this.externalData(model, external);
    if (index >= list.count) throw damaged('Tensor', table.at);
    const buffer = model.item(list, index, 'Buffer');
    const offset = buffer.scalar(1, 'u64', 0);
    const length = buffer.scalar(2, 'u64', 0);
    // 0 and 1 stand for data within the FlatBuffer.
    if (offset > 1 && length > 0) return this.within(offset, length);
    const { at, count } = buffer.vector(0, 1);
    return count === 0 ? { place: 'none' } : { place: 'embedded', offset: at, length: count };
  }

  private within(offset: number, length: number): TensorData {
    const { size } = this.pages;
    if (!Number.isSafeInteger(offset + length)) throw damaged('Buffer', size);
    if (offset + length > size) throw truncated(size, offset + length);
    return { place: 'embedded', offset, length };
  }

  /** Data in another file: `ExternalBuffer` names its group, `ExternalBufferGroup` the file. */
  private externalData(model: Table, id: number): TensorData {
    const list = model.tables(9);
    for (let i = 0; i < Math.min(list.count, limits.tensors); i++) {
      const buffer = model.item(list, i, 'ExternalBuffer');
      if (buffer.scalar(0, 'u32', 0) !== id) continue;
      const groups = model.tables(8);
      const group = buffer.scalar(1, 'u32', 0);
      if (group >= groups.count) break;
      const location = model.item(groups, group, 'ExternalBufferGroup').text(0, limits.text);
      return {
        place: 'external',
        location,
        offset: buffer.scalar(2, 'u64', 0),
        length: buffer.scalar(3, 'u64', 0),
      };
    }
    throw damaged('ExternalBuffer', model.at);
  }

  private stored(tensor: Omit<Tensor, 'elements'>, table: Table): Tensor {
    const { dtype, dims, data } = tensor;
    const count = elementCount(dims);
    const bytes = dtype === undefined ? null : byteLength(dtype, count);
    // Sparse tensors store fewer elements than they have; texts have a length of their own.
    const isDense = !table.has(6) && bytes !== null && data.place === 'embedded';
    if (!isDense || dtype === undefined || count > limits.elements || data.length !== bytes) return tensor;
    const elements = decodeRaw(dtype, this.pages.bytes(data.offset, data.length, 'Buffer'), count);
    return elements ? { ...tensor, elements } : tensor;
  }
}

function valueType(
  code: number,
  dtype: DataType | undefined,
  shape: readonly Dim[] | undefined,
): ValueType | undefined {
  const handle = handles[code];
  if (handle !== undefined) return { kind: 'opaque', domain: 'tflite', name: handle };
  return { kind: 'tensor', ...(dtype && { dtype }), ...(shape && { shape }) };
}

/** Sizes that the signature leaves open (-1) are open; without a signature those of the shape hold. */
function dimsOf(shape: readonly number[], signature: readonly number[]): readonly Dim[] {
  const hasSignature = signature.length === shape.length;
  return shape.map((dim, axis) => (dim < 0 || (hasSignature && signature[axis]! < 0) ? openDimension : dim));
}

/** Scales and zero points as pairs: of one for each channel the first, and along which axis. */
function quantisation(tensor: Table): [string, string][] {
  const table = tensor.table(4, 'QuantizationParameters');
  if (!table) return [];
  const scales = table.firstNumbers(2, 'f32', limits.scales);
  const points = table.firstNumbers(3, 'i64', limits.scales);
  const pairs: [string, string][] = [];
  if (scales.count > 0) pairs.push(['scale', listText(scales.first.map(shortestSingle), scales.count)]);
  if (points.count > 0) pairs.push(['zero_point', listText(points.first, points.count)]);
  if (scales.count > 1) pairs.push(['quantized_dimension', String(table.scalar(6, 'i32', 0))]);
  const blocks = table.scalar(4, 'u8', 0) === blockwise ? table.table(5, 'BlockwiseQuantization') : null;
  if (blocks) pairs.push(['block_size', String(blocks.scalar(2, 'i32', 0))]);
  return pairs;
}
const blockwise = 2;

/** The same number for all channels is said once. */
function listText(first: readonly number[], count: number): string {
  if (count === 1) return String(first[0]);
  const isSame = first.length === count && first.every((value) => value === first[0]);
  if (isSame) return `${first[0]} (${count})`;
  return `[${first.join(', ')}${count > first.length ? ', …' : ''}] (${count})`;
}

/** How each axis of a sparse tensor is stored. */
function sparsity(tensor: Table): [string, string][] {
  const table = tensor.table(6, 'SparsityParameters');
  if (!table) return [];
  const list = table.tables(2);
  const axes: string[] = [];
  for (let i = 0; i < Math.min(list.count, limits.dimensions); i++) {
    const axis = table.item(list, i, 'DimensionMetadata');
    axes.push(formats[axis.scalar(0, 'i8', 0)] ?? '?');
  }
  return [['sparsity', axes.join(', ')]];
}
