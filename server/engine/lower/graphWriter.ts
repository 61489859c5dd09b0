import { dataTypes, type DataType } from '../graph/dataTypes';
import type { Attribute, Graph, Node, Shape, Tensor, ValueInfo } from '../graph/model';
import { onnxTypes } from '../graph/dataTypes';

/** Domain of ONNX Runtime's contributed operators. */
export const microsoft = 'com.microsoft';

interface NodeOptions {
  readonly domain?: string;
  readonly attributes?: readonly Attribute[];
  /** Names of the outputs; without them one is named after the node. */
  readonly outputs?: readonly string[];
}

/** Writes the nodes, inputs and tensors of a graph, one after the other. */
export class GraphWriter {
  readonly inputs: ValueInfo[];
  readonly outputs: ValueInfo[] = [];
  private readonly nodes: Node[] = [];
  private readonly tensors: Map<string, Tensor>;
  /** Values that hold weights in the type of the activations, by the weights' names. */
  private readonly casts = new Map<string, string>();

  /**
   * @param type of the activations
   * @param model the graph in which this one is a branch: it has the inputs and tensors of both
   */
  constructor(
    readonly type: DataType,
    model?: GraphWriter,
  ) {
    this.inputs = model?.inputs ?? [];
    this.tensors = model?.tensors ?? new Map<string, Tensor>();
  }

  /** A graph that a node runs in some cases only: it reads what this one has, and gives values of its own. */
  branch(name: string, write: (branch: GraphWriter) => readonly string[]): Graph {
    const branch = new GraphWriter(this.type, this);
    const outputs = write(branch).map((value) => ({ name: value }));
    return { ...branch.graph(name), inputs: [], outputs, initializers: [] };
  }

  /** Where nodes are written that are no part of the graph: what they read is stored with it all the same. */
  aside(): GraphWriter {
    const aside = new GraphWriter(this.type, this);
    return Object.assign(aside, { inputs: [] });
  }

  /** Adds a node and returns the name of its first output. */
  node(name: string, operator: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const outputs = options.outputs ?? [`${name}_output_0`];
    const { domain = '', attributes = [] } = options;
    this.nodes.push({ name, operator, domain, overload: '', inputs, outputs, attributes, metadata: [] });
    return outputs[0]!;
  }

  input(name: string, dtype: DataType, shape: Shape): string {
    this.inputs.push({ name, type: { kind: 'tensor', dtype, shape } });
    return name;
  }

  output(name: string, dtype: DataType, shape?: Shape): void {
    this.outputs.push({ name, type: { kind: 'tensor', dtype, ...(shape && { shape }) } });
  }

  /** The name of a tensor that the model stores. */
  stored(tensor: Tensor): string {
    this.tensors.set(tensor.name, tensor);
    return tensor.name;
  }

  /** A weight as an operand beside activations: plain floats of another width are cast, once, types in blocks stay. */
  weight(tensor: Tensor): string {
    const name = this.stored(tensor);
    const { dtype } = tensor;
    if (dtype === undefined || dtype === this.type || dataTypes[dtype].kind !== 'float') return name;
    return this.castTo(name, name);
  }

  /** A value in the type of the activations. */
  castTo(value: string, name: string): string {
    let known = this.casts.get(value);
    if (known === undefined) {
      known = this.cast(value, name, this.type);
      this.casts.set(value, known);
    }
    return known;
  }

  /** A value in another type. */
  cast(value: string, name: string, type: DataType): string {
    return this.node(`${name}/Cast`, 'Cast', [value], { attributes: [int('to', typeCode(type))] });
  }

  /** A stored number of the type of the activations. */
  scalar(name: string, value: number): string {
    return this.stored({ name, dtype: this.type, dims: [], data: { place: 'none' }, elements: [value] });
  }

  /** A stored list of integers. */
  integers(name: string, values: readonly number[]): string {
    const dims = [values.length];
    return this.stored({ name, dtype: 'int64', dims, data: { place: 'none' }, elements: values });
  }

  /** @param others tensors of the file that no node names */
  graph(name: string, others: readonly Tensor[] = []): Graph {
    const unnamed = others.filter((tensor) => !this.tensors.has(tensor.name));
    return {
      name,
      inputs: this.inputs,
      outputs: this.outputs,
      valueInfo: [],
      initializers: [...this.tensors.values(), ...unnamed],
      sparseInitializers: [],
      nodes: this.nodes,
      metadata: [],
    };
  }
}

const codes = new Map([...onnxTypes].map(([code, type]) => [type, code]));

/** The `TensorProto.DataType` of a type of ONNX. */
export function typeCode(type: DataType): number {
  return codes.get(type) ?? 0;
}

export function int(name: string, value: number): Attribute {
  return { name, kind: 'int', value };
}

export function ints(name: string, value: readonly number[]): Attribute {
  return { name, kind: 'ints', value };
}

export function float(name: string, value: number): Attribute {
  return { name, kind: 'float', value };
}

export function graph(name: string, value: Graph): Attribute {
  return { name, kind: 'graph', value };
}

export function text(name: string, value: string): Attribute {
  return { name, kind: 'string', value };
}
