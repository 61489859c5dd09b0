import { metricOf } from '../../budgets/metrics';
import { nodeChanges } from '../../budgets/nodes';
import { figureIn, type Snapshot } from '../../budgets/snapshot';
import type { CheckPlace, CheckTotal } from './types';

/** Changes of nodes that a report lists of each place. */
const mostChanges = 200;

/**
 * What moved from one snapshot to another: all figures, and the nodes that changed most.
 * @param before null: there is nothing to compare with
 */
export function movedTo(
  now: Snapshot,
  before: Snapshot | null,
): Pick<CheckPlace, 'totals' | 'changes' | 'moreChanges'> {
  const changes = before ? nodeChanges(before.nodes, now.nodes.rows) : [];
  return {
    totals: totalsOf(now, before),
    changes: changes.slice(0, mostChanges),
    moreChanges: Math.max(0, changes.length - mostChanges),
  };
}

function totalsOf(now: Snapshot, before: Snapshot | null): CheckTotal[] {
  return [...now.figures].flatMap(([id, figure]) => {
    const metric = metricOf(id);
    if (!metric) return [];
    const then = before && figureIn(before, metric);
    return [{ metric: metric.name, level: metric.level, before: then, now: figure }];
  });
}
