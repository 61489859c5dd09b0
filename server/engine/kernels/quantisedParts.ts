import type { Steps } from '../scheduler';
import { externalInputs } from './fuse';
import type { WorkGraph, WorkNode } from './workGraph';

/**
 * Nodes that cut a value into parts, between a DequantizeLinear and a QuantizeLinear for each part, cut the integers
 * themselves (SplitQDQ of ONNX Runtime's qdq_selectors.cc).
 */
export function* fuseQuantisedParts(graph: WorkGraph, operators: readonly string[]): Steps<void> {
  for (const operator of operators) {
    for (const at of graph.withOperator(operator)) {
      yield;
      const node = graph.nodes[at]!;
      const [source] = node.inputs;
      const widened = typeof source === 'number' ? graph.producer(source) : -1;
      const writers = writersOf(graph, node);
      if (widened !== -1 && writers && graph.nodes[widened]!.operator === 'DequantizeLinear')
        fuseParts(graph, at, widened, writers);
    }
  }
}

/** The QuantizeLinear that alone reads each part; undefined where something else does. */
function writersOf(graph: WorkGraph, { outputs }: WorkNode): number[] | undefined {
  const writers: number[] = [];
  for (const output of outputs) {
    if (output === null || graph.leavesScope(output)) return undefined;
    const [writer, ...others] = graph.consumers(output);
    if (writer === undefined || others.length > 0) return undefined;
    const { operator, outputs: written } = graph.nodes[writer]!;
    if (operator !== 'QuantizeLinear' || !isUnsigned(graph, written[0])) return undefined;
    writers.push(writer);
  }
  return writers;
}

/** Signed ones are made unsigned around the node, by other scales. */
function isUnsigned(graph: WorkGraph, value: number | null | undefined): boolean {
  const type = typeof value === 'number' ? graph.value(value).type : undefined;
  return type?.kind === 'tensor' && type.dtype === 'uint8';
}

function fuseParts(graph: WorkGraph, at: number, widened: number, writers: readonly number[]): void {
  const { operator, operatorClass, inputs } = graph.nodes[at]!;
  const last = writers.reduce((a, b) => (graph.nodes[a]!.root.index > graph.nodes[b]!.root.index ? a : b));
  const value = graph.resolve(inputs[0]!);
  const isShared = graph.leavesScope(value) || !graph.isReadOnce(value);
  const recomputed = new Map(isShared ? [[value, graph.resolve(graph.nodes[widened]!.inputs[0]!)]] : []);
  const nodes = new Set([...(isShared ? [] : [widened]), at, ...writers]);
  graph.fuse(nodes, {
    operator,
    inputs: externalInputs(graph, { nodes, recomputed }),
    outputs: writers.flatMap((writer) => graph.nodes[writer]!.outputs),
    root: graph.nodes[last]!.root,
    fusion: 'ort-qdq-split',
    operatorClass,
    recomputed,
  });
}
