import { onnx } from 'onnx-proto';
import type { Dim } from '../../graph/dim';
import { dataTypeOfCode, elementCount } from '../../graph/dataTypes';
import type { DataType } from '../../graph/dataTypes';
import type {
  Attribute,
  Graph,
  Metadata,
  ModelFunction,
  Node,
  OperatorSet,
  Shape,
  SparseTensor,
  Tensor,
  TensorData,
  ValueInfo,
  ValueType,
} from '../../graph/model';
import { DimReader, openDimension } from '../dims';
import type { ProblemList } from '../problems';
import { nodeDevicesOf, quantizationAnnotationsOf } from './devices';
import { decodeInt32Data, decodeRaw } from './elements';
import { limits } from './limits';
import { decodeText, functionExtras, metadataOf, nodeExtras, opaqueOf, Span } from './newer';

/**
 * A 64-bit integer as a number: the decoder gives an object where it finds a library for them. Its types name that
 * library's class without importing it, so the parameter's type is said here.
 */
export function toNumber(value: unknown): number {
  return typeof value === 'number' ? value : (value as { toNumber(): number }).toNumber();
}

const none: readonly never[] = [];
const types = onnx.AttributeProto.AttributeType;
type AttributeType = onnx.AttributeProto.AttributeType;

/** An attribute without its name. */
type Content<Of = Attribute> = Of extends Attribute ? Pick<Of, 'kind' | 'value'> : never;
type ReadContent = (proto: onnx.IAttributeProto, spanOf: () => Span) => Content | null | undefined;

/**
 * Turns decoded messages into the model in memory. Each method takes the message and the bytes it was decoded from, for
 * what the decoder does not know.
 */
export class Converter {
  private readonly strings = new Map<string, string>();
  /** Operators, domains and attributes: a small map answers faster than one with every value's name. */
  private readonly words = new Map<string, string>();
  private readonly dims = new DimReader();
  /** File offset of the message being converted, for problems. */
  offset = 0;

  constructor(private readonly problems: ProblemList) {}

  /** One string for equal strings: names repeat at every use, and stack traces in metadata at every node. */
  readonly intern = (text: string): string => {
    const known = this.strings.get(text);
    if (known !== undefined) return known;
    this.strings.set(text, text);
    return text;
  };

  private word(text: string | null | undefined): string {
    if (!text) return '';
    const known = this.words.get(text);
    if (known !== undefined) return known;
    this.words.set(text, text);
    return text;
  }

  private names(list: readonly string[] | null | undefined): readonly string[] {
    return list && list.length > 0 ? list.map(this.intern) : none;
  }

  node(proto: onnx.INodeProto, span: Span): Node {
    const { overload, metadata, hasDevices } = nodeExtras(span, this.intern);
    return {
      name: proto.name ?? '',
      operator: this.word(proto.opType),
      domain: this.domain(proto.domain),
      overload: this.word(overload),
      inputs: this.names(proto.input),
      outputs: this.names(proto.output),
      attributes: this.attributes(proto.attribute, span),
      docString: proto.docString ? this.intern(proto.docString) : undefined,
      metadata,
      ...(hasDevices && { devices: nodeDevicesOf(span, this.intern) }),
    };
  }

  /** `ai.onnx` is another way of writing the empty domain. */
  private domain(domain: string | null | undefined): string {
    return !domain || domain === 'ai.onnx' ? '' : this.word(domain);
  }

  private attributes(protos: onnx.IAttributeProto[] | null | undefined, span: Span): readonly Attribute[] {
    if (!protos || protos.length === 0) return none;
    // Only attributes with messages inside need their bytes.
    let spans: readonly Span[] | undefined;
    return protos.map((proto, i) =>
      this.attribute(proto, () => (spans ??= span.children(5))[i] ?? Span.none),
    );
  }

  attribute(proto: onnx.IAttributeProto, spanOf: () => Span): Attribute {
    const name = this.word(proto.name);
    const head = proto.docString ? { name, docString: proto.docString } : { name };
    if (proto.refAttrName) return { ...head, kind: 'reference', value: this.intern(proto.refAttrName) };
    const content = this.contents.get(proto.type || typeFromContent(proto))?.(proto, spanOf);
    return { ...head, ...(content ?? { kind: 'unknown', value: null }) };
  }

