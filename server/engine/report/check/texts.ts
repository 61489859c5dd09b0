import type { Figure } from '../../budgets/figures';
import type { MetricName } from '../../budgets/metrics';
import type { NodeChange } from '../../budgets/nodes';
import type { Words } from '../print/words';
import type { CheckModel, CheckPlace, CheckVerdict } from './types';

type Write = (value: number) => string;

/** How the figures of a metric are written. */
export function writerOf(metric: MetricName, words: Words): Write {
  switch (metric) {
    case 'latency':
      return words.seconds;
    case 'memory':
    case 'traffic':
      return words.bytes;
    case 'energy':
      return words.joules;
    case 'operations':
      return words.operations;
    case 'parameters':
    case 'unsupportedNodes':
      return words.count;
  }
}

/** `Traffic of GDDR6` */
export function metricText({ metric, level }: Pick<CheckVerdict, 'metric' | 'level'>, words: Words): string {
  const name = words.text(`print.check.metric.${metric}`);
  return level === null ? name : words.text('print.check.level', { name, level });
}

/** A figure with how much of it is known, and the upper end of its range where it has one. */
export function figureText(figure: Figure | null, metric: MetricName, words: Words): string {
  const unknown = words.text('print.unknown');
  if (!figure) return unknown;
  const write = writerOf(metric, words);
  const { value, high, isLowerBound, atMost } = figure;
  if (value === null) return unknown;
  if (isLowerBound) return words.bounds(value, atMost, write) ?? unknown;
  return high === null || high === value ? write(value) : `${write(value)} (≤ ${write(high)})`;
}

/** `+5.2 %` from one number to another; empty where there is no share. */
function shareText(before: number | null, now: number | null, words: Words): string {
  if (before === null || now === null || before === 0) return '';
  const share = now / before - 1;
  if (share === 0) return words.percent(0);
  return `${share < 0 ? '−' : '+'}${words.percent(Math.abs(share))}`;
}

/** How far a figure moved; empty where that is unknown. */
export function movedText(before: Figure | null, now: Figure, words: Words): string {
  if (!before || before.isLowerBound || now.isLowerBound) return '';
  return shareText(before.value, now.value, words);
}

/** Where a model was looked at. */
export function placeText(
  { chip, system, runtime }: Pick<CheckPlace, 'chip' | 'system' | 'runtime'>,
  words: Words,
): string {
  if (chip === null) return words.text('print.check.model');
  const on = system === null ? chip : `${system}: ${chip}`;
  return runtime === null ? on : `${on} · ${runtime}`;
}

/** One sentence of what a verdict is: what, where, how much and how much is allowed. */
export function verdictText(
  model: CheckModel,
  place: CheckPlace,
  verdict: CheckVerdict,
  words: Words,
): string {
  const { metric, status, against, most, figure, before } = verdict;
  const write = writerOf(metric, words);
  return words.text(`print.check.said.${against}.${status}`, {
    model: model.path,
    place: placeText(place, words),
    metric: metricText(verdict, words),
    value: figureText(figure, metric, words),
    most: most === null ? words.text('print.unknown') : write(most),
    before: figureText(before, metric, words),
  });
}

/** A node's cost with its sign. */
export function changeText({ change }: Pick<NodeChange, 'change'>, write: Write): string {
  return `${change < 0 ? '−' : '+'}${write(Math.abs(change))}`;
}

/** How costs of nodes are written at a place: seconds on a chip, else operations. */
export function nodeWriter({ chip }: Pick<CheckPlace, 'chip'>, words: Words): Write {
  return chip === null ? words.operations : words.seconds;
}

/** What stands for a node that has no name. */
export function nodeText({ name, operator }: Pick<NodeChange, 'name' | 'operator'>): string {
  return name === '' ? operator : name;
}

/** What is said of a report as a whole: how many limits hold, and what it was compared with. */
export function summaryText(
  counts: Readonly<Record<'kept' | 'exceeded' | 'unknown' | 'new', number>>,
  words: Words,
): string {
  const parts = (['exceeded', 'unknown', 'new', 'kept'] as const).filter((status) => counts[status] > 0);
  return parts
    .map((status) => words.text(`print.check.count.${status}`, { count: words.count(counts[status]) }))
    .join(' · ');
}
