import { Query } from '../engine/query';
import type { Steps } from '../engine/scheduler';
import type { Analysis } from '../workspace/analysis';
import { lineOf } from '../workspace/nodeIndex';

/**
 * Seconds of the nodes of a listing on the first chip by line, of all calls together for a node in the body of a function; null
 * where one of them is unknown.
 */
export type LineSeconds = ReadonlyMap<number, number | null>;

const known = new Query<Analysis, LineSeconds>();

/** Made once per analysis; none without a chip. */
export function lineSeconds(analysis: Analysis): Steps<LineSeconds> {
  return known.steps(analysis, () => sumByLine(analysis));
}

function* sumByLine(analysis: Analysis): Steps<LineSeconds> {
  const sums = new Map<number, number | null>();
  const cost = analysis.chips[0]?.cost;
  if (!cost) return sums;
  for (const { index } of analysis.inference.nodes) {
    yield;
    const line = lineOf(analysis, index);
    if (line === null) continue;
    const before = sums.get(line);
    const seconds = cost.nodes[index]?.seconds?.value ?? null;
    sums.set(line, before === null || seconds === null ? null : (before ?? 0) + seconds);
  }
  return sums;
}