  /** The types that models use; the content is undefined where a file says the type alone. */
  private readonly contents = new Map<AttributeType, ReadContent>([
    [types.FLOAT, ({ f }) => ({ kind: 'float', value: f ?? 0 })],
    [types.INT, ({ i }) => ({ kind: 'int', value: toNumber(i ?? 0) })],
    [types.STRING, ({ s }) => ({ kind: 'string', value: this.text(s) })],
    [types.FLOATS, ({ floats }) => ({ kind: 'floats', value: floats ?? none })],
    [types.INTS, ({ ints }) => ({ kind: 'ints', value: (ints ?? none).map(toNumber) })],
    [
      types.STRINGS,
      ({ strings }) => ({ kind: 'strings', value: (strings ?? none).map((one) => this.text(one)) }),
    ],
    [types.TENSOR, ({ t }, spanOf) => t && { kind: 'tensor', value: this.tensor(t, spanOf().child(5)) }],
    [types.GRAPH, ({ g }, spanOf) => g && { kind: 'graph', value: this.graph(g, spanOf().child(6)) }],
    [
      types.TENSORS,
      ({ tensors }, spanOf) => {
        const spans = spanOf().children(10);
        const value = (tensors ?? none).map((one, i) => this.tensor(one, spans[i] ?? Span.none));
        return { kind: 'tensors', value };
      },
    ],
    [
      types.GRAPHS,
      ({ graphs }, spanOf) => {
        const spans = spanOf().children(11);
        const value = (graphs ?? none).map((one, i) => this.graph(one, spans[i] ?? Span.none));
        return { kind: 'graphs', value };
      },
    ],
    [
      types.SPARSE_TENSOR,
      ({ sparseTensor }, spanOf) =>
        sparseTensor && { kind: 'sparse', value: this.sparse(sparseTensor, spanOf().child(22)) },
    ],
    [
      types.TYPE_PROTO,
      ({ tp }, spanOf) => {
        const value = tp && this.type(tp, () => spanOf().child(14));
        return value && { kind: 'type', value };
      },
    ],
  ]);

  private text(bytes: Uint8Array | null | undefined): string {
    return bytes && bytes.length > 0 ? this.intern(decodeText(bytes)) : '';
  }

  valueInfo(proto: onnx.IValueInfoProto, span: Span): ValueInfo {
    const name = this.intern(proto.name ?? '');
    const type = proto.type ? this.type(proto.type, () => span.child(2)) : undefined;
    return { name, type, docString: proto.docString || undefined, ...this.metadata(span, 4) };
  }

  /** Metadata of a message that rarely has any. */
  private metadata(span: Span, field: number): { readonly metadata?: Metadata } {
    const metadata = metadataOf(span, field, this.intern);
    return metadata.length === 0 ? {} : { metadata };
  }

  private type(proto: onnx.ITypeProto, spanOf: () => Span): ValueType | undefined {
    const inner = (
      of: onnx.ITypeProto | null | undefined,
      field: number,
      inside: number,
    ): ValueType | undefined => (of ? this.type(of, () => spanOf().child(field).child(inside)) : undefined);
    if (proto.tensorType) return { kind: 'tensor', ...this.elementAndShape(proto.tensorType) };
    if (proto.sparseTensorType) return { kind: 'sparse', ...this.elementAndShape(proto.sparseTensorType) };
    if (proto.sequenceType) return { kind: 'sequence', element: inner(proto.sequenceType.elemType, 4, 1) };
    if (proto.optionalType) return { kind: 'optional', element: inner(proto.optionalType.elemType, 9, 1) };
    if (proto.mapType) {
      const key = dataTypeOfCode(proto.mapType.keyType ?? 0);
      return { kind: 'map', key, value: inner(proto.mapType.valueType, 5, 2) };
    }
    const opaque = opaqueOf(spanOf());
    return opaque ? { kind: 'opaque', ...opaque } : undefined;
  }

