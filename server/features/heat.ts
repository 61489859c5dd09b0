import type { HeatParams } from '../protocol';
import { shareOf, wholeSeconds } from '../workspace/analysis';
import type { Analysis } from '../workspace/analysis';
import { lineOf } from '../workspace/nodeIndex';

const heatLimit = 2000;
/** Below half a percent a mark says nothing: the ruler would be full of them. */
const leastShare = 0.005;

/** The costliest nodes on the first chosen chip, for the overview ruler. */
export function heat(analysis: Analysis): HeatParams {
  const { uri } = analysis.listing;
  const { revision, choices } = analysis;
  const [first] = analysis.chips;
  if (!first || !choices.heat) return { uri, revision, lines: [] };
  const { cost } = first;
  const whole = wholeSeconds(first);
  const threshold = Math.max(choices.hints.threshold, leastShare);
  const lines = cost.nodes.flatMap((node, index) => {
    const share = shareOf(node, whole);
    const line = share !== null && share >= threshold ? lineOf(analysis, index) : null;
    return share === null || line === null ? [] : [{ line, share, bound: node.bound }];
  });
  lines.sort((a, b) => b.share - a.share);
  return { uri, revision, lines: lines.slice(0, heatLimit) };
}
