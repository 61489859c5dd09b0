import type { Inference, InferredNode } from '../inference/types';
import { isStepDue, type Steps } from '../scheduler';
import { isDoneAt, type RuntimeProfile } from './profile';
import type { Seen } from './seen';

/** Results differ from run to run: never computed ahead. */
const random = /^(Random|Bernoulli|Multinomial|Dropout)/;

/**
 * Nodes that a runtime computes before the model runs, by flat index: 1 for those with constant outputs and those that
 * depend on dimensions alone of which it knows the numbers when it builds.
 */
export function* knownAtLoad(
  inference: Inference,
  profile: RuntimeProfile,
  seen: Seen,
  level: string | undefined,
): Steps<Uint8Array> {
  const known = new Uint8Array(inference.nodes.length);
  const { constants, shapes, except, level: lowest } = profile.folding;
  if (!constants) return known;
  const isFolding = isDoneAt(profile, lowest, level);
  for (const node of inference.nodes) {
    if (isStepDue(node.index)) yield;
    const { operator } = node.node;
    if (except.includes(operator)) continue;
    const isKnown = isFolding
      ? node.folded || followsFromDimensions(inference, node, known, seen, shapes)
      : node.folded && node.inputs.length === 0;
    if (isKnown) known[node.index] = 1;
  }
  return known;
}

function followsFromDimensions(
  inference: Inference,
  node: InferredNode,
  known: Uint8Array,
  seen: Seen,
  shapes: readonly string[] | null,
): boolean {
  if (shapes?.length === 0 || node.outputs.length === 0 || random.test(node.node.operator)) return false;
  if (node.node.attributes.some(({ kind }) => kind === 'graph' || kind === 'graphs')) return false;
  if (shapes?.includes(node.node.operator) ?? true) {
    if (node.outputs.every((output) => output === null || hasNumbers(seen, output))) return true;
  }
  return (
    node.inputs.length > 0 &&
    node.inputs.every((input) => {
      if (input === null) return true;
      const value = inference.values[input]!;
      return value.isConstant || (value.producer !== null && known[value.producer] === 1);
    })
  );
}

/** The content of the value is known, every element a number. */
function hasNumbers(seen: Seen, id: number): boolean {
  const elements = seen.elements(id);
  return elements !== undefined && elements.every((element) => typeof element === 'number');
}
