import { emptyModel } from '../../../server/engine/graph/emptyModel';
import type {
  Attribute,
  Graph,
  Model,
  ModelFunction,
  Node,
  OperatorSet,
} from '../../../server/engine/graph/model';
import { onnxOrigin } from '../../../server/engine/graph/origin';
import { infer, type InferOptions } from '../../../server/engine/inference/infer';
import type { Inference, InferredNode } from '../../../server/engine/inference/types';
import type { Phase } from '../../../server/engine/workload';
import { attributeOf, graphOf, parseType, printType, type CheckAttribute } from '../operators/check';

/** A node: `node('Add', 'a, b', 'c', { axis: 1 })`; a domain is written `com.microsoft::Gelu`. */
export function node(
  operator: string,
  inputs: string,
  outputs: string,
  attributes: Readonly<Record<string, CheckAttribute>> = {},
  name = '',
): Node {
  const [domain, type] = operator.includes('::') ? operator.split('::') : ['', operator];
  const names = (text: string): string[] => (text === '' ? [] : text.split(',').map((part) => part.trim()));
  return {
    name,
    operator: type!,
    domain: domain!,
    overload: '',
    inputs: names(inputs),
    outputs: names(outputs),
    attributes: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
    metadata: [],
  };
}

/** Formal inputs or outputs: `{ x: 'float[batch, 4]' }`; '' declares no type. */
export function infos(types: Readonly<Record<string, string>>): Graph['inputs'] {
  return Object.entries(types).map(([name, type]) => ({
    name,
    ...(type !== '' && { type: parseType(type) }),
  }));
}

export function subgraph(
  inputs: Readonly<Record<string, string>>,
  nodes: readonly Node[],
  outputs: string,
): Attribute {
  const value = graphOf({
    inputs: infos(inputs),
    nodes,
    outputs: outputs.split(',').map((name) => ({ name: name.trim() })),
  });
  return { name: '', kind: 'graph', value };
}

const imports: readonly OperatorSet[] = [
  { domain: '', version: 21 },
  ...['local', 'custom', 'com.microsoft', 'ai.onnx.ml'].map((domain) => ({ domain, version: 1 })),
];

export function functionOf(
  name: string,
  inputs: string,
  outputs: string,
  nodes: readonly Node[],
  more: Partial<ModelFunction> = {},
): ModelFunction {
  return {
    name,
    domain: 'local',
    overload: '',
    inputs: inputs.split(',').map((part) => part.trim()),
    outputs: outputs.split(',').map((part) => part.trim()),
    attributes: [],
    attributeDefaults: [],
    operatorSets: imports,
    nodes,
    valueInfo: [],
    metadata: [],
    ...more,
  };
}

export function modelOf(
  graph: Partial<Graph>,
  functions: readonly ModelFunction[] = [],
  operatorSets: readonly OperatorSet[] = imports,
): Model {
  return {
    ...emptyModel,
    origin: onnxOrigin({ irVersion: 10 }),
    operatorSets,
    graph: graphOf(graph),
    functions,
  };
}

/** Inference with what tests look at: printed types by value name, nodes by output name, problem codes. */
export interface Tried {
  readonly inference: Inference;
  readonly types: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  readonly nodeOf: (output: string) => InferredNode;
}

export async function tryModel(
  model: Model,
  options: InferOptions & { bindings?: Readonly<Record<string, number>>; phase?: Phase } = {},
): Promise<Tried> {
  const { bindings = {}, phase = 'inference', ...rest } = options;
  const inference = await infer(model, { bindings, phase, precision: 'as-stored', runtime: null }, rest);
  const types: Record<string, string> = {};
  for (const value of inference.values) types[value.name] ??= printType(value.type);
  return {
    inference,
    types,
    problems: inference.problems.map((problem) => problem.code),
    nodeOf(output) {
      const value = inference.values.find(({ name }) => name === output);
      return inference.nodes[value!.producer!]!;
    },
  };
}
