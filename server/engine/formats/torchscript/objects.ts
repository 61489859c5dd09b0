import { entryOf } from '../../../../outside/table';
import { dataTypes, elementCount, type DataType } from '../../graph/dataTypes';
import type { Metadata } from '../../graph/model';
import { shortestSingle } from '../singles';
import { limits } from './limits';
import type { CodeClass } from './parse';
import { isKind, itemsOf, untagged, type Pickled } from './pickle';
import table from './shapes.json';
import { listOf, none, unknown, type ObjectValue, type TensorValue, type Value } from './values';

const storages = table.storages as Readonly<Record<string, DataType>>;
const builders = /^torch\._utils\._rebuild_(?:tensor|tensor_v2|qtensor)$/;
const wrappers = /^torch\._utils\._rebuild_parameter/;

/** How torch.onnx and torch.export keep of what kind a tensor is. */
export const kindKey = 'pkg.torch.export.graph_signature.InputSpec.kind';

/** What the names of the code's constants begin with. */
export const constantPrefix = 'CONSTANTS.';

/** A tensor that a file stores. */
export interface StoredTensor {
  readonly value: TensorValue;
  /** The file of the archive that its bytes are in, without its folder. */
  readonly key: string;
  readonly metadata: Metadata;
  /** Of a single number what it is, where it was read. */
  number?: number;
}

/** What a pickle says of a tensor: type, sizes, and the file that holds it; undefined for what is no tensor. */
export function tensorIn(pickled: Pickled | undefined):
  | {
      readonly dtype: DataType | undefined;
      readonly dims: readonly number[];
      readonly key: string;
      readonly place: string;
    }
  | undefined {
  if (!isKind(pickled, 'call')) return undefined;
  if (wrappers.test(pickled.name)) return tensorIn(pickled.args[0]);
  if (!builders.test(pickled.name)) return undefined;
  const [storage, offset, sizes] = pickled.args;
  const [, type, key = ''] = isKind(storage, 'stored') ? itemsOf(storage.id) : [];
  const name = isKind(type, 'global') ? type.name.slice(type.name.lastIndexOf('.') + 1) : '';
  const dims = itemsOf(sizes);
  if (!dims.every(isCount) || dims.length > limits.dimensions || !Number.isSafeInteger(elementCount(dims)))
    return undefined;
  const dtype = entryOf(storages, name);
  return { dtype, dims, key: textOf(key), place: `${textOf(key)}:${textOf(offset)}:${dims.join()}` };
}

const textOf = (value: Pickled | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function isCount(value: Pickled): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Objects of a model: their attributes by name, and the tensors that they hold, each once. */
export class Objects {
  /** By their names in the graph. */
  readonly tensors = new Map<string, StoredTensor>();
  private readonly byPlace = new Map<string, StoredTensor>();
  private readonly attributes = new Map<Pickled, ReadonlyMap<string, Pickled>>();

  constructor(private readonly classes: ReadonlyMap<string, CodeClass>) {}

  /** The value that something pickled stands for, at a place of the model. */
  value(pickled: Pickled | undefined, path: string, metadata: Metadata = [], depth = 0): Value {
    if (pickled === undefined || depth > limits.depth) return unknown;
    if (pickled === null) return none;
    if (typeof pickled === 'boolean') return { kind: 'truth', value: pickled };
    if (typeof pickled === 'number')
      return Number.isInteger(pickled) ? { kind: 'size', dim: pickled } : { kind: 'float', value: pickled };
    if (typeof pickled === 'string') return { kind: 'text', value: pickled };
    if (isKind(pickled, 'list') || isKind(pickled, 'tuple')) {
      const items = pickled.items
        .slice(0, limits.list)
        .map((item, i) => this.value(item, `${path}.${i}`, metadata, depth + 1));
      return listOf(items, pickled.kind === 'tuple');
    }
    if (!isKind(pickled, 'call')) return unknown;
    const stored = tensorIn(pickled);
    if (stored) return this.tensor(stored, path, metadata);
    const plain = untagged(pickled);
    if (plain !== pickled) return this.value(plain, path, metadata, depth + 1);
    return { kind: 'object', className: pickled.name, path, state: pickled.state };
  }

  private tensor(
    stored: NonNullable<ReturnType<typeof tensorIn>>,
    path: string,
    metadata: Metadata,
  ): TensorValue {
    // Constants of the code are stored apart from what modules hold.
    const at = `${path.startsWith(constantPrefix) ? constantPrefix : ''}${stored.place}`;
    const known = this.byPlace.get(at);
    if (known) return known.value;
    let name = path;
    for (let i = 2; this.tensors.has(name); i++) name = `${path}_${i}`;
    const value: TensorValue = { kind: 'tensor', name, dtype: stored.dtype, shape: stored.dims };
    const tensor: StoredTensor = { value, key: stored.key, metadata };
    this.byPlace.set(at, tensor);
    this.tensors.set(name, tensor);
    return value;
  }

  /** An attribute of an object; unknown where it has none of this name. */
  attribute(object: ObjectValue, name: string): Value {
    const found = this.attributesOf(object).get(name);
    if (found === undefined) return unknown;
    const path = object.path === '' ? name : `${object.path}.${name}`;
    const own = this.classes.get(object.className);
    const kind = own?.parameterNames.has(name)
      ? 'PARAMETER'
      : own?.bufferNames.has(name)
        ? 'BUFFER'
        : undefined;
    return this.value(found, path, kind === undefined ? [] : [[kindKey, kind]]);
  }

  private attributesOf({ state }: ObjectValue): ReadonlyMap<string, Pickled> {
    if (!isKind(state, 'dict')) return new Map();
    let known = this.attributes.get(state);
    if (!known) {
      known = new Map(state.entries.map(([key, value]) => [textOf(key), value]));
      this.attributes.set(state, known);
    }
    return known;
  }

  /** Names all tensors of an object and of those in it, used or not. */
  walk(object: Value, depth = 0, seen = new Set<Pickled>()): void {
    if (object.kind === 'list') for (const item of object.items) this.walk(item, depth + 1, seen);
    if (
      object.kind !== 'object' ||
      depth > limits.depth ||
      object.state === undefined ||
      seen.has(object.state)
    )
      return;
    seen.add(object.state);
    for (const name of this.attributesOf(object).keys())
      this.walk(this.attribute(object, name), depth + 1, seen);
  }
}

const readings: Readonly<Partial<Record<DataType, (view: DataView) => number>>> = {
  int64: (view) => Number(view.getBigInt64(0, true)),
  int32: (view) => view.getInt32(0, true),
  uint8: (view) => view.getUint8(0),
  bool: (view) => view.getUint8(0),
  double: (view) => view.getFloat64(0, true),
  float: (view) => shortestSingle(view.getFloat32(0, true)),
};

/** The single number that a tensor holds, from its bytes; undefined for types that are not read. */
export function numberIn(bytes: Uint8Array, dtype: DataType | undefined): number | undefined {
  const read = dtype && readings[dtype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return read && bytes.length >= (dataTypes[dtype].bits ?? 0) / 8 ? read(view) : undefined;
}
