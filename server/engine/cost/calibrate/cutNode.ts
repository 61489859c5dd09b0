import { elementCount } from '../../graph/dataTypes';
import { emptyGraph } from '../../graph/emptyModel';
import type { DataType } from '../../graph/dataTypes';
import type { Attribute, Model, Node, Tensor, ValueInfo, ValueType } from '../../graph/model';
import { onnxFacts, onnxOrigin } from '../../graph/origin';
import type { Inference, InferredNode, InferredValue } from '../../inference/types';
import { argsWith, problem } from '../../problem';
import type { ArgsBut, Problem, ProblemCode } from '../../problem';

/** A model of one node, or why there is none. */
export type Cut =
  { readonly model: Model; readonly problem: null } | { readonly model: null; readonly problem: Problem };

/** First version of ConstantOfShape, which weights are made with, and the types that it has had since. */
const fillVersion = 9;
const fillTypes = new Set<DataType>([
  ...(['float', 'float16', 'double', 'int8', 'int16', 'int32', 'int64'] as const),
  ...(['uint8', 'uint16', 'uint32', 'uint64', 'bool'] as const),
]);

/**
 * A model that holds one node of another, so that it can be measured by itself. Shapes are the numbers of the workload.
 * Weights are never read: they become constants of their shape and type with one value throughout, which a runtime
 * folds and packs as it does real weights; small known contents (shapes, axes, scales) are kept.
 */
export function cutNode(model: Model, inference: Inference, index: number): Cut {
  const node = inference.nodes[index]!;
  const refuse = <C extends ProblemCode>(code: C, args: ArgsBut<C, 'node'>): Cut => ({
    model: null,
    problem: problem('error', code, argsWith<C, 'node'>({ node: nameOf(node) }, args)),
  });
  if (inference.nodes.some(({ parent }) => parent === index)) return refuse('measure.node-with-body', {});
  if (node.node.attributes.some(({ kind }) => kind === 'reference'))
    return refuse('measure.node-with-body', {});
  const parts: Parts = { inputs: [], initializers: [], nodes: [] };
  for (const id of new Set(node.inputs)) {
    const value = id === null ? undefined : inference.values[id]!;
    if (value && !place(value, opsetOf(model), parts))
      return refuse('measure.value-unknown', { value: value.name });
  }
  const outputs: ValueInfo[] = [];
  for (const id of node.outputs) if (id !== null) outputs.push(declared(inference.values[id]!));
  const { inputs, initializers } = parts;
  const nodes = [...parts.nodes, renamed(node, inference)];
  const graph = { ...emptyGraph, name: 'node', inputs, outputs, initializers, nodes };
  const own = { producerName: 'siliconlens', producerVersion: '' };
  const origin = onnxOrigin({ ...onnxFacts(model), ...own });
  return {
    model: { ...model, graph, functions: [], origin },
    problem: null,
  };
}

const nameOf = ({ node, index }: InferredNode): string => node.name || node.outputs[0] || `#${index}`;

const opsetOf = (model: Model): number =>
  model.operatorSets.find(({ domain }) => domain === '')?.version ?? 0;

interface Parts {
  readonly inputs: ValueInfo[];
  readonly initializers: Tensor[];
  readonly nodes: Node[];
}

/** Puts an input of the node where it belongs; false when too little is known of it. */
function place(value: InferredValue, opset: number, parts: Parts): boolean {
  const { name, type, elements } = value;
  const shape = numbersOf(type);
  if (type?.kind !== 'tensor' || !type.dtype || !shape) return false;
  const { dtype } = type;
  const known = elements?.filter((element) => typeof element === 'number' || typeof element === 'string');
  const count = elementCount(shape);
  if (known && known.length === count) {
    parts.initializers.push({ ...tensorOf(name, dtype, shape), elements: known as number[] | string[] });
  } else if (value.isConstant && fillTypes.has(dtype) && opset >= fillVersion)
    fill(name, dtype, shape, parts);
  else parts.inputs.push(declared(value));
  return true;
}

/** Floats get a value that no operator turns into something special, whole numbers one that indexes anything. */
function fill(name: string, dtype: DataType, shape: readonly number[], parts: Parts): void {
  const isFloat = dtype === 'float' || dtype === 'float16' || dtype === 'double';
  const sizes = `${name}.shape`;
  parts.initializers.push({ ...tensorOf(sizes, 'int64', [shape.length]), elements: shape });
  const value: Attribute = {
    name: 'value',
    kind: 'tensor',
    value: { ...tensorOf('', dtype, [1]), elements: [isFloat ? 0.01 : 0] },
  };
  parts.nodes.push({
    ...{ name: `${name}.fill`, operator: 'ConstantOfShape', domain: '', overload: '' },
    ...{ inputs: [sizes], outputs: [name], attributes: [value], metadata: [] },
  });
}

function tensorOf(name: string, dtype: DataType, dims: readonly number[]): Tensor {
  return { name, dtype, dims, data: { place: 'none' } };
}

function numbersOf(type: ValueType | undefined): readonly number[] | null {
  if (type?.kind !== 'tensor' || !type.shape) return null;
  const numbers = type.shape.filter((dim) => typeof dim === 'number');
  return numbers.length === type.shape.length ? numbers : null;
}

function declared({ name, type }: InferredValue): ValueInfo {
  return type ? { name, type } : { name };
}

/** The node by the names of its values as the inference has them: those of a subgraph may be shadowed. */
function renamed({ node, inputs, outputs }: InferredNode, { values }: Inference): Node {
  const names = (ids: readonly (number | null)[]): string[] =>
    ids.map((id) => (id === null ? '' : values[id]!.name));
  return { ...node, inputs: names(inputs), outputs: names(outputs), metadata: [] };
}
