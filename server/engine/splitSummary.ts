import type { HowMany } from './howMany';
import type { Placed } from './mapping/parallel/placement';
import type { DeviceStage, SplitSummary } from './mapping/parallel/spread';
import { devicesOf, splitLabel } from './mapping/parallel/splits';

/** Equal blocks of a model that is spread, such as layers. */
export function layersOf({ short }: HowMany): number {
  return short.counts.reduce((sum, one, at) => sum + (short.repeats[at] ? one : 0), 0);
}

/** A split that was found as it is told. */
export function splitSummary(one: Placed, found: HowMany): SplitSummary {
  const { split, microBatch, schedule, seconds, parts } = one;
  return {
    label: splitLabel(split),
    split,
    devices: devicesOf(split),
    microBatch,
    microBatches: schedule.microBatches,
    seconds,
    parts,
    perSecond: (found.unit.count * (found.batch ?? split.dp)) / seconds.value,
    stages: stagesOf(one, found),
  };
}

function stagesOf({ split, stages, places }: Placed, { short, step }: HowMany): DeviceStage[] {
  const numbers: number[] = [];
  let layer = 0;
  for (const at of places) numbers.push(short.repeats[at] ? ++layer : 0);
  const stride = split.tp * split.cp * (step === 'training' ? split.dp : 1);
  return stages.map(({ from, to, seconds, memory }, at) => {
    const own = numbers.slice(from, to).filter((number) => number > 0);
    return {
      devices: [at * stride, at * stride + split.tp * split.cp - 1],
      layers: own.length === 0 ? null : [own[0]!, own.at(-1)!],
      hasFirst: from === 0 && numbers[from] === 0,
      hasLast: to === places.length && numbers[to - 1] === 0,
      seconds,
      memory: memory.classes,
      bytes: memory.bytes,
    };
  });
}
