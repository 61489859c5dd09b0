import { attributeNamed } from '../graph/attributes';
import type { Steps } from '../scheduler';
import type { WorkGraph, WorkNode } from './workGraph';

/**
 * A shape that is joined of numbers and of dimensions of what a Reshape reads, each at its own place, becomes a constant: 0
 * copies a dimension, and one other may be -1 (reshape_fusion.cc of ONNX Runtime). What computed it goes.
 */
export function* copyDimensions(graph: WorkGraph): Steps<void> {
  for (const at of graph.withOperator('Reshape')) {
    yield;
    const node = graph.nodes[at]!;
    const [source, shape] = node.inputs;
    if (typeof source !== 'number' || typeof shape !== 'number' || isLiteral(node)) continue;
    const join = graph.producer(shape);
    if (join === -1 || graph.nodes[join]!.operator !== 'Concat') continue;
    if (graph.leavesScope(shape) || !graph.isReadOnce(shape)) continue;
    if (isCopied(graph, graph.nodes[join]!, graph.resolve(source))) dropUpwards(graph, join);
  }
}

/** 0 means 0 there. */
function isLiteral({ root }: WorkNode): boolean {
  return attributeNamed(root.node, 'allowzero')?.value === 1;
}

function isCopied(graph: WorkGraph, { inputs }: WorkNode, source: number): boolean {
  let [place, open] = [0, 0];
  for (const input of inputs) {
    if (input === null) return false;
    const { isConstant, elements, type } = graph.value(graph.resolve(input));
    if (isConstant) {
      if (!elements) return false;
      open += elements.filter((element) => element === -1).length;
      place += elements.length;
      continue;
    }
    if (!isDimension(graph, input, source, place)) {
      // One size that is computed otherwise is what is left.
      if (type?.kind !== 'tensor' || type.shape?.length !== 1 || type.shape[0] !== 1) return false;
      open++;
    }
    place++;
  }
  return open <= 1;
}

/** Unsqueeze(Gather(Shape(source), place)). */
function isDimension(graph: WorkGraph, value: number, source: number, place: number): boolean {
  const taken = makerOf(graph, makerOf(graph, value, 'Unsqueeze')?.inputs[0], 'Gather');
  const index = taken?.inputs[1];
  if (typeof index !== 'number') return false;
  const { elements } = graph.value(graph.resolve(index));
  const measured = makerOf(graph, taken?.inputs[0], 'Shape')?.inputs[0];
  if (elements?.length !== 1 || elements[0] !== place || typeof measured !== 'number') return false;
  return graph.resolve(measured) === source;
}

function makerOf(graph: WorkGraph, value: number | null | undefined, operator: string): WorkNode | undefined {
  const at = typeof value === 'number' ? graph.producer(value) : -1;
  const node = at === -1 ? null : graph.nodes[at];
  return node?.operator === operator ? node : undefined;
}

/** Removes a node and what it alone read. */
function dropUpwards(graph: WorkGraph, first: number): void {
  const pending = [first];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const node = graph.nodes[at];
    if (!node) continue;
    graph.drop(at);
    for (const input of node.inputs) {
      const maker = input === null ? -1 : graph.producer(input);
      if (maker === -1) continue;
      const { outputs } = graph.nodes[maker]!;
      const isRead = outputs.some(
        (output) => output !== null && (graph.leavesScope(output) || graph.someConsumer(output, () => true)),
      );
      if (!isRead) pending.push(maker);
    }
  }
}
