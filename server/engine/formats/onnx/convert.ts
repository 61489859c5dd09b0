import { onnx } from 'onnx-proto';
import type { Attribute, Graph, ModelFunction, Node, OperatorSet, ValueInfo } from '../../graph/model';
import type { ProblemList } from '../problems';
import { nodeDevicesOf, quantizationAnnotationsOf } from './devices';
import { toNumber } from './integers';
import { decodeText, functionExtras, metadataOf, nodeExtras, rareMetadataOf, Span } from './newer';
import { TensorConverter } from './tensors';
import { TypeConverter } from './types';

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
  private readonly types = new TypeConverter();
  readonly tensors: TensorConverter;

  constructor(problems: ProblemList) {
    this.tensors = new TensorConverter(problems, this.intern);
  }

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
    [
      types.TENSOR,
      ({ t }, spanOf) => t && { kind: 'tensor', value: this.tensors.tensor(t, spanOf().child(5)) },
    ],
    [types.GRAPH, ({ g }, spanOf) => g && { kind: 'graph', value: this.graph(g, spanOf().child(6)) }],
    [
      types.TENSORS,
      ({ tensors }, spanOf) => {
        const spans = spanOf().children(10);
        const value = (tensors ?? none).map((one, i) => this.tensors.tensor(one, spans[i] ?? Span.none));
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
        sparseTensor && { kind: 'sparse', value: this.tensors.sparse(sparseTensor, spanOf().child(22)) },
    ],
    [
      types.TYPE_PROTO,
      ({ tp }, spanOf) => {
        const value = tp && this.types.type(tp, () => spanOf().child(14));
        return value && { kind: 'type', value };
      },
    ],
  ]);

  private text(bytes: Uint8Array | null | undefined): string {
    return bytes && bytes.length > 0 ? this.intern(decodeText(bytes)) : '';
  }

  valueInfo(proto: onnx.IValueInfoProto, span: Span): ValueInfo {
    const name = this.intern(proto.name ?? '');
    const type = proto.type ? this.types.type(proto.type, () => span.child(2)) : undefined;
    return { name, type, docString: proto.docString || undefined, ...rareMetadataOf(span, 4, this.intern) };
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
        this.tensors.tensor(tensor, tensors[i] ?? Span.none),
      ),
      sparseInitializers: (proto.sparseInitializer ?? none).map((t, i) =>
        this.tensors.sparseInitializer(t, sparse[i] ?? Span.none),
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
