import type { Chip } from '../chips/chip';
import { isMoreBetter, type Candidate, type FigureName, type Objective } from './candidate';
import { brokenFigure, openLimits, type Broken, type Limits } from './limits';
import { isSurelyLess, sharedError } from './ratio';

/** A chip that keeps all limits, at the precision that serves the objective best there. */
export interface Ranked extends Candidate {
  /**
   * Where it may stand: behind all that are surely better, before all that are surely worse. Several chips of one place
   * cannot be told apart.
   */
  readonly place: { readonly best: number; readonly worst: number };
  /** Nothing is surely better than it in one figure and at least as good in all; null where a figure is unknown. */
  readonly isPareto: boolean | null;
  /** Limits that its figures keep and its ranges do not. */
  readonly open: readonly FigureName[];
}

/** A chip that is no answer, and the first reason. */
export interface Rejected {
  readonly chip: Chip;
  readonly broken: Broken;
}

export interface Ranking {
  /** Best first, by value; how sure that order is, `place` says. */
  readonly ranked: readonly Ranked[];
  /** Those of which nobody can say that another is better: one, where it is surely the best. */
  readonly tied: readonly Ranked[];
  readonly rejected: readonly Rejected[];
}

/** Figures of which no chip may be worse in all: a price only where the user gives one. */
const paretoFigures: readonly FigureName[] = ['latency', 'energy', 'watts', 'price'];

/**
 * Ranks chips under limits.
 * @param candidates of each chip one for each precision that is allowed
 */
export function rank(candidates: readonly Candidate[], objective: Objective, limits: Limits): Ranking {
  const byChip = new Map<Chip, Candidate[]>();
  for (const candidate of candidates) {
    const others = byChip.get(candidate.chip);
    if (others) others.push(candidate);
    else byChip.set(candidate.chip, [candidate]);
  }
  const kept: Candidate[] = [];
  const rejected: Rejected[] = [];
  for (const [chip, ofChip] of byChip) {
    const answers = ofChip.filter((one) => !brokenFigure(one, limits, objective));
    const [best] = answers.sort((a, b) => compare(a, b, objective));
    if (best) kept.push(best);
    else rejected.push({ chip, broken: leastBroken(ofChip, limits, objective) });
  }
  kept.sort((a, b) => compare(a, b, objective));
  const isPareto = paretoOf(kept);
  const ranked = kept.map((one): Ranked => {
    const better = kept.filter((other) => isBetter(other, one, objective)).length;
    const worse = kept.filter((other) => isBetter(one, other, objective)).length;
    return {
      ...one,
      place: { best: better + 1, worst: kept.length - worse },
      isPareto: isPareto(one),
      open: openLimits(one, limits),
    };
  });
  rejected.sort((a, b) => timesBroken(a.broken) - timesBroken(b.broken));
  return { ranked, tied: ranked.filter(({ place }) => place.best === 1), rejected };
}

/** The precision that comes nearest to being an answer tells why a chip is none. */
function leastBroken(ofChip: readonly Candidate[], limits: Limits, objective: Objective): Broken {
  const broken = ofChip.flatMap((one) => brokenFigure(one, limits, objective) ?? []);
  return broken.sort((a, b) => timesBroken(a) - timesBroken(b))[0]!;
}

/** By how much a limit is broken; what no number tells comes last. */
function timesBroken(broken: Broken): number {
  return 'times' in broken ? (broken.times ?? Number.MAX_VALUE) : Number.MAX_VALUE;
}

/** By value; equal ones by time, what is computed as it was asked for, then by id, so that the order is always the same. */
function compare(a: Candidate, b: Candidate, objective: Objective): number {
  return (
    difference(a, b, objective) ||
    difference(a, b, 'latency') ||
    Number(a.substituted) - Number(b.substituted) ||
    (a.chip.id < b.chip.id ? -1 : 1)
  );
}

function difference(a: Candidate, b: Candidate, name: FigureName): number {
  const [x, y] = [a.figures[name]?.value ?? Infinity, b.figures[name]?.value ?? Infinity];
  if (x === y) return 0;
  return isMoreBetter[name] ? y - x : x - y;
}

/** Whether one candidate is surely better than another by a figure that both have. */
function isBetter(a: Candidate, b: Candidate, name: FigureName): boolean {
  const [x, y] = [a.figures[name], b.figures[name]];
  if (!x || !y) return false;
  const [less, more] = isMoreBetter[name] ? [y, x] : [x, y];
  if (less.value >= more.value) return false;
  // Ranges that do not meet leave nothing open, whatever the errors share; most pairs are such.
  return less.high < more.low || isSurelyLess(less, more, sharedError(a.chip, b.chip));
}

/** Tells of each candidate whether it is in the Pareto set of those of which all figures are known. */
function paretoOf(all: readonly Candidate[]): (one: Candidate) => boolean | null {
  const compared = paretoFigures.filter(
    (name) => name !== 'price' || all.some(({ figures }) => figures.price),
  );
  const isKnown = ({ figures }: Candidate): boolean => compared.every((name) => figures[name]);
  const known = all.filter(isKnown);
  const dominates = (a: Candidate, b: Candidate): boolean =>
    compared.every((name) => difference(a, b, name) <= 0) && compared.some((name) => isBetter(a, b, name));
  return (one) => (isKnown(one) ? !known.some((other) => dominates(other, one)) : null);
}
