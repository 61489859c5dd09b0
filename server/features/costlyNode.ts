import { formatterOf } from '../../l10n/format';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/server';
import { Query } from '../engine/query';
import type { Steps } from '../engine/scheduler';
import type { CostlyNodeParams, CostlyNodeResult } from '../protocol';
import { wholeSeconds, type Analysis } from '../workspace/analysis';
import { lineSeconds } from './lineCosts';
import { sorted } from './sorting';

/** A line of the listing with the time of its node. */
interface CostlyLine {
  readonly line: number;
  readonly seconds: number;
}

/** Of each analysis: someone goes from line to line. */
const orders = new Query<Analysis, readonly CostlyLine[]>();

/** Lines in the order of their time, the longest first; those of unknown time and of none are left out. */
function* costlyLines(analysis: Analysis): Steps<CostlyLine[]> {
  const lines: CostlyLine[] = [];
  for (const [line, { least, isKnown }] of yield* lineSeconds(analysis))
    if (isKnown && least > 0) lines.push({ line, seconds: least });
  return yield* sorted(lines, (a, b) => b.seconds - a.seconds || a.line - b.line);
}

/** The costliest node, or the next one from a line on; a line without a time leads to the costliest. */
export function* costlyNode(
  analysis: Analysis,
  { line, step }: Omit<CostlyNodeParams, 'uri'>,
  language: Language,
): Steps<CostlyNodeResult> {
  const [chip] = analysis.chips;
  const order = yield* orders.steps(analysis, () => costlyLines(analysis));
  if (!chip || order.length === 0) return { line: null, label: message(language, 'costly.none') };
  const here = order.findIndex((one) => one.line === line);
  const at = here < 0 ? 0 : here + step;
  const found = order[at];
  if (!found) return { line: null, label: message(language, step > 0 ? 'costly.last' : 'costly.first') };
  const format = formatterOf(language);
  const label = message(language, 'costly.place', {
    place: format.count(at + 1),
    count: format.count(order.length),
    time: format.seconds(found.seconds),
    share: format.percent(found.seconds / wholeSeconds(chip)),
    chip: chip.chip.name,
  });
  return { line: found.line, label };
}
