import { isStepDue, type Steps } from '../../scheduler';
import type { Passes, Stretch } from './passes';

/** Stretches between cuts that one layer may consist of: more are no layer that repeats. */
const longestPeriod = 12;

/**
 * Layers of a model: stretches of passes from one cut to another that follow each other with the same operators. A cut is where
 * one value alone goes on. Where less than half of the model repeats, some √n stretches of equal length take their place (Chen et
 * al. 2016, training with sublinear memory cost).
 */
export function* layersOf(passes: Passes): Steps<readonly Stretch[]> {
  const stretches = yield* betweenCuts(passes);
  const signatures = stretches.map(({ from, to }) =>
    passes.passes
      .slice(from, to + 1)
      .map(({ operator }) => operator)
      .join(' '),
  );
  const run = longestRun(signatures);
  const join = (first: number, last: number): Stretch => ({
    from: stretches[first]!.from,
    to: stretches[last]!.to,
  });
  const layers: Stretch[] = [];
  if (run) {
    for (let at = run.start; at < run.end; at += run.period) layers.push(join(at, at + run.period - 1));
    const covered = layers.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    if (covered * 2 >= passes.passes.length) return layers;
  }
  const count = Math.round(Math.sqrt(stretches.length));
  return Array.from({ length: count }, (_, i) =>
    join(Math.floor((i * stretches.length) / count), Math.floor(((i + 1) * stretches.length) / count) - 1),
  );
}

/** The passes cut where one value whose gradient is asked for goes on, and nothing else that later passes read. */
function* betweenCuts({ passes, asked }: Passes): Steps<readonly Stretch[]> {
  const lastRead = new Map<number, number>();
  for (const [at, { reads }] of passes.entries()) {
    if (isStepDue(at)) yield;
    for (const id of reads) if (asked[id] === 1) lastRead.set(id, at);
  }
  const stretches: Stretch[] = [];
  const ends = new Map<number, number>();
  let open = 0;
  let from = 0;
  for (const [at, { writes }] of passes.entries()) {
    if (isStepDue(at)) yield;
    open -= ends.get(at) ?? 0;
    for (const id of writes) {
      const last = lastRead.get(id) ?? -1;
      if (last <= at) continue;
      open++;
      ends.set(last, (ends.get(last) ?? 0) + 1);
    }
    if (open !== 1) continue;
    stretches.push({ from, to: at });
    from = at + 1;
  }
  if (from < passes.length) stretches.push({ from, to: passes.length - 1 });
  return stretches;
}

interface Run {
  readonly start: number;
  readonly end: number;
  readonly period: number;
}

/** The longest stretch of the list that repeats with a period, of equally long ones the one with the shortest period. */
function longestRun(items: readonly string[]): Run | null {
  let best: Run | null = null;
  for (let period = 1; period <= longestPeriod; period++) {
    let same = 0;
    for (let at = period; at <= items.length; at++) {
      if (at < items.length && items[at] === items[at - period]) {
        same++;
        continue;
      }
      const start = at - period - same;
      const whole = Math.floor((same + period) / period) * period;
      if (whole >= 2 * period && (!best || whole > best.end - best.start))
        best = { start, end: start + whole, period };
      same = 0;
    }
  }
  return best;
}
