import { onnx } from 'onnx-proto';
import type { ByteSource } from '../../graph/byteSource';
import type {
  Graph,
  Model,
  ModelFunction,
  Node,
  OnnxFacts,
  SparseTensor,
  Tensor,
  ValueInfo,
} from '../../graph/model';
import type { Scheduler } from '../../scheduler';
import { marked, ProblemList } from '../problems';
import { boundless, Meter, readInRoom } from '../room';
import type { ReadModel, Room } from '../room';
import { Converter } from './convert';
import { toNumber } from './integers';
import { deviceConfigurationsOf } from './devices';
import { limits } from './limits';
import { lostInputs } from './lostInputs';
import { metadataOf, Span } from './newer';
import { Scanner } from './scan';
import type { Found } from './scan';
import {
  functionSchema,
  graphSchema,
  modelSchema,
  nodeSchema,
  sparseTensorSchema,
  tensorSchema,
  valueInfoSchema,
} from './schema';
import type { MessageSchema } from './schema';
import { sniff } from './sniff';
import { ByteWriter } from './writer';

const modelFields = { graph: 7, training: 20, functions: 25 } as const;
const graphFields = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13, sparse: 15 } as const;

/** What is decoded in one piece exists twice more on the way: as messages, and as lists of their bytes. */
const copies = 2;

/**
 * Reads a binary ONNX model without its weights: structure, types, sizes and places of tensors, and the elements of
 * tensors of at most 1,024 elements. Never fails for bad input: a broken file gives the part that could be read (null if
 * nothing could) and problems with byte offsets. A file that describes more than there is room for is given up.
 */
export async function readOnnx(
  source: ByteSource,
  scheduler: Scheduler,
  room: Room = boundless,
): Promise<ReadModel> {
  const problems = new ProblemList(limits.problems);
  const head = await source.read(0, Math.min(source.size, 1024));
  const verdict = sniff(head, source.size);
  if (verdict) return { value: null, problems: [verdict], bytes: 0 };
  const meter = new Meter(room, copies);
  const reader = new ModelReader(source, scheduler, problems, meter);
  return readInRoom(source, reader, async () => {
    const value = await reader.read();
    return marked({ value, problems: problems.finish(), bytes: meter.bytes });
  });
}

interface GraphParts {
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  valueInfo: ValueInfo[];
  initializers: Tensor[];
  sparseInitializers: (SparseTensor & { readonly name: string })[];
  nodes: Node[];
}

class ModelReader {
  private readonly scanner: Scanner;
  private readonly converter: Converter;
  private readonly graphRest = new ByteWriter();
  private readonly parts: GraphParts = {
    inputs: [],
    outputs: [],
    valueInfo: [],
    initializers: [],
    sparseInitializers: [],
    nodes: [],
  };
  private readonly functions: ModelFunction[] = [];
  private graphs = 0;
  private trainingInfoCount = 0;

  constructor(
    private readonly source: ByteSource,
    scheduler: Scheduler,
    private readonly problems: ProblemList,
    meter: Meter,
  ) {
    this.scanner = new Scanner(source, scheduler, problems, meter);
    this.converter = new Converter(problems);
  }

  /** Where the part begins that is being read. */
  get at(): number {
    return this.scanner.at;
  }

  async read(): Promise<Model | null> {
    const rest = new ByteWriter();
    const { size } = this.source;
    await this.scanner.walk({ from: 0, to: size, depth: 0 }, modelSchema, rest, {
      fields: new Set<number>(Object.values(modelFields)),
      visit: (found) => this.modelPart(found),
    });
    const bytes = rest.view();
    const proto = this.decode(() => onnx.ModelProto.decode(bytes), modelSchema, 0);
    if (!proto || this.isForeign()) {
      // What looked like damage was another format: saying so once is clearer than a list of damaged parts.
      if (!this.problems.has('format.truncated')) {
        this.problems.clear();
        this.problems.add('error', 'format.no-graph', {});
      }
      return null;
    }
    const { nodes } = this.parts;
    if (nodes.length === 0 && this.problems.isEmpty) this.problems.add('warning', 'format.no-nodes', {});
    return this.model(proto, Span.of(bytes));
  }

  /** True if there is no graph, or only an empty one amid damage: random bytes soon look like a graph's field. */
  private isForeign(): boolean {
    if (this.graphs === 0) return true;
    return (
      this.problems.has('format.damaged') &&
      Object.values(this.parts).every((list: unknown[]) => list.length === 0)
    );
  }

