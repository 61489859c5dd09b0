import type { Inference, InferredNode } from '../../inference/types';
import { numericShape } from '../../inference/work';
import { isStepDue, type Steps } from '../../scheduler';

/** Two thin matrices beside a weight that stays as it is (LoRA, Hu et al. 2021): x · A · B is added to x · W. */
export interface Adapter {
  /** The weight, and what is multiplied by it. */
  readonly weight: number;
  readonly input: number;
  /** Elements of A and B. */
  readonly elements: number;
  /** Elements of x · A, which the gradient of B needs. */
  readonly kept: number;
  /** Its work ÷ that of the product that it stands beside. */
  readonly share: number;
  readonly dims: readonly (readonly number[])[];
}

/**
 * The adapters of a model by node: one beside each product with a trained matrix, except where its result is what the model
 * gives back (target_modules="all-linear" of Hugging Face's PEFT leaves out the last layer).
 * @param stems the trained tensor behind each constant
 */
export function* adaptersOf(
  inference: Inference,
  stems: ReadonlyMap<number, number>,
  rank: number,
): Steps<Map<number, Adapter>> {
  const adapters = new Map<number, Adapter>();
  const results = resultsOf(inference);
  for (const node of inference.nodes) {
    if (isStepDue(node.index)) yield;
    if (node.folded || node.outputs.some((id) => id !== null && results.has(id))) continue;
    const adapter = adapterOf(inference, node, stems, rank);
    if (adapter) adapters.set(node.index, adapter);
  }
  return adapters;
}

/** What the model gives back, under other names and in other shapes too. */
function resultsOf({ scopes, values, nodes }: Inference): ReadonlySet<number> {
  const results = new Set((scopes[0]?.outputs ?? []).flatMap((id) => id ?? []));
  for (const id of results) {
    const { producer } = values[id]!;
    const maker = producer === null ? undefined : nodes[producer];
    const [source] = maker?.view ? maker.inputs : [];
    if (typeof source === 'number') results.add(source);
  }
  return results;
}

function adapterOf(
  inference: Inference,
  { inputs, outputs, work }: InferredNode,
  stems: ReadonlyMap<number, number>,
  rank: number,
): Adapter | null {
  const shape = work?.matrixShape;
  if (shape?.kind !== 'gemm' || shape.weights === 'none') return null;
  const [first, second] = [inputs[0], inputs[1]];
  const [input, weight] = shape.weights === 'b' ? [first, second] : [second, first];
  if (typeof input !== 'number' || typeof weight !== 'number' || !stems.has(weight)) return null;
  if (numericShape(inference.values[weight]!.type)?.length !== 2 || typeof outputs[0] !== 'number')
    return null;
  const { batch, m, n, k } = shape;
  const columns = shape.weights === 'b' ? n : m;
  const rows = batch * (shape.weights === 'b' ? m : n);
  const elements = rank * (k + columns);
  return {
    weight: stems.get(weight)!,
    input,
    elements,
    kept: rows * rank,
    share: elements / (k * columns),
    dims: [
      [rank, k],
      [columns, rank],
    ],
  };
}

/** The trained tensor behind each constant: itself, or what was turned or cast at load time. */
export function* stemsOf(
  inference: Inference,
  trainable: ReadonlySet<number>,
): Steps<ReadonlyMap<number, number>> {
  const stems = new Map<number, number>([...trainable].map((id) => [id, id]));
  for (const { index, folded, inputs, outputs } of inference.nodes) {
    if (isStepDue(index)) yield;
    if (!folded) continue;
    const stem = inputs.map((id) => (id === null ? undefined : stems.get(id))).find((id) => id !== undefined);
    if (stem !== undefined) for (const output of outputs) if (output !== null) stems.set(output, stem);
  }
  return stems;
}
