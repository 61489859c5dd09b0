import { liveAt } from '../../memory/live';
import type { MemoryTimeline } from '../../memory/timeline';
import { freeBytes } from '../../memory/free';
import { usableBytes } from '../../memory/fit';
import { largest } from '../../lists';
import { fact, suggestionOf } from './make';
import type { Situation } from './trial';
import type { Option, Suggestion } from './types';

/** A chip of which less is needed has room enough: nothing is to be done. */
const tellingShare = 0.9;

/** The highest point has to be so much higher than the next one, as a share of all that is needed. */
const leastGain = 0.05;

/** Values that are named. */
const mostNamed = 3;

/**
 * Where memory is scarce and one point stands out: the node at which it is highest, and what lives there. Without the largest buffer
 * that lives there the next highest point counts, which is the most that can be gained at it.
 */
export function memoryPeak({ prepared, analysis }: Situation): Suggestion[] {
  const { timeline, fit } = analysis;
  const { buffers, points, highWaterNode } = timeline;
  const [usable, free] = [usableBytes(fit), freeBytes(analysis)];
  const before = fit.highWaterBytes;
  if (!buffers || highWaterNode === null || before === null || usable === null || free === null) return [];
  // Weights that are too large alone need another chip or fewer of them, whatever lives beside them.
  if (usable - free < tellingShare * usable || timeline.weights.known > usable) return [];
  const at = highest(points);
  const alive = liveAt(buffers, [at], mostNamed)[0] ?? [];
  const [top] = alive;
  if (!top || top.role === 'workspace') return [];
  const gained = points[at]!.activationBytes - withoutBuffer(timeline, top.value);
  if (gained < leastGain * before) return [];
  const nameOf = (value: number): string => prepared.inference.values[value]!.name;
  const option: Option = {
    change: { kind: 'graph', value: 'lower-peak' },
    gain: { seconds: null, isPerSample: false, bytes: gained, joules: null },
    seconds: { before: null, after: null },
    risk: 'edit',
  };
  const facts = {
    alive: fact.bytes(points[at]!.activationBytes),
    weights: fact.bytes(timeline.weights.known),
    before: fact.bytes(before),
    after: fact.bytes(before - gained),
    saved: fact.bytes(gained),
    usable: fact.bytes(usable),
    largest: fact.bytes(top.bytes),
    names: fact.name(alive.map(({ value }) => nameOf(value)).join(', ')),
    value: fact.name(nameOf(top.value)),
  };
  return [suggestionOf(option, { code: 'peak-here', nodes: [highWaterNode], facts })];
}

function highest(points: MemoryTimeline['points']): number {
  let at = 0;
  points.forEach(({ activationBytes }, index) => {
    if (activationBytes > points[at]!.activationBytes) at = index;
  });
  return at;
}

/** The highest point of a run in which one buffer takes no room. */
function withoutBuffer({ buffers, points }: MemoryTimeline, value: number): number {
  const index = buffers!.value.indexOf(value);
  const [from, to, bytes] = [buffers!.from[index]!, buffers!.to[index]!, buffers!.bytes[index]!];
  return largest(
    points.map(({ activationBytes }, at) => activationBytes - (at >= from && at <= to ? bytes : 0)),
  );
}
