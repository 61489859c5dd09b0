import { isStepDue, type Steps } from '../scheduler';
import type { CostedGroup } from './alike';
import { modelFor } from './classes/index';
import type { KnownTerms } from './classes/shared/model';
import { secondsOf, type Site } from './kernelCost';

/**
 * Seconds from one run to the next when each core has a run of its own; null where the class has no law for that or a
 * kernel is not known.
 */
export function* streamSeconds(groups: readonly CostedGroup[], site: Site): Steps<number | null> {
  const law = modelFor(site.chip);
  if (!law?.streamTerms) return null;
  let sum = 0;
  for (const [index, { first, count, costed }] of groups.entries()) {
    if (isStepDue(index)) yield;
    const { input } = costed;
    if (!input) return null;
    const terms = law.streamTerms(input);
    if (terms.compute === null || terms.memory === null || terms.work === null) return null;
    const { value } = secondsOf(terms as KnownTerms, {
      ...site.dispatch,
      seconds: site.dispatch.seconds / input.machine.units,
    });
    sum += value * count * (first.repeat ?? 1);
  }
  return sum > 0 ? sum : null;
}
