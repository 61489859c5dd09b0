import { dataTypes } from '../../graph/dataTypes';
import { addTo } from '../../lists';
import type { Inference, InferredValue } from '../../inference/types';
import { isStepDue, type Steps } from '../../scheduler';

/**
 * 1 for each value that depends on what is trained, by id: its gradient is asked for. Only floats have one.
 * @param trained ids of the weights that are trained, and of values that adapters change
 */
export function* gradientsOf(inference: Inference, trained: Iterable<number>): Steps<Uint8Array> {
  const asked = new Uint8Array(inference.values.length);
  const pending: number[] = [];
  const ask = (id: number | null | undefined): void => {
    if (typeof id !== 'number' || asked[id] === 1 || !isFloat(inference.values[id]!)) return;
    asked[id] = 1;
    pending.push(id);
  };
  const passed = yield* crossings(inference);
  for (const id of trained) ask(id);
  for (let count = 0; pending.length > 0; count++) {
    if (isStepDue(count)) yield;
    const id = pending.pop()!;
    for (const node of inference.values[id]!.consumers)
      for (const output of inference.nodes[node]!.outputs) ask(output);
    for (const other of passed.get(id) ?? []) ask(other);
  }
  return asked;
}

/** Values that stand for one another across the border of a body: what goes in by its formal name, what comes out by the holder's. */
function* crossings(inference: Inference): Steps<Map<number, number[]>> {
  const passed = new Map<number, number[]>();
  const add = (from: number | null | undefined, to: number | null | undefined): void => {
    if (typeof from === 'number' && typeof to === 'number') addTo(passed, from, to);
  };
  for (const { holder, inputs, outputs, arguments: given } of inference.scopes) {
    yield;
    if (holder === null) continue;
    given?.forEach((id, i) => add(id, inputs[i]));
    const results = inference.nodes[holder]!.outputs;
    outputs.forEach((id, i) => add(id, results[i]));
  }
  return passed;
}

function isFloat({ type }: InferredValue): boolean {
  const dtype = type?.kind === 'tensor' ? type.dtype : undefined;
  return dtype !== undefined && dataTypes[dtype].kind === 'float';
}
