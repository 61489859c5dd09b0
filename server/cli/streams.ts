import type { Prepared } from '../engine/analyse';
import { samplesPerRun } from '../engine/cost/samples';
import type { Limits } from '../engine/mapping/limits';
import { parseStreams, secondsPerRun, type Streams } from '../engine/mapping/streams';
import type { StreamsAsked } from '../engine/report/streamsReport';
import type { System } from '../engine/systems/system';
import type { Arguments } from './arguments';
import { usage } from './failure';

/**
 * What `--streams` asks for, else what a system needs; null without either. Throws a usage `Failure`.
 * @param deadlineSeconds from frames to results, where that is less than the time between frames
 */
export function streamsIn(
  words: Arguments,
  { inference }: Pick<Prepared, 'inference'>,
  deadlineSeconds: number | undefined,
  wanting: System | null = null,
): StreamsAsked | null {
  const streams = givenIn(words) ?? neededIn(wanting);
  if (!streams) return null;
  return { ...streams, batch: samplesPerRun(inference), deadlineSeconds: deadlineSeconds ?? null };
}

function givenIn(words: Arguments): Streams | null {
  const text = words.text('streams');
  if (text === undefined) return null;
  const streams = parseStreams(text);
  if (!streams) throw usage('cli.error.streams', { value: text });
  return streams;
}

function neededIn(system: System | null): Streams | null {
  const streams = system?.needs?.streams;
  return streams ? { count: streams.count, perSecond: streams.perSecond.value } : null;
}

/** Limits with the time that a run may take, so that the results of all streams are in time. */
export function limitedBy(streams: StreamsAsked, limits: Limits): Limits {
  const latency = secondsPerRun(streams, streams.batch, streams.deadlineSeconds);
  return { ...limits, figures: { ...limits.figures, latency } };
}