  private model(proto: onnx.IModelProto, span: Span): Model {
    return {
      origin: { format: 'onnx', facts: this.facts(proto, span) },
      operatorSets: this.converter.operatorSets(proto.opsetImport),
      graph: this.graph(),
      functions: this.functions,
    };
  }

  private facts(proto: onnx.IModelProto, span: Span): OnnxFacts {
    const devices = deviceConfigurationsOf(span);
    return {
      irVersion: Object.hasOwn(proto, 'irVersion') ? toNumber(proto.irVersion ?? 0) : null,
      producerName: proto.producerName ?? '',
      producerVersion: proto.producerVersion ?? '',
      domain: proto.domain ?? '',
      modelVersion: Object.hasOwn(proto, 'modelVersion') ? toNumber(proto.modelVersion ?? 0) : null,
      docString: proto.docString ?? '',
      metadata: metadataOf(span, 14, this.converter.intern),
      trainingInfoCount: this.trainingInfoCount,
      ...(devices.length > 0 && { deviceConfigurations: devices }),
    };
  }

  private graph(): Graph {
    const bytes = this.graphRest.view();
    const proto = this.decode(() => onnx.GraphProto.decode(bytes), graphSchema, 0);
    const span = Span.of(bytes);
    const { inputs } = this.parts;
    const isCut = inputs.length === 0 && this.problems.has('format.truncated');
    return {
      name: proto?.name ?? '',
      ...this.parts,
      inputs: isCut ? lostInputs(this.parts) : inputs,
      docString: proto?.docString || undefined,
      metadata: metadataOf(span, 16, this.converter.intern),
      ...this.converter.annotations(span),
    };
  }

  private async modelPart(found: Found): Promise<void> {
    if (found.field === modelFields.graph) {
      // A second graph field is merged into the first, as protobuf does.
      this.graphs++;
      await this.scanner.walk(found, graphSchema, this.graphRest, {
        fields: new Set<number>(Object.values(graphFields)),
        visit: (part) => this.graphPart(part),
      });
    } else if (found.field === modelFields.training) this.trainingInfoCount++;
    else if (found.complete) {
      await this.convert(found, functionSchema, (bytes, span) => {
        this.functions.push(this.converter.function(onnx.FunctionProto.decode(bytes), span));
      });
    }
  }

  private async graphPart(found: Found): Promise<void> {
    const { parts, converter } = this;
    const values = (list: ValueInfo[]): Promise<void> =>
      this.convert(found, valueInfoSchema, (bytes, span) => {
        list.push(converter.valueInfo(onnx.ValueInfoProto.decode(bytes), span));
      });
    // Half a node or half a type would say what the model does not; half a tensor lacks only weights.
    if (!found.complete && found.field !== graphFields.initializer) return;
    switch (found.field) {
      case graphFields.node:
        return this.convert(found, nodeSchema, (bytes, span) => {
          parts.nodes.push(converter.node(onnx.NodeProto.decode(bytes), span));
        });
      case graphFields.initializer:
        return this.convert(found, tensorSchema, (bytes, span) => {
          const tensor = converter.tensors.tensor(onnx.TensorProto.decode(bytes), span);
          if (found.complete || tensor.name !== '') parts.initializers.push(tensor);
        });
      case graphFields.sparse:
        return this.convert(found, sparseTensorSchema, (bytes, span) => {
          const proto = onnx.SparseTensorProto.decode(bytes);
          parts.sparseInitializers.push(converter.tensors.sparseInitializer(proto, span));
        });
      case graphFields.input:
        return values(parts.inputs);
      case graphFields.output:
        return values(parts.outputs);
      default:
        return values(parts.valueInfo);
    }
  }

  private async convert(
    found: Found,
    schema: MessageSchema,
    take: (bytes: Uint8Array, span: Span) => void,
  ): Promise<void> {
    const bytes = await this.scanner.reduce(found, schema);
    if (!bytes) return;
    this.converter.tensors.offset = found.from;
    const span = this.scanner.hasNewer ? Span.of(bytes) : Span.none;
    this.decode(() => take(bytes, span), schema, found.from);
  }

  /** The scanner writes well-formed messages, but numbers with too many bytes can still mislead the decoder. */
  private decode<T>(decode: () => T, schema: MessageSchema, offset: number): T | null {
    try {
      return decode();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.problems.add('error', 'format.damaged', { part: schema.name }, offset);
      return null;
    }
  }
}
