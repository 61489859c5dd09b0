import type { Chip } from '../../chips/chip';
import { formatTable } from '../../cost/kernelFormat';
import { machineAt } from '../../cost/machine';
import type { PrecisionPolicy } from '../../workload';
import { nodesThatGain, secondsByBound } from './bounds';
import { fact, suggestionOf } from './make';
import table from './precisions.json';
import { optionOf, shareGained, underWorkload, type Situation, type Trial } from './trial';
import type { Option, Risk, Suggestion, SuggestionCode } from './types';

interface Policy {
  readonly policy: PrecisionPolicy & Risk;
  readonly risk: number;
  readonly trains: boolean;
  readonly isUsual?: boolean;
  readonly classes?: readonly string[];
}
const policies = table.policies as readonly Policy[];

/** A riskier precision has to take so much more of the time away than a safer one. */
const worthTheRisk = 0.05;

/** Shares of the time that differ by less are equal, and rates that differ by less than this factor. */
const alike = 0.01;
const nearlyEqual = 1.05;

/** A precision that was tried. */
export interface TriedPrecision {
  readonly option: Option;
  readonly trial: Trial;
  readonly risk: number;
}

/** What the chip could compute in instead of what it computes in now, by rising risk; of a large model the usual ones alone. */
export async function triedPrecisions(
  situation: Situation,
  isLarge: boolean,
): Promise<readonly TriedPrecision[]> {
  const { prepared, analysis } = situation;
  const { chip, cost } = analysis;
  const { precision: now, phase } = prepared.workload;
  const tried: TriedPrecision[] = [];
  const able = policies.filter(
    (one) => (one.trains || phase !== 'training') && (one.isUsual === true || !isLarge),
  );
  for (const { policy, risk, classes } of ofOneWidth(chip, able)) {
    if (policy === now || policy === cost.precision.compute) continue;
    if (!isMet(chip, policy, classes)) continue;
    const trial = await underWorkload(situation, { precision: policy });
    const option = optionOf(situation, trial, { kind: 'precision', value: policy }, policy);
    tried.push({ option, trial, risk });
  }
  return tried;
}

/** The chip has a rate for a format that is no stand-in for it. */
function isMet(chip: Chip, policy: PrecisionPolicy, classes?: readonly string[]): boolean {
  if (classes?.includes(chip.class)) return true;
  return formatTable(chip, policy).resolve('fp32') === policy;
}

/** Of the two formats of 16 bits the faster one, which is fp16 where they are alike: it keeps more digits. */
function ofOneWidth(chip: Chip, list: readonly Policy[]): readonly Policy[] {
  const peak = (format: string): number => machineAt({ chip, home: null }, format).peak ?? 0;
  const slower = peak('bf16') > nearlyEqual * peak('fp16') ? 'fp16' : 'bf16';
  const hasBoth = ['bf16', 'fp16'].every((format) =>
    list.some(({ policy }) => policy === format && isMet(chip, policy)),
  );
  return hasBoth ? list.filter(({ policy }) => policy !== slower) : list;
}

/**
 * The precision with which a run is fastest. A riskier one has to gain more than a safer one, and what needs more than
 * calibration is offered only beside it.
 */
export function fasterPrecision(
  situation: Situation,
  tried: readonly TriedPrecision[],
  least: number,
): Suggestion[] {
  const { analysis } = situation;
  const share = ({ option }: TriedPrecision): number => shareGained(option) ?? 0;
  const fits = ({ trial }: TriedPrecision): boolean =>
    trial.fit.fits !== false || analysis.fit.fits === false;
  const front: TriedPrecision[] = [];
  for (const one of tried) {
    if (!fits(one) || share(one) < least) continue;
    const before = front.at(-1);
    if (!before || share(one) >= share(before) + worthTheRisk) front.push(one);
    else if (one.risk === before.risk && share(one) > share(before) + alike) front[front.length - 1] = one;
  }
  const best = front.findLast(({ risk }) => risk <= table.mostRisk);
  if (!best) return [];
  const others = front.filter((one) => one !== best).map(({ option }) => option);
  const nodes = nodesThatGain(analysis, best.trial);
  return [
    suggestionOf(best.option, {
      code: codeOf(situation, best),
      nodes,
      others,
      facts: factsOf(situation, best),
    }),
  ];
}

function codeOf({ analysis }: Situation, { option, trial }: TriedPrecision): SuggestionCode {
  if (option.risk !== 'int8') return 'lower-precision';
  const [before, after] = [secondsByBound(analysis), secondsByBound(trial)];
  return before.memory - after.memory >= before.compute - after.compute ? 'int8-halves-it' : 'int8-gains';
}

function factsOf({ analysis }: Situation, { trial, option }: TriedPrecision): Suggestion['facts'] {
  const { chip, cost, timeline } = analysis;
  const bound = secondsByBound(analysis);
  const total = option.seconds.before ?? 1;
  const peakOf = ({ cost: { home, precision } }: Pick<Trial, 'cost'>): number =>
    machineAt({ chip, home }, precision.compute).peak ?? 0;
  return {
    from: fact.name(cost.precision.compute),
    to: fact.name(option.risk),
    memory: fact.share(bound.memory / total),
    compute: fact.share(bound.compute / total),
    overhead: fact.share(bound.overhead / total),
    weights: fact.bytes(timeline.weights.known),
    weightsAfter: fact.bytes(trial.timeline.weights.known),
    peak: fact.rate(peakOf(analysis)),
    peakAfter: fact.rate(peakOf(trial)),
  };
}
