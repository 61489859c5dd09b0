// The common part of the range of a run's time, by chip class and kind of net, from how far estimates of whole models are off.
import { chipById } from '../../../server/engine/chips/catalogue';
import type { ChipClass } from '../../../server/engine/chips/chip';
import { placeOf, useCommonSpreads, type CommonSpread } from '../../../server/engine/cost/common';
import { isScored, type Scored } from './estimate';
import type { Asked } from './interpret';
import type { Fit, Score } from './splits';
import { intervalScore } from './statistics';

/** One figure in logarithms. */
export interface Residual {
  readonly chip: string;
  /** ln(measured ÷ estimated). */
  readonly off: number;
  /** Width of the range without a common part, below and above: what kernels have of their own. */
  readonly below: number;
  readonly above: number;
}

type Side = 'below' | 'above';

/** Share of figures outside on one side of a central 90 % interval. */
const outsideShare = 0.05;
/**
 * Figures and chips from which on a group has a range of its own: with three chips the ranges score worse on chips left out (2.45
 * against 2.23 on all figures).
 */
const [enoughRows, enoughChips] = [15, 5];
/** Widest factor that is tried: e to this power. */
const widest = 5;

const isBeyond = (one: Residual, side: Side, common: number): boolean =>
  (side === 'below' ? -one.off : one.off) > Math.hypot(common, one[side]);

/** A chip with many figures counts for more than one with few, but not by as much: their errors are alike. */
function weights(rows: readonly Residual[]): number[] {
  const count = new Map<string, number>();
  for (const { chip } of rows) count.set(chip, (count.get(chip) ?? 0) + 1);
  return rows.map(({ chip }) => 1 / Math.sqrt(count.get(chip)!));
}

/** The least common half-width that leaves a twentieth outside on its side. */
export function commonHalfWidth(rows: readonly Residual[], side: Side): number {
  const weight = weights(rows);
  const all = weight.reduce((a, b) => a + b, 0);
  const outside = (common: number) =>
    rows.reduce((sum, one, i) => sum + (isBeyond(one, side, common) ? weight[i]! : 0), 0) / all;
  let [from, to] = [0, widest];
  if (outside(0) <= outsideShare) return 0;
  while (to - from > 1e-3) {
    const middle = (from + to) / 2;
    if (outside(middle) <= outsideShare) to = middle;
    else from = middle;
  }
  return to;
}

/** A chip's figures with the widths that those of the other chips ask for. */
interface LeftOut {
  readonly own: readonly Residual[];
  readonly below: number;
  readonly above: number;
}

function leaveOut(rows: readonly Residual[]): LeftOut[] {
  return [...new Set(rows.map(({ chip }) => chip))].map((chip) => {
    const others = rows.filter((one) => one.chip !== chip);
    return {
      own: rows.filter((one) => one.chip === chip),
      below: commonHalfWidth(others, 'below'),
      above: commonHalfWidth(others, 'above'),
    };
  });
}

/** The score of a figure (statistics.ts) under common half-widths. */
function scoreUnder(one: Residual, below: number, above: number): number {
  const range = {
    low: Math.exp(-Math.hypot(below, one.below)),
    high: Math.exp(Math.hypot(above, one.above)),
  };
  return intervalScore({ measured: Math.exp(one.off), estimated: 1, ...range });
}

/** Factors that are tried: 1, 1.05 … 4. */
const factors = Array.from({ length: 61 }, (_, i) => 1 + i / 20);

/**
 * What ranges of seen chips are multiplied by, in logarithms, for chips never seen: the factor with the least mean score where
 * each chip has its turn under the ranges of the others. A share inside would let one chip that is far off widen all without end.
 */
export function wideningFor(rows: readonly Residual[]): number {
  const turns = leaveOut(rows);
  const sums = factors.map((factor) => {
    const scores = turns.flatMap(({ own, below, above }) =>
      own.map((one) => scoreUnder(one, factor * below, factor * above)),
    );
    return scores.reduce((a, b) => a + b, 0);
  });
  return factors[sums.indexOf(Math.min(...sums))]!;
}

