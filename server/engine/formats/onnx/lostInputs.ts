import { attributeNamed } from '../../graph/attributes';
import type { Graph, Node, Tensor, ValueInfo, ValueType } from '../../graph/model';
import { openDimension } from '../dims';

/** They pass on what they read in the same rank and channels. */
const passing: ReadonlySet<string> = new Set([
  'Add',
  'Cast',
  'DequantizeLinear',
  'Div',
  'Identity',
  'Mul',
  'Pad',
  'QuantizeLinear',
  'Sub',
]);
const longestChain = 16;

type Parts = Pick<Graph, 'nodes' | 'initializers'>;

/**
 * Inputs of a graph whose file breaks off before it declares any: what nobody makes and a node with weights reads. Rank and
 * channels are what the weights ask for, all other sizes are open; of an embedding table the rows are taken by batch and position.
 */
export function lostInputs({ nodes, initializers }: Parts): ValueInfo[] {
  const stored = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const sourceOf = (value: string | undefined): string => {
    let at = value ?? '';
    for (let steps = 0; steps < longestChain; steps++) {
      const maker = makers.get(at);
      if (!maker || !passing.has(maker.operator)) return at;
      at = maker.inputs[0] ?? '';
    }
    return at;
  };
  const found = new Map<string, ValueInfo>();
  for (const node of nodes) {
    const form = forms.get(node.operator);
    if (!form || node.domain !== '') continue;
    const name = sourceOf(node.inputs[form.data]);
    const weights = stored.get(sourceOf(node.inputs[form.weights]));
    if (name === '' || !weights || stored.has(name) || makers.has(name) || found.has(name)) continue;
    const type = form.type(node, weights);
    if (type) found.set(name, { name, type });
  }
  return [...found.values()];
}

interface Form {
  /** Places of inputs. */
  readonly data: number;
  readonly weights: number;
  type(node: Node, weights: Tensor): ValueType | null;
}

const forms: ReadonlyMap<string, Form> = new Map([
  ['Conv', { data: 0, weights: 1, type: imageOf }],
  ['Gemm', { data: 0, weights: 1, type: rowsOf }],
  ['Gather', { data: 1, weights: 0, type: tokensOf }],
]);

function imageOf(node: Node, { dims, dtype }: Tensor): ValueType | null {
  const channels = dims[1];
  if (dims.length < 3 || channels === undefined) return null;
  const places = dims.slice(2).map(() => openDimension);
  return { kind: 'tensor', dtype, shape: [openDimension, channels * whole(node, 'group', 1), ...places] };
}

function rowsOf(node: Node, { dims, dtype }: Tensor): ValueType | null {
  const features = dims[whole(node, 'transB', 0) === 0 ? 0 : 1];
  if (dims.length !== 2 || features === undefined || whole(node, 'transA', 0) !== 0) return null;
  return { kind: 'tensor', dtype, shape: [openDimension, features] };
}

function tokensOf(node: Node, { dims }: Tensor): ValueType | null {
  if (dims.length !== 2 || whole(node, 'axis', 0) !== 0) return null;
  return { kind: 'tensor', dtype: 'int64', shape: [openDimension, openDimension] };
}

function whole(node: Node, name: string, otherwise: number): number {
  const value = attributeNamed(node, name)?.value;
  return typeof value === 'number' ? value : otherwise;
}
