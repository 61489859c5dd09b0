import { entryOf } from '../../../../outside/table';
import type { Calibration, Chip, ResidualBin } from '../../chips/chip';
import { fittable, laws, predict, type Law } from '../classes/gpu/fit';
import { foldOf, minimise, quantile, type Free, type Values } from './optimise';
import type { Row } from './rows';
import { binEdges, binOf, score, type Pair, type Score } from './score';
import { largest, smallest } from '../../lists';

/** Folds of the out-of-fold score. */
export const folds = 5;
/** Rows that a fit of a group needs before it says more than its class. */
export const leastRows = 20;

/** Looks up the chip of a row; one that is not known is left out. */
export type ChipOf = (id: string) => Chip;

/** Mean of |ln p/m| with a weight on large errors: medians and tails both count. */
function loss(rows: readonly Row[], held: Values, chipOf: ChipOf): (values: Values) => number {
  return (values) => {
    const constants = { ...values, ...held };
    let sum = 0;
    for (const row of rows) {
      const error = Math.log(predict(row, constants, chipOf(row.chip)) / row.seconds);
      sum += Math.abs(error) + 0.3 * error * error;
    }
    return sum / rows.length;
  };
}

export function fitLaw(
  rows: readonly Row[],
  free: readonly Free[],
  held: Values,
  chipOf: ChipOf,
  effort: number,
): Values {
  const searched = free.filter(({ name }) => !Object.hasOwn(held, name));
  return { ...minimise(searched, loss(rows, held, chipOf), effort), ...held };
}

export const round = (value: number): number => Number(value.toPrecision(4));

export function rounded(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)]));
}

/**
 * Share of one chip's rows that may lie beyond one end, since a chip that is off lies beyond hardly any of the other;
 * fewer where few rows tell.
 */
const tailOf = (list: readonly number[]): number => 0.1 - Math.min(0.05, 2 / list.length);

/**
 * Quantiles of measured ÷ estimated by size bin; a bin with few rows borrows those of its neighbours.
 * @param sets the pairs by chip left out: a chip is off as a whole, so the interval has to hold for each of them
 */
export function residuals(pairs: readonly Pair[], sets: readonly (readonly Pair[])[] = []): ResidualBin[] {
  const ratiosOf = (list: readonly Pair[]) =>
    list.map(({ predicted, measured }) => measured / predicted).sort((a, b) => a - b);
  return binEdges.map((below, bin) => {
    const inBin = (list: readonly Pair[], reach: number) =>
      list.filter(({ predicted }) => Math.abs(binOf(predicted) - bin) <= reach);
    const own = inBin(pairs, 0);
    const near = inBin(pairs, 1);
    const reach = own.length >= leastRows ? 0 : near.length >= leastRows ? 1 : binEdges.length;
    const ratios = ratiosOf(inBin(pairs, reach));
    const each = sets
      .map((set) => ratiosOf(inBin(set, reach)))
      .filter((list) => 2 * list.length >= leastRows);
    // A little beyond 5 and 95 %: quantiles of few rows are narrower than those of all.
    const slack = 0.05 - Math.min(0.03, 0.5 / Math.max(1, ratios.length));
    return {
      below,
      rows: own.length >= leastRows ? own.length : near.length,
      low: round(
        smallest(
          each.map((list) => quantile(list, tailOf(list))),
          Math.min(1, quantile(ratios, slack)),
        ),
      ),
      median: round(quantile(ratios, 0.5)),
      high: round(
        largest(
          each.map((list) => quantile(list, 1 - tailOf(list))),
          Math.max(1, quantile(ratios, 1 - slack)),
        ),
      ),
    };
  });
}

/** A fit of one chip's rows to one law, with what it scores out of fold. */
export interface Fitted {
  readonly calibration: Calibration;
  readonly score: Score;
  /** Out-of-fold pairs and their rows, in one order. */
  readonly pairs: readonly Pair[];
  readonly rows: readonly Row[];
}

/** Fits a law to the rows of one chip and scores it out of fold. */
export function calibrateGroup(law: Law, own: readonly Row[], chipOf: ChipOf, effort: number): Fitted {
  const constants = rounded(fitLaw(own, law.free, { ...law.held }, chipOf, effort));
  const start = law.free.map((free) => ({ ...free, start: entryOf(constants, free.name) ?? free.start }));
  const pairs: Pair[] = [];
  const rows: Row[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const train = own.filter(({ key }) => foldOf(key, folds) !== fold);
    const test = own.filter(({ key }) => foldOf(key, folds) === fold);
    if (test.length === 0 || train.length === 0) continue;
    const values = fitLaw(train, start, { ...law.held }, chipOf, effort / 2);
    for (const row of test) {
      pairs.push({ predicted: predict(row, values, chipOf(row.chip)), measured: row.seconds });
      rows.push(row);
    }
  }
  const calibration: Calibration = {
    operatorClass: law.group,
    precision: law.precision,
    constants,
    rows: own.length,
    ...(own[0]!.headSize > 0 && { headSizes: [...new Set(own.map(({ headSize }) => headSize))] }),
    residuals: residuals(pairs),
    source: `fitted to ${own.length} rows of ${own[0]!.origin}`,
  };
  return { calibration, score: score(pairs), pairs, rows };
}

/** The law of a group; formats that were not tried here follow the one that runs on the same units. */
function lawFor(group: string, precision: string): Law | undefined {
  const same = laws.filter((law) => law.group === group);
  return (
    same.find((law) => law.precision === precision) ??
    (['fp16', 'int8', 'tf32', 'fp4'].includes(precision)
      ? same.find((law) => law.precision === 'bf16')
      : undefined) ??
    same[0]
  );
}

/** Fits everything that a table of measured kernels can teach of a GPU. Groups with too few rows are left out. */
export function calibrateRows(rows: readonly Row[], chip: Chip, effort = 600): Fitted[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.group} ${row.precision}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const result: Fitted[] = [];
  for (const own of groups.values()) {
    const { group, precision } = own[0]!;
    const law = lawFor(group, precision);
    if (!law || own.length < leastRows || !fittable(chip, precision)) continue;
    result.push(calibrateGroup({ ...law, precision }, own, () => chip, effort));
  }
  return result;
}
