import type { Chip } from '../chips/chip';
import type { Inference } from '../inference/types';
import { isStepDue, type Steps } from '../scheduler';
import type { CostedGroup } from './alike';
import { modelFor } from './classes/index';
import { samplesPerRun } from './samples';

/**
 * Samples per second. Chips whose layers form a pipeline give each layer its share of the chip, so that all stages take
 * equally long: a batch leaves every time that the whole chip's work for one batch takes, launch and hand-over hidden
 * behind it, with at most one batch in flight per stage. All others run one batch at a time. Inputs and outputs of
 * neighbouring batches are copied meanwhile, but no faster than the host link allows. What is in flight on average is
 * throughput × latency (Little's law).
 * A runtime with streams runs as many samples at a time as the processor has cores, each on a core of its own.
 * @param times seconds: of one batch; in which its inputs and outputs cross the host link (null: unknown); from one run to
 *   the next where several streams run (null: they don't)
 */
export function* throughputOf(
  inference: Inference,
  groups: readonly CostedGroup[],
  chip: Chip,
  times: { readonly latency: number; readonly transfer: number | null; readonly streams: number | null },
): Steps<{ samplesPerSecond: number; concurrency: number } | null> {
  const { latency, transfer, streams } = times;
  const samples = samplesPerRun(inference);
  if (latency <= 0 || samples === 0) return null;
  const pipelined = modelFor(chip)?.pipelined ?? false;
  const interval = pipelined ? yield* stageSeconds(groups, latency) : latency;
  const slowest = Math.max(Math.min(interval, streams ?? Infinity), transfer ?? 0);
  return {
    samplesPerSecond: samples / slowest,
    concurrency: Math.max(1, Math.ceil(latency / slowest - 1e-9)),
  };
}

/** Seconds from one batch to the next out of a pipeline. */
function* stageSeconds(groups: readonly CostedGroup[], latency: number): Steps<number> {
  let work = 0;
  let stages = 0;
  for (const [index, { first, count, costed }] of groups.entries()) {
    if (isStepDue(index)) yield;
    const { seconds, parts } = costed.cost;
    const time = seconds && parts ? (seconds.value - parts.overhead) * (first.repeat ?? 1) : 0;
    if (time > 0) stages += count;
    work += time * count;
  }
  return stages === 0 ? latency : Math.max(work, latency / stages);
}
