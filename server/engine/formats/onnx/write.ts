import { dataTypes, type DataType, elementCount } from '../../graph/dataTypes';
import { printDim } from '../../graph/dim';
import type { Attribute, Graph, Model, Node, Tensor, ValueInfo, ValueType } from '../../graph/model';
import { onnxFacts } from '../../graph/origin';
import { ByteWriter } from './writer';

/** A part that cannot be written: what it is. Weights are never read, so tensors without known elements are such a part. */
class UnwritableError extends Error {
  constructor(readonly part: string) {
    super(part);
  }
}

/**
 * The bytes of a small model (onnx.proto, ONNX 1.23), or the name of the part that kept it from being written: a tensor
 * whose elements are not known, an attribute of an unknown kind.
 */
export function writeOnnx(model: Model): { readonly bytes: Uint8Array } | { readonly unwritable: string } {
  const out = new Writer();
  const facts = onnxFacts(model);
  try {
    out.number(1, facts.irVersion ?? 10);
    out.text(2, facts.producerName);
    out.text(3, facts.producerVersion);
    out.message(7, () => writeGraph(out, model.graph));
    for (const { domain, version } of model.operatorSets) {
      out.message(8, () => {
        out.text(1, domain);
        out.number(2, version);
      });
    }
    return { bytes: out.bytes() };
  } catch (error) {
    if (error instanceof UnwritableError) return { unwritable: error.part };
    throw error;
  }
}

/** Fields of protobuf by their numbers. */
class Writer {
  private readonly to = new ByteWriter();
  private readonly encoder = new TextEncoder();

  bytes(): Uint8Array {
    return this.to.view().slice();
  }

  message(field: number, write: () => void): void {
    const at = this.to.open(field);
    write();
    this.to.close(at);
  }

  raw(field: number, bytes: Uint8Array): void {
    this.message(field, () => this.to.copy(bytes, 0, bytes.length));
  }

  /** Empty texts are left out, as the default. */
  text(field: number, text: string, evenEmpty = false): void {
    if (text !== '' || evenEmpty) this.raw(field, this.encoder.encode(text));
  }

  /** Whole numbers, negative ones in ten bytes as protobuf has them. */
  number(field: number, value: number): void {
    this.to.varint(field * 8);
    this.varint(value);
  }

  private varint(value: number): void {
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
      this.to.varint(value);
      return;
    }
    let rest = BigInt.asUintN(64, integerOf(value));
    const bytes: number[] = [];
    while (rest >= 0x80n) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.to.copy(Uint8Array.from(bytes), 0, bytes.length);
  }

  float(field: number, value: number): void {
    this.to.varint(field * 8 + 5);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.to.copy(bytes, 0, 4);
  }
}

const largest = 2n ** 63n - 1n;
/** Numbers beyond 2^53 were rounded when read: INT64_MAX must stay in its range. */
function integerOf(value: number): bigint {
  const whole = BigInt(Math.trunc(value));
  return whole > largest ? largest : whole;
}

function writeGraph(out: Writer, graph: Graph): void {
  for (const node of graph.nodes) out.message(1, () => writeNode(out, node));
  out.text(2, graph.name, true);
  for (const tensor of graph.initializers) out.message(5, () => writeTensor(out, tensor));
  for (const value of graph.inputs) out.message(11, () => writeValue(out, value));
  for (const value of graph.outputs) out.message(12, () => writeValue(out, value));
  for (const value of graph.valueInfo) out.message(13, () => writeValue(out, value));
}

function writeNode(out: Writer, node: Node): void {
  for (const input of node.inputs) out.text(1, input, true);
  for (const output of node.outputs) out.text(2, output, true);
  out.text(3, node.name);
  out.text(4, node.operator);
  for (const attribute of node.attributes) out.message(5, () => writeAttribute(out, attribute));
  out.text(7, node.domain);
  out.text(8, node.overload);
}

/** `AttributeProto.AttributeType`. */
const attributeTypes = {
  ...{ float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 },
  ...{ tensors: 9, graphs: 10, type: 13 },
} as const;

