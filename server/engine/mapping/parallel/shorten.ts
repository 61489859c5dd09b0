import type { Blocks } from '../../blocks/blocks';
import type { Graph, Model, Node } from '../../graph/model';
import type { Inference } from '../../inference/types';

/** Blocks of a run that are kept: the first follows something else, the second one of its kind, as all others do. */
const usual = 2;

/** A model of which each run of equal blocks has a few, and what it stands for. */
export interface Shortened {
  readonly model: Model;
  /** How often each element of the short chain follows itself in the whole one, in order. */
  readonly counts: readonly number[];
  /** Whether each element is a block of a run of equal ones. */
  readonly repeats: readonly boolean[];
  /** The element of each node of the main graph of the short model, in its order. */
  readonly elementOfNode: readonly number[];
  /** Runs of which blocks were left out, with the element that stands for these. */
  readonly runs: readonly { readonly run: number; readonly element: number }[];
  /** Weights that several elements of the whole chain read, by name. */
  readonly shared: ReadonlySet<string>;
}

/**
 * Leaves out of each run of equal blocks all but the first few: what stands behind the run, or reads one of those left out, then reads the
 * last of these. A search that looks at many splits so costs each layer once. Runs whose blocks do not have the same operators in the same order are
 * kept whole.
 * @param keptOf how many blocks of a run are kept, at least 1
 */
export function shortened(
  model: Model,
  inference: Inference,
  { blockOfNode, runs }: Blocks,
  keptOf: (run: number) => number = () => usual,
): Shortened {
  const { graph } = model;
  const blockOf = graph.nodes.map((_, index) => blockOfNode[index]!);
  const counts: number[] = [];
  const repeats: boolean[] = [];
  const left: { run: number; element: number }[] = [];
  const elementOfBlock: number[] = [];
  const renamed = new Map<string, string>();
  for (const [at, run] of runs.entries()) {
    const kept = keptOf(at);
    const isShort = run.count > kept && isAlike(graph, run, kept);
    if (isShort) left.push({ run: at, element: counts.length + kept - 1 });
    for (let k = 0; k < run.count; k++) {
      const isLeftOut = isShort && k >= kept;
      if (isLeftOut) counts[counts.length - 1]!++;
      else {
        counts.push(1);
        repeats.push(run.count > 1);
      }
      elementOfBlock.push(isLeftOut ? -1 : counts.length - 1);
      if (isLeftOut)
        rename(graph, mainNodes(graph, run.blocks[kept - 1]!), mainNodes(graph, run.blocks[k]!), renamed);
    }
  }
  const nodes: Node[] = [];
  const elementOfNode: number[] = [];
  graph.nodes.forEach((node, index) => {
    const element = elementOfBlock[blockOf[index]!] ?? 0;
    if (element < 0) return;
    nodes.push(renamed.size > 0 ? withNames(node, renamed) : node);
    elementOfNode.push(element);
  });
  return {
    model: { ...model, graph: pruned(graph, nodes) },
    counts,
    repeats,
    runs: left,
    elementOfNode,
    shared: sharedWeights(graph, inference, blockOf),
  };
}

/** Nodes of the main graph come first in the flat order. */
function mainNodes({ nodes }: Graph, block: readonly number[]): readonly number[] {
  return block.filter((index) => index < nodes.length);
}

function isAlike(graph: Graph, { blocks }: Blocks['runs'][number], kept: number): boolean {
  const second = mainNodes(graph, blocks[kept - 1]!);
  return (
    second.length > 0 &&
    blocks.slice(kept).every((block) => {
      const own = mainNodes(graph, block);
      return own.length === second.length && own.every((index, at) => isSame(graph, index, second[at]!));
    })
  );
}

function isSame({ nodes }: Graph, one: number, other: number): boolean {
  const [a, b] = [nodes[one]!, nodes[other]!];
  return a.operator === b.operator && a.domain === b.domain && a.outputs.length === b.outputs.length;
}

function rename(
  { nodes }: Graph,
  to: readonly number[],
  from: readonly number[],
  renamed: Map<string, string>,
): void {
  from.forEach((index, at) =>
    nodes[index]!.outputs.forEach((name, place) => {
      if (name !== '') renamed.set(name, nodes[to[at]!]!.outputs[place]!);
    }),
  );
}

/** A node that reads other values, inside its subgraphs too. */
function withNames(node: Node, renamed: ReadonlyMap<string, string>): Node {
  const inputs = node.inputs.map((name) => renamed.get(name) ?? name);
  const attributes = node.attributes.map((attribute) => {
    if (attribute.kind === 'graph') return { ...attribute, value: graphWithNames(attribute.value, renamed) };
    if (attribute.kind === 'graphs')
      return { ...attribute, value: attribute.value.map((one) => graphWithNames(one, renamed)) };
    return attribute;
  });
  return { ...node, inputs, attributes };
}

function graphWithNames(graph: Graph, renamed: ReadonlyMap<string, string>): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => withNames(node, renamed)) };
}

/** The graph of some of its nodes: inputs, weights and outputs that none of them has are gone. */
function pruned(graph: Graph, nodes: readonly Node[]): Graph {
  const read = new Set<string>();
  addReads(nodes, read);
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const isThere = ({ name }: { readonly name: string }): boolean => read.has(name);
  return {
    ...graph,
    nodes,
    inputs: graph.inputs.filter(isThere),
    initializers: graph.initializers.filter(isThere),
    sparseInitializers: graph.sparseInitializers.filter(isThere),
    outputs: graph.outputs.filter(({ name }) => made.has(name)),
    valueInfo: graph.valueInfo.filter(({ name }) => made.has(name)),
  };
}

function addReads(nodes: readonly Node[], read: Set<string>): void {
  for (const { inputs, attributes } of nodes) {
    for (const name of inputs) read.add(name);
    for (const { kind, value } of attributes) {
      const graphs = kind === 'graph' ? [value] : kind === 'graphs' ? value : [];
      for (const graph of graphs) {
        addReads(graph.nodes, read);
        for (const { name } of graph.outputs) read.add(name);
      }
    }
  }
}

/** Initializers that nodes of several blocks read. */
function sharedWeights(
  { nodes }: Graph,
  { values, nodes: all }: Inference,
  blockOf: readonly number[],
): ReadonlySet<string> {
  const mainOf = (index: number): number => {
    let at = index;
    while (at >= nodes.length && all[at]!.parent !== null) at = all[at]!.parent!;
    return at;
  };
  const shared = new Set<string>();
  for (const { name, scope, origin, consumers } of values) {
    if (origin !== 'initializer' || scope !== 0) continue;
    const blocks = new Set(consumers.map((index) => blockOf[mainOf(index)]));
    if (blocks.size > 1) shared.add(name);
  }
  return shared;
}
