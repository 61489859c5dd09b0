import { formatterOf } from '../../l10n/format';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/server';
import type { ChipAnalysis } from '../engine/analyse';
import { nodeChanges, nodeRows, type NodeRow } from '../engine/budgets/nodes';
import type { CostDiffLine, CostDiffResult } from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { lineOf } from '../workspace/nodeIndex';
import { summed } from './format';

/** Lines that an editor gets. */
const mostLines = 2000;

/** What two models that stand beside each other take on the first chip of the second one: both in all, and what its nodes take more or less. */
export function costDiff(before: Analysis, after: Analysis, language: Language): CostDiffResult {
  const now = after.chips[0];
  const then = before.chips.find(({ chip }) => chip === now?.chip);
  const isRead = [before, after].every(({ listing }) => listing.state !== 'unreadable');
  if (!now || !then || !isRead) return { total: null, lines: [] };
  const { seconds } = formatterOf(language);
  const signed = (change: number): string => `${change < 0 ? '−' : '+'}${seconds(Math.abs(change))}`;
  const changes = nodeChanges({ rows: rowsOf(before, then), isCut: false }, rowsOf(after, now));
  const lines: CostDiffLine[] = [];
  for (const { kind, line, change, before: old } of changes) {
    if (line === null) continue;
    if (lines.length === mostLines) break;
    const text = signed(change);
    const isNew = kind === 'added' || old === null;
    lines.push({ line, text: isNew ? message(language, 'costDiff.added', { time: text }) : text });
  }
  return { total: totalOf(then, now, signed, language), lines };
}

/** Rows whose lines count from 0, as editors count. */
function rowsOf(analysis: Analysis, chip: ChipAnalysis): NodeRow[] {
  return nodeRows(analysis.prepared, chip, (index) => lineOf(analysis, index));
}

function totalOf(
  then: ChipAnalysis,
  now: ChipAnalysis,
  signed: (change: number) => string,
  language: Language,
): string {
  const { seconds } = formatterOf(language);
  const [old, all] = [then.cost.total.latencySeconds, now.cost.total.latencySeconds];
  const isWhole = old && all && !old.isLowerBound && !all.isLowerBound;
  const change = isWhole && old.value !== null && all.value !== null ? all.value - old.value : null;
  const args = {
    chip: now.chip.name,
    before: summed(old, seconds, language),
    after: summed(all, seconds, language),
    change: change === null ? '' : signed(change),
  };
  return message(language, change === null ? 'costDiff.totalsOnly' : 'costDiff.total', args);
}
