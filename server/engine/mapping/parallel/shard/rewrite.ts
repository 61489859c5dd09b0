import type { Attribute, Graph, Model, Node, Tensor, ValueInfo } from '../../../graph/model';
import { numericShape } from '../../../inference/work';
import type { Inference, InferredNode } from '../../../inference/types';
import type { Family } from './family';
import type { Share } from './parts';
import { expertsEntry, shapeInput } from './shardRules';

/** What a rank has of the values of a model, by id. */
export type Shares = ReadonlyMap<number, Share & { readonly axis: number }>;

/** What a rank has of each divided value; null where sums of sizes hang together in a circle. */
export function sharesOf(families: readonly Family[]): Shares | null {
  const shares = new Map<number, Share & { readonly axis: number }>();
  for (const { axes, parts } of families)
    for (const [value, { axis, part }] of axes) {
      const share = parts.share(part);
      if (!share) return null;
      shares.set(value, { ...share, axis });
    }
  return shares;
}

/**
 * The model of one rank: the same nodes with divided weights, inputs, counts of heads and sizes of shapes. What the file declares of
 * divided values is left out.
 */
export function rankModel(
  model: Model,
  inference: Inference,
  families: readonly Family[],
  shares: Shares,
): Model {
  return new Rewriter(inference, families, shares).model(model);
}

class Rewriter {
  /** Shares of the values of the main graph by name. */
  private readonly byName = new Map<string, Share & { readonly axis: number }>();
  private readonly names: Set<string>;
  private readonly added: Tensor[] = [];
  /** What a rank has of counts of heads, by node and attribute. */
  private readonly heads = new Map<number, Map<string, number>>();

  constructor(
    private readonly inference: Inference,
    families: readonly Family[],
    private readonly shares: Shares,
  ) {
    for (const { heads, parts } of families)
      for (const [node, counts] of heads) {
        const own = this.heads.get(node) ?? new Map<string, number>();
        this.heads.set(node, own);
        for (const [name, part] of counts) own.set(name, parts.share(part)!.local);
      }
    this.names = new Set(inference.values.map(({ name }) => name));
    for (const [id, share] of shares) this.byName.set(inference.values[id]!.name, share);
  }

  model(model: Model): Model {
    const { graph } = model;
    const nodes = new Map<Node, InferredNode>();
    for (const one of this.inference.nodes) if (one.scope === 0) nodes.set(one.node, one);
    const written = graph.nodes.map((node) => {
      const inferred = nodes.get(node);
      return inferred ? this.node(inferred) : node;
    });
    const changed: Graph = {
      ...graph,
      inputs: graph.inputs.map((info) => this.declared(info)),
      outputs: graph.outputs.map((info) => this.declared(info)),
      valueInfo: graph.valueInfo.filter(({ name }) => !this.byName.has(name)),
      initializers: [...graph.initializers.map((tensor) => this.tensor(tensor)), ...this.added],
      nodes: written,
    };
    return { ...model, graph: changed };
  }

  private tensor(tensor: Tensor): Tensor {
    const share = this.byName.get(tensor.name);
    if (!share) return tensor;
    const { name, dtype } = tensor;
    return { name, dtype, dims: divided(tensor.dims, share), data: { place: 'none' } };
  }

  private declared(info: ValueInfo): ValueInfo {
    const share = this.byName.get(info.name);
    const { type } = info;
    if (!share || type?.kind !== 'tensor' || !type.shape) return info;
    return { ...info, type: { ...type, shape: divided(type.shape, share) } };
  }

  private node(inferred: InferredNode): Node {
    const { node, index } = inferred;
    const heads = this.heads.get(index);
    const sizes = this.sizes(inferred);
    const experts = expertsEntry(inferred);
    const first = experts && inferred.inputs[experts.weights[0]!];
    if (typeof first === 'number' && this.shares.get(first)?.axis === 0)
      return { ...node, operator: experts!.local };
    if (!heads && !sizes) return node;
    const attributes = node.attributes.map((one): Attribute => {
      const count = heads?.get(one.name);
      if (count !== undefined && one.kind === 'int') return { ...one, value: count };
      return sizes && one.name === 'split' && one.kind === 'ints' ? { ...one, value: sizes } : one;
    });
    const at = shapeInput(inferred);
    if (!sizes || at === undefined || inferred.inputs[at] === undefined || inferred.inputs[at] === null)
      return { ...node, attributes };
    const given = this.constant(node.inputs[at]!, sizes);
    return { ...node, attributes, inputs: node.inputs.map((name, i) => (i === at ? given : name)) };
  }

  /** Numbers that a node is told of its results: their shape, or the sizes of the parts that it splits into; null where they stay. */
  private sizes(inferred: InferredNode): readonly number[] | null {
    const { outputs, inputs } = inferred;
    const [first] = outputs;
    if (shapeInput(inferred) === undefined || typeof first !== 'number') return null;
    const share = this.shares.get(first);
    if (!share) return null;
    if (outputs.length === 1 && inputs.length === 2)
      return divided(numericShape(this.inference.values[first]!.type) ?? [], share);
    const whole = typeof inputs[0] === 'number' ? this.shares.get(inputs[0]) : undefined;
    const locals = outputs.map((id) => (id === null ? undefined : this.shares.get(id)?.local));
    const isAlong =
      whole !== undefined && locals.reduce<number>((sum, one) => sum + (one ?? NaN), 0) === whole.local;
    return isAlong ? locals.map((one) => one!) : null;
  }

  private constant(like: string, elements: readonly number[]): string {
    let name = `${like}.rank`;
    while (this.names.has(name)) name += '_';
    this.names.add(name);
    this.added.push({ name, dtype: 'int64', dims: [elements.length], data: { place: 'none' }, elements });
    return name;
  }
}

function divided<T>(dims: readonly T[], { axis, local }: Share & { readonly axis: number }): (T | number)[] {
  return dims.map((dim, at) => (at === axis ? local : dim));
}
