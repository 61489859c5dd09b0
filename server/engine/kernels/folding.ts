import type { Inference, InferredNode } from '../inference/types';
import { isStepDue, type Steps } from '../scheduler';
import type { RuntimeProfile } from './profile';

/** Results differ from run to run: never computed ahead. */
const random = /^(Random|Bernoulli|Multinomial|Dropout)/;

/**
 * Nodes that a runtime computes before the model runs, by flat index: 1 for those with constant outputs and, where the
 * runtime knows the bound dimensions when it builds, those that depend on dimensions alone.
 */
export function* knownAtLoad(inference: Inference, profile: RuntimeProfile): Steps<Uint8Array> {
  const known = new Uint8Array(inference.nodes.length);
  const { constants, boundShapes, except } = profile.folding;
  if (!constants) return known;
  for (const node of inference.nodes) {
    if (isStepDue(node.index)) yield;
    if (except.includes(node.node.operator)) continue;
    if (node.folded || (boundShapes && followsFromDimensions(inference, node, known))) known[node.index] = 1;
  }
  return known;
}

function followsFromDimensions(inference: Inference, node: InferredNode, known: Uint8Array): boolean {
  if (node.outputs.length === 0 || random.test(node.node.operator)) return false;
  if (node.node.attributes.some(({ kind }) => kind === 'graph' || kind === 'graphs')) return false;
  if (node.outputs.every((output) => output === null || hasNumbers(inference, output))) return true;
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
function hasNumbers(inference: Inference, id: number): boolean {
  const { elements } = inference.values[id]!;
  return elements !== undefined && elements.every((element) => typeof element === 'number');
}
