import type { Placed, World } from './placement';
import type { Slot } from './spread';

/** Micro-batches that are drawn. */
const mostDrawn = 64;

/**
 * One step as a chart: each stage takes micro-batches in order, as soon as it is free and the stage before is done. In training a slot is forward and
 * back together, so that only the ends of a step are as they are run. Of a pipeline that never empties it is a step in the middle: each micro-batch
 * comes back when its last token is made.
 */
export function ganttOf(
  { stages, schedule }: Pick<Placed, 'stages' | 'schedule'>,
  step: World['step'] = 'flushed',
): Slot[] {
  const free = stages.map(() => 0);
  const count = Math.min(mostDrawn, schedule.microBatches);
  const done = new Array<number>(count).fill(0);
  const starts: number[] = [];
  const slots: Slot[] = [];
  for (let round = 0; round < (step === 'steady' ? rounds : 1); round++) {
    for (let microBatch = 0; microBatch < count; microBatch++) {
      let ready = done[microBatch]!;
      stages.forEach(({ seconds }, stage) => {
        const from = Math.max(ready, free[stage]!);
        if (microBatch === 0 && stage === 0) starts.push(from);
        ready = free[stage] = from + seconds;
        slots.push({ stage, microBatch, from, to: ready });
      });
      done[microBatch] = ready;
    }
  }
  return step === 'steady' ? between(slots, starts[rounds - 2]!, starts[rounds - 1]!) : slots;
}

/** Steps until a pipeline has found its rhythm, and one more. */
const rounds = 4;

/** What happens in a stretch of time. */
function between(slots: readonly Slot[], start: number, end: number): Slot[] {
  return slots
    .map((slot) => ({
      ...slot,
      from: Math.max(slot.from, start) - start,
      to: Math.min(slot.to, end) - start,
    }))
    .filter(({ from, to }) => to > from);
}
