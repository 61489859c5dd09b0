import type { Placed } from './placement';

/** A stage works on a micro-batch. Seconds from the start of the step. */
export interface Slot {
  readonly stage: number;
  readonly microBatch: number;
  readonly from: number;
  readonly to: number;
}

/** Micro-batches that are drawn. */
const mostDrawn = 64;

/**
 * One step as a chart: each stage takes micro-batches in order, as soon as it is free and the stage before is done. In training a slot is forward and
 * back together, so that only the ends of a step are as they are run.
 */
export function ganttOf({ stages, schedule }: Pick<Placed, 'stages' | 'schedule'>): Slot[] {
  const slots: Slot[] = [];
  const free = stages.map(() => 0);
  const count = Math.min(mostDrawn, schedule.microBatches);
  for (let microBatch = 0; microBatch < count; microBatch++) {
    let ready = 0;
    stages.forEach(({ seconds }, stage) => {
      const from = Math.max(ready, free[stage]!);
      ready = from + seconds;
      free[stage] = ready;
      slots.push({ stage, microBatch, from, to: ready });
    });
  }
  return slots;
}
