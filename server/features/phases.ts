import { symbolsOfRole } from '../engine/inference/bindingNames';
import { phasesOf, usualSizes } from '../engine/phasesOf';
import type { Scheduler } from '../engine/scheduler';
import type { PhasesParams, PhasesResult } from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { chosenHost } from '../workspace/chosenChips';

/** Sizes beyond it are no answer that anybody acts on. */
const mostTokens = 16_777_216;

/** Prefill and decode of a model on a chosen chip, at the batch in force. */
export async function phases(
  { chips, prepared, catalogue, choices }: Analysis,
  { chip: id, accepted, ...asked }: PhasesParams,
  scheduler: Scheduler,
): Promise<PhasesResult> {
  const chip = chips.find((one) => one.chip.id === id)?.chip;
  if (!chip) return { phases: null };
  const host = chosenHost(choices, catalogue);
  const [batch] = symbolsOfRole(prepared.model.graph, prepared.inference, 'batch');
  const tokens = (name: keyof typeof usualSizes): number =>
    Math.min(mostTokens, Math.max(1, Math.trunc(asked[name] ?? usualSizes[name])));
  const sizes = {
    batch: batch?.value ?? 1,
    prompt: tokens('prompt'),
    context: tokens('context'),
    answer: tokens('answer'),
  };
  const question = { prepared, sizes, accepted: Math.max(1, accepted), ...(host && { host }) };
  return { phases: await phasesOf(question, chip, scheduler) };
}
