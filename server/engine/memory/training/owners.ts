import type { Inference } from '../../inference/types';
import type { KernelPlan } from '../../kernels/types';
import { isAlias } from './rules';
import { isStepDue, type Steps } from '../../scheduler';

/**
 * The value in whose buffer each value lies: a view in that of its input, what an operator that does nothing gives out, or one that a
 * framework has as a view, too; what a function is given and gives back are the values of its call.
 */
export function* ownersOf(inference: Inference, plan: KernelPlan): Steps<Int32Array> {
  const source = new Int32Array(inference.values.length).fill(-1);
  for (const { holder, inputs, outputs, arguments: passed } of inference.scopes) {
    yield;
    if (!passed || holder === null) continue;
    inputs.forEach((formal, i) => (source[formal] = passed[i] ?? -1));
    inference.nodes[holder]!.outputs.forEach((output, i) => {
      if (output !== null) source[output] = outputs[i] ?? -1;
    });
  }
  for (const node of inference.nodes) {
    const { index, inputs, outputs, folded, view } = node;
    if (isStepDue(index)) yield;
    const [input] = inputs;
    const isSkipped = plan.kernelOfNode[index] === -1;
    if (folded || typeof input !== 'number' || !(view || isSkipped || isAlias(node))) continue;
    for (const output of isAlias(node) ? outputs : outputs.slice(0, 1))
      if (output !== null && source[output] === -1) source[output] = input;
  }
  const owners = new Int32Array(source.length);
  for (let id = 0; id < owners.length; id++) {
    if (isStepDue(id)) yield;
    let at = id;
    // A chain is no longer than all values, however they were written.
    for (let links = 0; source[at] !== -1 && links < source.length; links++) at = source[at]!;
    owners[id] = at;
    // The next one behind it finds the end at once.
    if (at !== id) source[id] = at;
  }
  return owners;
}
