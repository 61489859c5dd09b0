import { attributeNamed } from '../../graph/attributes';
import type { Inference, InferredNode } from '../../inference/types';
import { nameInOnnx } from '../../operators/table';
import { withoutNodes, type Removal } from './edit';
import { fact, suggestionOf } from './make';
import table from './removals.json';
import { optionOf, shareGained, underInference, type Situation } from './trial';
import type { Suggestion, SuggestionCode } from './types';

/** What a graph does as well without: guards against NaN, and moves of axes that undo each other. */
export async function removals(situation: Situation, least: number): Promise<Suggestion[]> {
  const { inference } = situation.prepared;
  return [
    ...(await without(situation, 'nan-guard', guards(inference), least)),
    ...(await without(situation, 'transpose-pair', pairs(inference), least)),
  ];
}

async function without(
  situation: Situation,
  code: SuggestionCode,
  removal: Removal,
  least: number,
): Promise<Suggestion[]> {
  if (removal.nodes.size === 0) return [];
  const trial = await underInference(situation, withoutNodes(situation.prepared.inference, removal));
  const option = optionOf(
    situation,
    trial,
    { kind: 'graph', value: 'remove' },
    code === 'nan-guard' ? 'guard' : 'none',
  );
  if ((shareGained(option) ?? 0) < least) return [];
  const facts = { count: fact.count(removal.instead.size), nodes: fact.count(removal.nodes.size) };
  return [suggestionOf(option, { code, nodes: [...removal.nodes].sort((a, b) => a - b), facts })];
}

/** Nodes of the main graph by operator. */
function* ofOperator({ nodes }: Inference, operator: string): Generator<InferredNode> {
  for (const node of nodes)
    if (node.scope === 0 && !node.folded && nameInOnnx(node.node.domain, node.node.operator) === operator)
      yield node;
}

function makerOf({ nodes, values }: Inference, id: number | null | undefined): InferredNode | undefined {
  const producer = typeof id === 'number' ? values[id]?.producer : undefined;
  return typeof producer === 'number' ? nodes[producer] : undefined;
}

/** A value or, where it is not a number, another: the test and the choice go, and the value is read as it is. */
function guards(inference: Inference): Removal {
  const { test, choose, otherwise } = table.guard;
  const [nodes, instead] = [new Set<number>(), new Map<number, number>()];
  for (const node of ofOperator(inference, choose)) {
    const tester = makerOf(inference, node.inputs[0]);
    const [value, output] = [node.inputs[otherwise], node.outputs[0]];
    if (!tester || nameInOnnx(tester.node.domain, tester.node.operator) !== test) continue;
    if (typeof value !== 'number' || typeof output !== 'number' || tester.inputs[0] !== value) continue;
    nodes.add(node.index);
    instead.set(output, value);
    if (isReadOnce(inference, tester.outputs[0])) nodes.add(tester.index);
  }
  return { nodes, instead };
}

/** Two moves of axes one after the other, after which all are where they were. */
function pairs(inference: Inference): Removal {
  const [nodes, instead] = [new Set<number>(), new Map<number, number>()];
  for (const second of ofOperator(inference, table.move)) {
    const first = makerOf(inference, second.inputs[0]);
    const [value, output] = [first?.inputs[0], second.outputs[0]];
    if (!first || nodes.has(first.index) || nameInOnnx(first.node.domain, first.node.operator) !== table.move)
      continue;
    if (typeof value !== 'number' || typeof output !== 'number' || !undoes(first, second)) continue;
    nodes.add(second.index);
    instead.set(output, value);
    if (isReadOnce(inference, first.outputs[0])) nodes.add(first.index);
  }
  return { nodes, instead };
}

function isReadOnce({ values, scopes }: Inference, id: number | null | undefined): boolean {
  if (typeof id !== 'number') return false;
  return values[id]!.consumers.length === 1 && !scopes[0]!.outputs.includes(id);
}

/** The second order of axes applied to the first is that of the input; without an order both reverse. */
function undoes(first: InferredNode, second: InferredNode): boolean {
  const [a, b] = [orderOf(first), orderOf(second)];
  if (!a || !b) return a === b;
  return a.length === b.length && b.every((axis, at) => a[axis] === at);
}

function orderOf({ node }: InferredNode): readonly number[] | undefined {
  const order = attributeNamed(node, 'perm');
  return order?.kind === 'ints' ? order.value : undefined;
}
