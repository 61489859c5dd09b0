import type { WorkGraph, WorkNode } from './workGraph';

/** A product of query, key or value: three products, one sum and else only shapes read what a normalisation makes. */
export function isAttentionInput({ inputs: [input] }: WorkNode, graph: WorkGraph): boolean {
  return feedsAttention(input, graph);
}

/** The product behind an attention whose result is added to what went in, by the shape of the rest of it. */
export function isAttentionOutput({ outputs: [output] }: WorkNode, graph: WorkGraph): boolean {
  const biased = onlyReader(output, graph);
  const sum = biased && onlyReader(biased.outputs[0], graph);
  if (biased?.operator !== 'Add' || sum?.operator !== 'Add') return false;
  const other = sum.inputs.find((one) => one !== null && graph.resolve(one) !== biased.outputs[0]);
  return feedsAttention(other, graph);
}

/** A product of heads that are put together again, whose sum with what went in is normalised at once. */
export function isBehindAttention(
  { inputs: [input], outputs: [output] }: WorkNode,
  graph: WorkGraph,
): boolean {
  const biased = onlyReader(output, graph);
  const sum = biased && onlyReader(biased.outputs[0], graph);
  const result = sum?.operator === 'Add' ? sum.outputs[0] : null;
  const readers =
    typeof result === 'number' ? [...graph.consumers(result)].map((at) => graph.nodes[at]!) : [];
  // Written as several operators: the operator itself hides no attention.
  const isNormalised = readers.every(({ operator, fusion }) =>
    operator === 'LayerNormalization' ? fusion !== null : operator !== 'Add',
  );
  return (
    readers.length > 0 &&
    isNormalised &&
    isMadeBy(input, ['Reshape', 'Transpose', 'MatMul', 'Softmax'], graph)
  );
}

function feedsAttention(value: number | null | undefined, graph: WorkGraph): boolean {
  if (typeof value !== 'number' || makerOf(value, graph)?.operator !== 'LayerNormalization') return false;
  const readers = readersOf(value, graph);
  const count = (operator: string): number => readers.filter((reader) => reader === operator).length;
  return count('Add') === 1 && count('MatMul') === 3 && count('Shape') === readers.length - 4;
}

/** The value is made by the first operator from what the second makes, and so on. */
function isMadeBy(value: number | null | undefined, operators: readonly string[], graph: WorkGraph): boolean {
  let from = value;
  for (const operator of operators) {
    const maker = typeof from === 'number' ? makerOf(from, graph) : undefined;
    if (maker?.operator !== operator) return false;
    from = maker.inputs[0];
  }
  return true;
}

function makerOf(value: number, graph: WorkGraph): WorkNode | undefined {
  return graph.nodes[graph.producer(value)] ?? undefined;
}

function readersOf(value: number, graph: WorkGraph): string[] {
  return [...graph.consumers(value)].map((at) => graph.nodes[at]!.operator);
}

function onlyReader(value: number | null | undefined, graph: WorkGraph): WorkNode | undefined {
  if (typeof value !== 'number' || graph.leavesScope(value)) return undefined;
  const [first, second] = graph.consumers(value);
  return first === undefined || second !== undefined ? undefined : graph.nodes[first]!;
}
