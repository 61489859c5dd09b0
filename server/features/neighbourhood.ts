import type { InferredNode } from '../engine/inference/types';
import { isStepDue, type Steps } from '../engine/scheduler';
import type { GraphEdge, Neighbourhood, NeighbourhoodParams } from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { typeText } from './format';
import { rowMaker } from './rows';

/** Nodes of a picture: more can neither be laid out at once nor be read. */
const mostNodes = 60;
const mostSteps = 8;

/** A neighbour, and the value through which it is one. */
interface Neighbour {
  readonly node: number;
  readonly edge: GraphEdge;
}

/** The nodes around one, so many steps along the edges, the nearest first, with what they take on the first chip. */
export function* neighbourhood(
  analysis: Analysis,
  { node: center, radius }: Omit<NeighbourhoodParams, 'uri'>,
): Steps<Neighbourhood> {
  const { inference, chips, revision } = analysis;
  const steps = Math.min(Math.max(1, Math.trunc(radius)), mostSteps);
  const empty = { revision, node: center, radius: steps, chip: chips[0]?.chip.name ?? null };
  if (!inference.nodes[center]) return { ...empty, nodes: [], edges: [], left: 0 };
  const shown = new Set([center]);
  const left = new Set<number>();
  let border = [center];
  for (let step = 0; step < steps; step++) {
    const next: number[] = [];
    for (const index of border)
      for (const { node } of neighbours(analysis, inference.nodes[index]!)) {
        if (isStepDue(node)) yield;
        if (shown.has(node)) continue;
        if (shown.size >= mostNodes) left.add(node);
        else {
          shown.add(node);
          next.push(node);
        }
      }
    border = next;
  }
  const row = rowMaker(analysis, chips[0]);
  const edges = new Map<string, GraphEdge>();
  const nodes = [];
  for (const index of shown) {
    const hidden = new Set<number>();
    for (const { node, edge } of neighbours(analysis, inference.nodes[index]!)) {
      if (isStepDue(node)) yield;
      if (!shown.has(node)) hidden.add(node);
      else edges.set(`${edge.from} ${edge.to}`, edge);
    }
    nodes.push({ ...row(inference.nodes[index]!), hidden: hidden.size });
  }
  return { ...empty, nodes, edges: [...edges.values()], left: left.size };
}

/** Nodes that write what a node reads, and that read what it writes; constants are no steps of a computation. */
function* neighbours(
  { inference }: Analysis,
  { index, inputs, outputs }: InferredNode,
): Generator<Neighbour> {
  const { nodes, values } = inference;
  const edge = (from: number, to: number, id: number): GraphEdge => {
    return { from, to, value: values[id]!.name, shape: typeText(values[id]!.type) };
  };
  for (const id of inputs) {
    const producer = id === null ? null : values[id]!.producer;
    if (id !== null && producer !== null && nodes[producer]!.inputs.length > 0)
      yield { node: producer, edge: edge(producer, index, id) };
  }
  for (const id of outputs)
    if (id !== null)
      for (const consumer of values[id]!.consumers) yield { node: consumer, edge: edge(index, consumer, id) };
}
