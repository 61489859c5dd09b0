// Scores on chips and on models that fitted constants have not seen.
import { foldOf } from '../../../server/engine/cost/calibrate/optimise';
import type { Scored } from './estimate';
import { ranges } from './fitRanges';
import type { Asked, Excluded } from './interpret';

/** Constants that are fitted to published figures. */
export interface Fit {
  readonly name: string;
  /** Fits to these figures and puts the constants in force; what it returns puts the shipped ones back. */
  install(figures: readonly Asked[], score: Score): Promise<() => void>;
}

/** The fits that shipped constants come from, in order: later ones see the constants of those before. */
const fits: readonly Fit[] = [ranges];

/** Scores figures under the constants in force. */
export type Score = (list: readonly Asked[]) => Promise<readonly (Scored | Excluded)[]>;

/** A fifth of the chips or models at a time: each has its turn, and a run stays within minutes. */
const folds = 5;

/**
 * Scores each figure under constants that were fitted without those that share its key.
 */
export async function scoreSplit(
  asked: readonly Asked[],
  keyOf: (one: Asked) => string,
  score: Score,
  list: readonly Fit[] = fits,
): Promise<(Scored | Excluded)[]> {
  const results: (Scored | Excluded)[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const isLeftOut = (one: Asked) => foldOf(keyOf(one), folds) === fold;
    const rest = asked.filter((one) => !isLeftOut(one));
    const restore: (() => void)[] = [];
    for (const fit of list) restore.push(await fit.install(rest, score));
    results.push(...(await score(asked.filter(isLeftOut))));
    for (const undo of restore.reverse()) undo();
  }
  return results;
}
