import type { DataType } from '../../graph/dataTypes';
import { kerasDomain } from '../../graph/domains';
import type { Attribute, Node, Shape, Tensor, ValueInfo } from '../../graph/model';
import type { ProblemList } from '../problems';
import type { Meter } from '../room';
import { unreadable } from '../unreadable';
import { limits, memory } from './limits';

/** A value on its way through the layers; what a call gives is named after its layer when the call is done. */
export interface Value {
  name: string;
  dtype?: DataType;
  shape?: Shape;
}

/** A node whose values may still get other names. */
interface Pending extends Pick<Node, 'name' | 'operator' | 'domain' | 'attributes'> {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/** What is to become a node. */
export interface Step {
  readonly path: string;
  readonly operator: string;
  readonly domain?: string;
  /** {@link absent} where an optional one is missing. */
  readonly inputs: readonly Value[];
  readonly attributes?: readonly Attribute[];
  readonly results: readonly Omit<Value, 'name'>[];
}

/** An optional input that is not given. */
export const absent: Value = Object.freeze({ name: '' });

/** Collects the nodes, values and weights of a model. */
export class Writer {
  /** Layers whose weights nobody knows stand in the model. */
  storesMore = false;
  private readonly nodes: Pending[] = [];
  private readonly weights = new Map<string, { readonly value: Value; readonly tensor: Tensor }>();
  private readonly inputs: Value[] = [];
  private readonly names = new Names();
  private readonly nodeNames = new Names();

  constructor(
    readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {}

  input(name: string, dtype: DataType | undefined, shape: Shape | undefined): Value {
    this.meter.take(memory.value);
    const value: Value = { name: this.names.unique(name), ...(dtype && { dtype }), ...(shape && { shape }) };
    this.inputs.push(value);
    return value;
  }

  /** The weight of a layer, the same whenever the layer is called; {@link absent} where its sizes are not known. */
  weight(
    name: string,
    dims: readonly unknown[] | undefined,
    dtype: DataType,
    elements?: Tensor['elements'],
  ): Value {
    const known = this.weights.get(name);
    if (known) return known.value;
    const isSized = dims?.every(isSize) === true && dims.length <= limits.dimensions;
    if (!isSized) {
      this.storesMore = true;
      return absent;
    }
    this.meter.take(memory.weight);
    const value: Value = { name: this.names.unique(name), dtype, shape: dims };
    const content = elements && { elements };
    const tensor: Tensor = { name: value.name, dtype, dims, data: { place: 'none' }, ...content };
    this.weights.set(name, { value, tensor });
    return value;
  }

  node({ path, operator, domain = kerasDomain, inputs, attributes = [], results }: Step): readonly Value[] {
    if (this.nodes.length >= limits.nodes) throw unreadable('format.too-many', { limit: limits.nodes }, 0);
    this.meter.take(memory.node + memory.attribute * attributes.length + memory.value * results.length);
    const outputs = results.map((result): Value => ({ name: '', ...result }));
    const name = this.nodeNames.unique(path);
    this.nodes.push({ name, operator, domain, attributes, inputs: trimmed(inputs), outputs });
    return outputs;
  }

  /** Names what a call gives after its layer. */
  name(values: readonly Value[], path: string): void {
    values.forEach((value, i) => {
      if (value !== absent && value.name === '') value.name = this.names.unique(nameAt(path, i, values));
    });
  }

  finish(outputs: readonly Value[]): {
    readonly inputs: readonly ValueInfo[];
    readonly outputs: readonly ValueInfo[];
    readonly valueInfo: readonly ValueInfo[];
    readonly initializers: readonly Tensor[];
    readonly nodes: readonly Node[];
  } {
    // What no call gives has the name of its node, and is told apart from what the layer of that name gives.
    for (const { name, outputs: results } of this.nodes)
      this.name(results, this.names.has(name) ? `${name}/result` : name);
    const listed = new Set(outputs);
    const made = this.nodes.flatMap((node) => node.outputs);
    return {
      inputs: this.inputs.map(infoOf),
      outputs: [...listed].map(infoOf),
      valueInfo: made.filter((value) => !listed.has(value)).map(infoOf),
      initializers: [...this.weights.values()].map(({ tensor }) => tensor),
      nodes: this.nodes.map(({ inputs, outputs: results, ...node }) => ({
        ...node,
        overload: '',
        inputs: inputs.map(({ name }) => name),
        outputs: results.map(({ name }) => name),
        metadata: [],
      })),
    };
  }
}

const isSize = (dim: unknown): dim is number => Number.isSafeInteger(dim) && (dim as number) >= 0;

function infoOf({ name, dtype, shape }: Value): ValueInfo {
  return { name, type: { kind: 'tensor', ...(dtype && { dtype }), ...(shape && { shape }) } };
}

/** Without what is absent at the end. */
function trimmed(inputs: readonly Value[]): readonly Value[] {
  const last = inputs.findLastIndex((value) => value !== absent);
  return inputs.slice(0, last + 1);
}

const nameAt = (path: string, i: number, all: readonly unknown[]): string =>
  all.length === 1 ? path : `${path}.${i}`;

/** Names that each stand for one thing: of two that are wanted alike the second one has a number. */
class Names {
  private readonly taken = new Map<string, number>();

  has(name: string): boolean {
    return this.taken.has(name);
  }

  unique(wanted: string): string {
    const stem = wanted === '' ? 'value' : wanted;
    let count = this.taken.get(stem) ?? 1;
    let name = stem;
    for (; this.taken.has(name); count++) name = `${stem}_${count + 1}`;
    this.taken.set(stem, count);
    if (name !== stem) this.taken.set(name, 1);
    return name;
  }
}