/** Operator groups that most of the time of a kind of net goes to. */
const groupsOf = {
  convolution: ['convolution'],
  transformer: ['gemm', 'attention-prefill', 'attention-decode'],
} as const;

type Named = Pick<CommonSpread, 'class' | 'place' | 'group'>;

function entryOf(names: readonly Named[], rows: readonly Residual[]): CommonSpread[] {
  const chips = new Set(rows.map(({ chip }) => chip)).size;
  if (rows.length < enoughRows || chips < enoughChips) return [];
  const factor = wideningFor(rows);
  const width = (side: Side) => factor * commonHalfWidth(rows, side);
  const round = (value: number) => Number(value.toPrecision(3));
  const [low, high] = [round(Math.exp(-width('below'))), round(Math.exp(width('above')))];
  return names.map((name) => ({ ...name, low, high, rows: rows.length, chips }));
}

/** The entries of some chips: each kind of net by itself, and all together. */
function entriesOf(of: Omit<Named, 'group'>, rows: readonly Scored[]): CommonSpread[] {
  const nets = Object.entries(groupsOf).flatMap(([net, groups]) =>
    entryOf(
      groups.map((group) => ({ ...of, group })),
      rows.filter((one) => one.net === net).map(residualOf),
    ),
  );
  return [...nets, ...entryOf([{ ...of, group: '*' }], rows.map(residualOf))];
}

/** Classes that have measurements of kernels: what is known of them says nothing of other classes. */
const fitted: readonly string[] = ['cpu', 'gpu'];

/**
 * The ranges of all classes with enough figures, blocks of systems on chip and chips of their own apart where both have
 * enough; those of accelerators together stand in for accelerators without.
 * @param scored times, estimated without a common part
 */
export function commonSpreads(scored: readonly Scored[]): CommonSpread[] {
  const times = scored.filter(({ asked }) => asked.quantity !== 'energy');
  const classes = [...new Set(times.map(({ chipClass }) => chipClass))].sort();
  const result = classes.flatMap((name) => {
    const own = times.filter(({ chipClass }) => chipClass === name);
    return (['block', 'chip', 'other vendor', '*'] as const).flatMap((place) =>
      entriesOf(
        { class: name as ChipClass, place },
        own.filter((one) => place === '*' || placeOf(chipById(one.asked.chip)!) === place),
      ),
    );
  });
  const others = times.filter(({ chipClass }) => !fitted.includes(chipClass));
  return [...result, ...entriesOf({ class: '*', place: '*' }, others)];
}

/** Ranges of kernels alone. */
const none: readonly CommonSpread[] = [
  { class: '*', place: '*', group: '*', low: 1, high: 1, rows: 0, chips: 0 },
];

export const rangesFile = 'server/engine/cost/classes/totals.json';

/** Estimates without a common part. Nothing else is fitted to these figures, so they are the same whatever is left out. */
const estimated = new WeakMap<Asked, Scored>();

export async function fittedRanges(figures: readonly Asked[], score: Score): Promise<CommonSpread[]> {
  const restore = useCommonSpreads(none);
  const missing = figures.filter((one) => !estimated.has(one));
  for (const scored of (await score(missing)).filter(isScored)) estimated.set(scored.asked, scored);
  restore();
  return commonSpreads(figures.flatMap((one) => estimated.get(one) ?? []));
}

/** The ranges in force while chips or models are left out. */
export const ranges: Fit = {
  name: 'ranges of totals',
  async install(figures, score) {
    return useCommonSpreads(await fittedRanges(figures, score));
  },
};

function residualOf({ asked, measured, estimated, low, high }: Scored): Residual {
  return {
    chip: asked.chip,
    off: Math.log(measured / estimated),
    below: Math.log(estimated / low),
    above: Math.log(high / estimated),
  };
}
