import { entryOf } from '../../outside/table';
import type { ChipAnalysis } from '../engine/analyse';
import { liveAt } from '../engine/memory/live';
import { memoryClasses, type MemoryTimeline } from '../engine/memory/timeline';
import type { ReportChip } from '../engine/report/types';
import { isStepDue, type Steps } from '../engine/scheduler';
import type { ArenaPicture, MemoryPoint, TrafficPoint } from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { labelOf } from './labels';

const aliveLimit = 3;
const nameLimit = 40;

/** The timeline in at most `limit` points: of each stretch the moment that needs most, and what is alive then. */
export function memoryPoints(
  analysis: Pick<Analysis, 'inference'>,
  {
    timeline: points,
    classes,
    buffers,
  }: Pick<ReportChip['memory'], 'timeline' | 'classes'> & Pick<MemoryTimeline, 'buffers'>,
  limit: number,
): MemoryPoint[] {
  const stretch = Math.max(1, Math.ceil(points.length / limit));
  const peaks: number[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    let peak = from;
    for (let at = from; at < Math.min(from + stretch, points.length); at++)
      if (points[at]!.activationBytes > points[peak]!.activationBytes) peak = at;
    peaks.push(peak);
  }
  const alive = buffers && liveAt(buffers, peaks, aliveLimit);
  return peaks.map((at, i) => {
    const { node, activationBytes } = points[at]!;
    return {
      node,
      label: labelOf(analysis, node),
      activationBytes,
      classes: memoryClasses.flatMap((name) => {
        const bytes = classes[name]?.[at];
        return bytes ? [{ name, bytes }] : [];
      }),
      alive: (alive?.[i] ?? []).map(({ value, bytes }) => ({
        name: (analysis.inference.values[value]?.name ?? '').slice(-nameLimit),
        bytes,
      })),
    };
  });
}

/** The planned block of a run, at most `limit` boxes of it. */
export function arenaPicture(
  { inference }: Pick<Analysis, 'inference'>,
  { arena, buffers, points }: Pick<MemoryTimeline, 'arena' | 'buffers' | 'points'>,
  limit: number,
): ArenaPicture | null {
  if (!arena || !buffers) return null;
  const rows = [...arena.offsets.keys()].filter((row) => !Number.isNaN(arena.offsets[row]!));
  const largest = rows.sort((a, b) => buffers.bytes[b]! - buffers.bytes[a]!).slice(0, limit);
  return {
    bytes: arena.bytes,
    steps: points.length,
    boxes: largest.map((row) => {
      const value = inference.values[buffers.value[row]!];
      return {
        node: value?.producer ?? null,
        name: (value?.name ?? '').slice(-nameLimit),
        from: buffers.from[row]!,
        to: buffers.to[row]!,
        offset: arena.offsets[row]!,
        bytes: buffers.bytes[row]!,
      };
    }),
    more: rows.length - largest.length,
  };
}

/**
 * What kernels move in each memory of a chip over a run, in at most `limit` stretches of kernels, each named by the kernel that takes
 * longest; none where nothing of a kernel is known, and in training, whose way back is not laid out.
 */
export function* trafficPoints(
  analysis: Pick<Analysis, 'inference'>,
  { chip, plan, cost, training }: ChipAnalysis,
  limit: number,
): Steps<TrafficPoint[]> {
  const own = cost.kernels.filter(({ kernel, unit }) => unit === 0 && kernel < plan.kernels.length);
  if (training || own.some(({ kernel, seconds }) => !seconds || plan.kernels[kernel]!.repeat === null))
    return [];
  const stretch = Math.max(1, Math.ceil(own.length / Math.max(1, limit)));
  const points: TrafficPoint[] = [];
  for (let from = 0; from < own.length; from += stretch) {
    if (isStepDue(points.length)) yield;
    const bytes = chip.memory.map(() => 0);
    let [seconds, longest, node] = [0, -1, 0];
    for (const one of own.slice(from, from + stretch)) {
      const { repeat, anchor } = plan.kernels[one.kernel]!;
      const took = one.seconds!.value * repeat!;
      seconds += took;
      if (took > longest) [longest, node] = [took, anchor];
      chip.memory.forEach(({ name }, at) => (bytes[at]! += (entryOf(one.bytes, name) ?? 0) * repeat!));
    }
    points.push({ node, label: labelOf(analysis, node), seconds, bytes });
  }
  return points;
}
