import { plainJson } from '../../../../outside/json';
import type { Graph, Model, Node } from '../../graph/model';
import { isOnnx } from '../../graph/origin';
import type { InferredNode } from '../../inference/types';
import { targetName } from '../targetName';
import type { ReportInput } from '../build';

/** From the least to the most: white to orange, which every reader can tell from white. */
const gradient = [
  { stop: 0, bgColor: '#ffffff' },
  { stop: 1, bgColor: '#f57c00' },
];

/**
 * Times of nodes on the first chip, microseconds, as node data of Model Explorer (google-ai-edge/model-explorer), which lays them
 * over its graph. What runs in the body of a node counts with that node, since Model Explorer shows bodies as graphs of their
 * own. Nodes of unknown time are left out.
 */
export function* printModelExplorer(input: ReportInput): Generator<string> {
  const chip = input.chips[0];
  const { model, inference } = input.prepared;
  const name = chip ? `${targetName(chip)}: estimated µs` : 'siliconlens';
  yield `{"name":${textOf(name)},"gradient":${JSON.stringify(gradient)},"results":{\n`;
  const keys = keysOf(model);
  const seconds = chip ? secondsAtTop(inference.nodes, (node) => chip.cost.nodes[node]?.seconds?.value) : [];
  let before = '';
  for (const node of inference.nodes) {
    if (node.parent !== null) continue;
    const [key, value] = [keys.get(node.node), seconds[node.index]];
    if (key === undefined || typeof value !== 'number') continue;
    yield `${before}${textOf(key)}:{"value":${value * 1e6}}`;
    before = ',\n';
  }
  yield '\n}}\n';
}

function textOf(value: string): string {
  return plainJson(JSON.stringify(value));
}

/** Seconds of each node of the main graph with all that runs in its bodies; null where one of them is unknown. */
function secondsAtTop(
  nodes: readonly InferredNode[],
  secondsOf: (node: number) => number | undefined,
): (number | null)[] {
  const sums = nodes.map(({ index }) => secondsOf(index) ?? null);
  // Bodies stand behind the node that has them.
  for (let index = nodes.length - 1; index >= 0; index--) {
    const { parent } = nodes[index]!;
    if (parent === null) continue;
    const [inside, outside] = [sums[index] ?? null, sums[parent] ?? null];
    sums[parent] = inside === null || outside === null ? null : inside + outside;
  }
  return sums;
}

/**
 * What Model Explorer knows the nodes of the main graph by: of ONNX files the ids of its ONNX adapter (version 0.4), elsewhere names
 * of outputs, which it looks up itself.
 */
function keysOf({ graph, origin }: Model): ReadonlyMap<Node, string> {
  if (isOnnx(origin)) return adapterIds(graph);
  return new Map(graph.nodes.flatMap((node) => (node.outputs[0] ? [[node, node.outputs[0]]] : [])));
}

/** Names of nodes, made unique as the adapter does: it numbers equal names, and nodes without one, body by body. */
function adapterIds(main: Graph): ReadonlyMap<Node, string> {
  const ids = new Map<Node, string>();
  const counts = new Map<string, number>();
  const visit = (graph: Graph): void => {
    const taken = new Set<string>();
    for (const node of graph.nodes) {
      const wanted = node.name || 'node';
      let id = wanted;
      while (taken.has(id)) {
        const count = (counts.get(wanted) ?? 0) + 1;
        counts.set(wanted, count);
        id = `${wanted}_${count}`;
      }
      taken.add(id);
      ids.set(node, id);
      for (const { kind, value } of node.attributes) {
        if (kind === 'graph') visit(value);
        else if (kind === 'graphs') value.forEach(visit);
      }
    }
  };
  visit(main);
  return ids;
}