  private elementAndShape(proto: onnx.TypeProto.ITensor): {
    readonly dtype?: DataType;
    readonly shape?: Shape;
  } {
    const dtype = dataTypeOfCode(proto.elemType ?? 0);
    if (!proto.shape) return { dtype };
    return { dtype, shape: (proto.shape.dim ?? none).map((dim) => this.dimension(dim)) };
  }

  private dimension(proto: onnx.TensorShapeProto.IDimension): Dim {
    if (proto.dimParam) return this.dims.read(proto.dimParam);
    if (!Object.hasOwn(proto, 'dimValue')) return openDimension;
    const value = toNumber(proto.dimValue ?? 0);
    // Old exporters wrote -1 for "any".
    return value < 0 ? openDimension : value;
  }

  tensor(proto: onnx.ITensorProto, span: Span): Tensor {
    const name = this.intern(proto.name ?? '');
    const dims = (proto.dims ?? none).map(toNumber);
    const dtype = dataTypeOfCode(proto.dataType ?? 0);
    return {
      name,
      dtype,
      dims,
      data: this.place(proto),
      elements: dtype && this.elements(proto, name, dtype, dims),
      docString: proto.docString || undefined,
      ...this.metadata(span, 16),
    };
  }

  private place(proto: onnx.ITensorProto): TensorData {
    const external = onnx.TensorProto.DataLocation.EXTERNAL;
    if (proto.dataLocation !== external && !proto.externalData?.length) {
      // The scanner noted it there.
      if (!proto.segment) return { place: 'none' };
      const offset = toNumber(proto.segment.begin ?? 0);
      return { place: 'embedded', offset, length: toNumber(proto.segment.end ?? 0) - offset };
    }
    let location = '';
    let offset: number | undefined;
    let length: number | undefined;
    for (const { key, value } of proto.externalData ?? none) {
      if (key === 'location') location = this.intern(value ?? '');
      else if (key === 'offset') offset = wholeNumber(value);
      else if (key === 'length') length = wholeNumber(value);
    }
    return { place: 'external', location, offset, length };
  }

  private elements(
    proto: onnx.ITensorProto,
    name: string,
    dtype: DataType,
    dims: readonly number[],
  ): readonly number[] | readonly string[] | undefined {
    const count = elementCount(dims);
    if (!(count >= 0 && count <= limits.elements)) return undefined;
    if (proto.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL) return undefined;
    const data = storedData(proto, dtype, count);
    if (data === undefined) return count === 0 ? none : undefined;
    if (data !== null) return data;
    const shape = dims.join('×');
    this.problems.add('warning', 'format.tensor-size', { tensor: name, type: dtype, shape }, this.offset);
    return undefined;
  }

  sparse(proto: onnx.ISparseTensorProto, span: Span): SparseTensor {
    const part = (tensor: onnx.ITensorProto | null | undefined, field: number): Tensor => {
      return tensor
        ? this.tensor(tensor, span.child(field))
        : { name: '', dims: none, data: { place: 'none' } };
    };
    return {
      dims: (proto.dims ?? none).map(toNumber),
      values: part(proto.values, 1),
      indices: part(proto.indices, 2),
    };
  }

  /** A sparse initializer has the name of its values. */
  sparseInitializer(proto: onnx.ISparseTensorProto, span: Span): SparseTensor & { readonly name: string } {
    const sparse = this.sparse(proto, span);
    return { ...sparse, name: sparse.values.name };
  }

  graph(proto: onnx.IGraphProto, span: Span): Graph {
    const spans = (field: number, count: number | undefined): readonly Span[] =>
      count ? span.children(field) : none;
    const values = (
      protos: onnx.IValueInfoProto[] | null | undefined,
      field: number,
    ): readonly ValueInfo[] => {
      const found = spans(field, protos?.length);
      return (protos ?? none).map((value, i) => this.valueInfo(value, found[i] ?? Span.none));
    };
    const nodes = spans(1, proto.node?.length);
    const tensors = spans(5, proto.initializer?.length);
    const sparse = spans(15, proto.sparseInitializer?.length);
    return {
      name: proto.name ?? '',
      inputs: values(proto.input, 11),
      outputs: values(proto.output, 12),
      valueInfo: values(proto.valueInfo, 13),
      initializers: (proto.initializer ?? none).map((tensor, i) =>
        this.tensor(tensor, tensors[i] ?? Span.none),
      ),
      sparseInitializers: (proto.sparseInitializer ?? none).map((t, i) =>
        this.sparseInitializer(t, sparse[i] ?? Span.none),
      ),
      nodes: (proto.node ?? none).map((node, i) => this.node(node, nodes[i] ?? Span.none)),
      docString: proto.docString || undefined,
      metadata: metadataOf(span, 16, this.intern),
      ...this.annotations(span),
    };
  }

