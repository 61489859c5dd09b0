import { isStepDue, type Steps } from '../scheduler';
import { modelFor } from './classes/index';
import type { KnownTerms } from './classes/shared/model';
import { kernelInput, secondsOf, type Site } from './kernelCost';
import { kernelFormat } from './kernelFormat';
import type { PlannedModel } from './types';

/**
 * Seconds from one run to the next when each core has a run of its own; null where the class has no law for that or a
 * kernel is not known.
 */
export function* streamSeconds(
  { inference, plan }: Pick<PlannedModel, 'inference' | 'plan'>,
  site: Site,
): Steps<number | null> {
  const law = modelFor(site.chip);
  if (!law?.streamTerms) return null;
  let sum = 0;
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    const input = kernelInput(inference, kernel, site, kernelFormat(inference, kernel, site.table));
    if (!input) return null;
    const terms = law.streamTerms(input);
    if (terms.compute === null || terms.memory === null || terms.work === null) return null;
    const { value } = secondsOf(terms as KnownTerms, {
      ...site.dispatch,
      seconds: site.dispatch.seconds / input.machine.units,
    });
    sum += value * (kernel.repeat ?? 1);
  }
  return sum > 0 ? sum : null;
}
