import { Query } from '../engine/query';
import type { Steps } from '../engine/scheduler';
import type { Analysis } from '../workspace/analysis';
import { lineOf } from '../workspace/nodeIndex';

/** Seconds between which the time of a line lies. */
interface LineTime {
  /** Those of the nodes that are known. */
  readonly least: number;
  /** Null where one of them is unknown and has no limit. */
  readonly most: number | null;
  readonly isKnown: boolean;
}

/** Seconds of the nodes of a listing on the first chip by line, of all calls together for a node in the body of a function. */
export type LineSeconds = ReadonlyMap<number, LineTime>;

const known = new Query<Analysis, LineSeconds>();

/** Made once per analysis; none without a chip. */
export function lineSeconds(analysis: Analysis): Steps<LineSeconds> {
  return known.steps(analysis, () => sumByLine(analysis));
}

function* sumByLine(analysis: Analysis): Steps<LineSeconds> {
  const sums = new Map<number, LineTime>();
  const cost = analysis.chips[0]?.cost;
  if (!cost) return sums;
  for (const { index } of analysis.inference.nodes) {
    yield;
    const line = lineOf(analysis, index);
    if (line === null) continue;
    const { least, most, isKnown } = sums.get(line) ?? nothing;
    const node = cost.nodes[index];
    const seconds = node?.seconds?.value ?? null;
    const limit = seconds ?? node?.secondsAtMost ?? null;
    sums.set(line, {
      least: least + (seconds ?? 0),
      most: most === null || limit === null ? null : most + limit,
      isKnown: isKnown && seconds !== null,
    });
  }
  return sums;
}

const nothing: LineTime = { least: 0, most: 0, isKnown: true };
