import { attributeNamed } from '../graph/attributes';
import { entryOf } from '../../../outside/table';
import type { Shape } from '../graph/model';
import { isOfOneType, isQuantisedWhole, keepsScale, readsUnsigned, writesUnsigned } from './integers';
import { isAttentionInput, isAttentionOutput, isBehindAttention } from './attentionParts';
import type { WorkGraph, WorkNode } from './workGraph';

type NodeTest = (node: WorkNode, graph: WorkGraph) => boolean;

/** Conditions that patterns.json may put on a node, by name. */
const tests: Readonly<Record<string, NodeTest>> = {
  /** A Transpose that swaps the last two axes and nothing else. */
  'swaps-last-two': (node, graph) => {
    const permutation = permutationOf(node, graph);
    const rank = permutation?.length ?? 0;
    return (
      rank >= 2 &&
      permutation!.every(
        (axis, index) => axis === (index < rank - 2 ? index : index === rank - 1 ? rank - 2 : rank - 1),
      )
    );
  },
  /** All given inputs but the first are constant. */
  'constant-parameters': (node, graph) =>
    node.inputs.slice(1).every((input) => input === null || graph.value(graph.resolve(input)).isConstant),
  /** All dimensions of the first output are numbers. */
  'known-sizes': (node, graph) =>
    shapeOf(node.outputs[0], graph)?.every((dim) => typeof dim === 'number') ?? false,
  /** The graph does not give it out. */
  inner: (node, graph) => typeof node.outputs[0] === 'number' && !graph.leavesScope(node.outputs[0]),
  'rank-2': (node, graph) => shapeOf(node.inputs[0], graph)?.length === 2,
  /** The second input has rank 2, as the weights of a linear layer have. */
  'second-rank-2': (node, graph) => shapeOf(node.inputs[1], graph)?.length === 2,
  /** Both inputs have the shape of the output: nothing is broadcast. */
  'no-broadcast': (node, graph) => {
    const output = shapeOf(node.outputs[0], graph);
    return (
      output !== undefined &&
      output.every((dim) => graph.seen.isTold(dim)) &&
      node.inputs.every((input) => {
        const shape = shapeOf(input, graph);
        return shape !== undefined && equalShapes(shape, output);
      })
    );
  },
  /** One node alone reads its first output. */
  sole: (node, graph) => {
    const output = node.outputs[0];
    return typeof output === 'number' && !graph.leavesScope(output) && graph.isReadOnce(output);
  },
  /** Of a QuantizeLinear: the operator before it reads and writes integers of one type. */
  'one-type': (node, graph) => isOfOneType(node, graph),
  'one-type-with-weights': (node, graph) => isOfOneType(node, graph, true),
  /** Nobody quantises what it makes. */
  'stays-float': (node, graph) => {
    const [output] = node.outputs;
    return (
      typeof output === 'number' &&
      !graph.someConsumer(output, (reader) => graph.nodes[reader]!.operator === 'QuantizeLinear')
    );
  },
  unsigned: writesUnsigned,
  'reads-unsigned': readsUnsigned,
  'keeps-scale': keepsScale,
  'whole-scales': isQuantisedWhole,
  'two-inputs': (node) => node.inputs.filter((input) => input !== null).length === 2,
  /** No part of an attention that ONNX Runtime leaves to a fusion of all of it (matmul_add_fusion.cc). */
  'not-of-attention': (node, graph) => !isAttentionInput(node, graph) && !isAttentionOutput(node, graph),
  'not-behind-attention': (node, graph) => !isBehindAttention(node, graph),
};

/** Whether a node passes a named test. Unknown names are mistakes in the table, caught by its test. */
export function passesTest(name: string, node: WorkNode, graph: WorkGraph): boolean {
  const test = entryOf(tests, name);
  if (!test) throw new Error(`no node test "${name}"`);
  return test(node, graph);
}

type ValueTest = (value: number, graph: WorkGraph) => boolean;

const valueTests: Readonly<Record<string, ValueTest>> = {
  /** One element. */
  scalar: (value, graph) => shapeOf(value, graph)?.every((dim) => dim === 1) ?? false,
  'float-32': (value, graph) => {
    const type = graph.seen.type(value);
    return type?.kind === 'tensor' && type.dtype === 'float';
  },
  /** An initializer, or computed at load time. */
  stored: (value, graph) =>
    graph.value(value).isConstant || (graph.value(value).origin === 'node' && graph.producer(value) === -1),
  vector: (value, graph) => shapeOf(value, graph)?.length === 1,
};

/** Whether a value passes a named test. */
export function passesValueTest(name: string, value: number, graph: WorkGraph): boolean {
  const test = entryOf(valueTests, name);
  if (!test) throw new Error(`no value test "${name}"`);
  return test(value, graph);
}

export function shapeOf(value: number | null | undefined, graph: WorkGraph): Shape | undefined {
  if (value === null || value === undefined) return undefined;
  const type = graph.seen.type(graph.resolve(value));
  return type?.kind === 'tensor' ? type.shape : undefined;
}

export function equalShapes(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, index) => dimKey(dim) === dimKey(b[index]!));
}

function dimKey(dim: Shape[number]): string | number {
  return typeof dim === 'number' ? dim : dim.key;
}

/** Axes of a Transpose; reversed where the attribute is missing (ONNX Transpose, `perm`). */
export function permutationOf(node: WorkNode, graph: WorkGraph): readonly number[] | undefined {
  const given = attributeNamed(node.root.node, 'perm');
  if (given?.kind === 'ints') return given.value;
  const rank = shapeOf(node.inputs[0], graph)?.length;
  return rank === undefined ? undefined : Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}