function writeAttribute(out: Writer, attribute: Attribute): void {
  const { name, kind } = attribute;
  if (kind === 'sparse' || kind === 'reference' || kind === 'unknown') throw new UnwritableError(name);
  out.text(1, name);
  out.number(20, attributeTypes[kind]);
  switch (kind) {
    case 'float':
      return out.float(2, attribute.value);
    case 'int':
      return out.number(3, attribute.value);
    case 'string':
      return out.text(4, attribute.value, true);
    case 'tensor':
      return out.message(5, () => writeTensor(out, attribute.value));
    case 'graph':
      return out.message(6, () => writeGraph(out, attribute.value));
    case 'floats':
      return attribute.value.forEach((value) => out.float(7, value));
    case 'ints':
      return attribute.value.forEach((value) => out.number(8, value));
    case 'strings':
      return attribute.value.forEach((value) => out.text(9, value, true));
    case 'tensors':
      return attribute.value.forEach((value) => out.message(10, () => writeTensor(out, value)));
    case 'graphs':
      return attribute.value.forEach((value) => out.message(11, () => writeGraph(out, value)));
    case 'type':
      return out.message(14, () => writeType(out, attribute.value));
  }
}

function writeValue(out: Writer, { name, type }: ValueInfo): void {
  out.text(1, name, true);
  if (type) out.message(2, () => writeType(out, type));
}

function writeType(out: Writer, type: ValueType): void {
  if (type.kind === 'tensor' || type.kind === 'sparse') {
    const { dtype, shape } = type;
    out.message(type.kind === 'tensor' ? 1 : 8, () => {
      if (dtype) out.number(1, codeOf(dtype));
      if (shape) {
        out.message(2, () => {
          for (const dim of shape) {
            out.message(1, () => (typeof dim === 'number' ? out.number(1, dim) : out.text(2, printDim(dim))));
          }
        });
      }
    });
  } else if (type.kind === 'sequence' || type.kind === 'optional') {
    const { element } = type;
    out.message(type.kind === 'sequence' ? 4 : 9, () => {
      if (element) out.message(1, () => writeType(out, element));
    });
  } else throw new UnwritableError(type.kind);
}

function writeTensor(out: Writer, tensor: Tensor): void {
  const { dims, dtype, elements, name } = tensor;
  const count = elementCount(dims);
  if (!dtype || (count > 0 && elements?.length !== count)) throw new UnwritableError(name);
  for (const dim of dims) out.number(1, dim);
  out.number(2, codeOf(dtype));
  out.text(8, name);
  const list: readonly (number | string)[] = elements ?? [];
  if (dtype === 'string') for (const text of list) out.text(6, String(text), true);
  else out.raw(9, elementBytes(dtype, list.map(Number), name));
}

function codeOf(dtype: DataType): number {
  const { code } = dataTypes[dtype];
  if (code === null) throw new UnwritableError(dtype);
  return code;
}

type Setter = (view: DataView, at: number, value: number) => void;
/** How an element is stored in `raw_data`, little-endian. */
const setters: Readonly<Partial<Record<DataType, Setter>>> = {
  float: (view, at, value) => view.setFloat32(at, value, true),
  double: (view, at, value) => view.setFloat64(at, value, true),
  int8: (view, at, value) => view.setInt8(at, value),
  uint8: (view, at, value) => view.setUint8(at, value),
  bool: (view, at, value) => view.setUint8(at, value),
  int16: (view, at, value) => view.setInt16(at, value, true),
  uint16: (view, at, value) => view.setUint16(at, value, true),
  int32: (view, at, value) => view.setInt32(at, value, true),
  uint32: (view, at, value) => view.setUint32(at, value, true),
  int64: (view, at, value) => view.setBigInt64(at, integerOf(value), true),
  uint64: (view, at, value) => view.setBigUint64(at, BigInt.asUintN(64, integerOf(value)), true),
  float16: (view, at, value) => view.setUint16(at, halfBits(value), true),
  bfloat16: (view, at, value) => view.setUint16(at, bfloatBits(value), true),
};

function elementBytes(dtype: DataType, values: readonly number[], name: string): Uint8Array {
  const set = setters[dtype];
  const size = (dataTypes[dtype].bits ?? 0) / 8;
  if (!set) throw new UnwritableError(name);
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => set(view, i * size, value));
  return bytes;
}

const scratch = new DataView(new ArrayBuffer(4));

/** Upper half of the 32-bit pattern: what is cut off is less than the format can tell. */
function bfloatBits(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint16(0);
}

/** IEEE 754 half precision, rounded towards zero; small numbers become 0. */
function halfBits(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const fraction = (bits >>> 13) & 0x3ff;
  if (exponent <= 0) return sign;
  if (exponent >= 31) return sign | 0x7c00 | (Number.isNaN(value) ? 1 : 0);
  return sign | (exponent << 10) | fraction;
}