  /** Quantisation annotations of a graph that has any. */
  annotations(span: Span): Pick<Graph, 'quantizationAnnotations'> {
    const found = quantizationAnnotationsOf(span, this.intern);
    return found.length === 0 ? {} : { quantizationAnnotations: found };
  }

  function(proto: onnx.IFunctionProto, span: Span): ModelFunction {
    const extras = functionExtras(span);
    const nodes = span.children(7);
    return {
      name: this.intern(proto.name ?? ''),
      domain: this.domain(proto.domain),
      overload: this.intern(span.text(13)),
      inputs: this.names(proto.input),
      outputs: this.names(proto.output),
      attributes: this.names(proto.attribute),
      attributeDefaults: extras.attributes.map(([attribute, bytes]) =>
        this.attribute(attribute, () => bytes),
      ),
      operatorSets: this.operatorSets(proto.opsetImport),
      nodes: (proto.node ?? none).map((node, i) => this.node(node, nodes[i] ?? Span.none)),
      valueInfo: extras.valueInfo.map(([value, bytes]) => this.valueInfo(value, bytes)),
      docString: proto.docString || undefined,
      metadata: metadataOf(span, 14, this.intern),
    };
  }

  operatorSets(protos: onnx.IOperatorSetIdProto[] | null | undefined): readonly OperatorSet[] {
    return (protos ?? none).map((proto) => ({
      domain: this.domain(proto.domain),
      version: toNumber(proto.version ?? 0),
    }));
  }
}

function wholeNumber(text: string | null | undefined): number | undefined {
  return text && /^\d{1,19}$/.test(text) ? Number(text) : undefined;
}

/** Elements from whichever field holds them; undefined if none does, null if their number is not that of the shape. */
function storedData(
  proto: onnx.ITensorProto,
  dtype: DataType,
  count: number,
): readonly number[] | readonly string[] | null | undefined {
  const expect = <T>(list: readonly T[], perElement = 1): readonly T[] | null =>
    list.length === count * perElement ? list : null;
  if (proto.stringData?.length) return expect(proto.stringData.map((item) => decodeText(item)));
  if (proto.rawData && Object.hasOwn(proto, 'rawData')) return decodeRaw(dtype, proto.rawData, count);
  if (proto.int32Data?.length) return decodeInt32Data(dtype, proto.int32Data, count);
  if (proto.int64Data?.length) return expect(proto.int64Data.map(toNumber));
  if (proto.uint64Data?.length) return expect(proto.uint64Data.map(toNumber));
  if (proto.floatData?.length) return expect(proto.floatData, dtype === 'complex64' ? 2 : 1);
  if (proto.doubleData?.length) return expect(proto.doubleData, dtype === 'complex128' ? 2 : 1);
  return undefined;
}

/** Models before IR version 3 may leave the attribute's type out. */
function typeFromContent(proto: onnx.IAttributeProto): AttributeType {
  if (proto.t) return types.TENSOR;
  if (proto.g) return types.GRAPH;
  if (proto.floats?.length) return types.FLOATS;
  if (proto.ints?.length) return types.INTS;
  if (proto.strings?.length) return types.STRINGS;
  if (proto.tensors?.length) return types.TENSORS;
  if (proto.graphs?.length) return types.GRAPHS;
  if (Object.hasOwn(proto, 'f')) return types.FLOAT;
  if (Object.hasOwn(proto, 'i')) return types.INT;
  if (Object.hasOwn(proto, 's')) return types.STRING;
  return types.UNDEFINED;
}
