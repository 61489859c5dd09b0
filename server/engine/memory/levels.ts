import { entryOf } from '../../../outside/table';
import { modelMemory, nearMemory, type Chip, type MemoryLevel } from '../chips/chip';
import { modelFor } from '../cost/classes/index';
import { machineAt } from '../cost/machine';
import type { ChipCost, KernelCost } from '../cost/types';
import type { KernelPlan } from '../kernels/types';
import { usableBytes, type Fit } from './fit';
import type { BufferRole } from './buffers';
import { roleAt } from './live';
import { highestOf, type MemoryTimeline } from './timeline';

/**
 * What becomes of a model in one memory of a chip: all of it has room there (`tight`: in the last tenth of it); weights come from
 * the memory beyond in every run; activations leave it, too, to be read again; it is too small and nothing helps; or the model
 * makes no use of it.
 */
type LevelVerdict = 'resident' | 'tight' | 'streams' | 'spills' | 'too-small' | 'unused';

/** One memory of a chip under a model. Bytes; unknown is null. */
export interface LevelUse {
  readonly name: string;
  readonly kind: MemoryLevel['kind'];
  readonly onChip: boolean;
  /** Null: nothing is known of how the model uses it. */
  readonly verdict: LevelVerdict | null;
  /** Of one device, less what the runtime keeps. */
  readonly capacityBytes: number | null;
  /** What has to lie there at one time so that nothing streams or spills. */
  readonly neededBytes: number | null;
  /** What kernels read and write there in one run. */
  readonly trafficBytes: number | null;
  /** Weights that come from the memory beyond in one run, and activations that go there or come from there. */
  readonly streamedBytes: number | null;
  readonly spilledBytes: number | null;
  /** Traffic ÷ the time of all kernels, and what the memory offers. */
  readonly bytesPerSecond: number | null;
  readonly peakBytesPerSecond: number | null;
}

/** What levels are judged by. */
export interface OnChip {
  readonly chip: Chip;
  readonly plan: KernelPlan;
  readonly cost: Pick<ChipCost, 'kernels' | 'home' | 'precision'>;
  readonly timeline: MemoryTimeline;
  readonly fit: Fit;
  /** In training only the memory that has to hold the model is judged: what the way back moves is not laid out by memory. */
  readonly training: object | null;
}

/** From this share of a capacity on it is tight. */
const tightShare = 0.9;

/** Every memory of the chip, from far to near as its file has them. */
export function levelUses(on: OnChip): LevelUse[] {
  const { chip, cost } = on;
  const { levels } = machineAt({ chip, home: cost.home }, cost.precision.compute);
  const moved = on.training ? null : movedBytes(on);
  return chip.memory.map(({ name, kind, onChip }, at): LevelUse => {
    const traffic = moved && (entryOf(moved.byLevel, name) ?? null);
    return {
      name,
      kind,
      onChip,
      ...judged(on, chip.memory[at]!, moved),
      trafficBytes: traffic,
      bytesPerSecond: traffic !== null && moved?.seconds ? traffic / moved.seconds : null,
      peakBytesPerSecond: levels.find((level) => level.name === name)?.bandwidth ?? null,
    };
  });
}

type Judged = Pick<LevelUse, 'verdict' | 'capacityBytes' | 'neededBytes' | 'streamedBytes' | 'spilledBytes'>;

function judged(on: OnChip, level: MemoryLevel, moved: Moved | null): Judged {
  const { chip, cost, fit } = on;
  const capacityBytes = level.capacityBytes ? level.capacityBytes.value / chip.devices : null;
  const holding = modelMemory(chip);
  if (!level.onChip && cost.home !== null && level.name !== cost.home)
    return { ...nothing, verdict: 'unused', capacityBytes };
  if (level === holding) return inHolding(on);
  if (level.name === cost.home) return inRoom(fit.highWaterBytes, capacityBytes);
  if (level === nearMemory(chip)) return inNear(on, capacityBytes, moved);
  return { ...nothing, capacityBytes };
}

const nothing = { verdict: null, neededBytes: null, streamedBytes: null, spilledBytes: null } as const;

/** The memory that has to hold the model, about which `fit` speaks. */
function inHolding({ chip, fit, timeline }: OnChip): Judged {
  const usable = usableBytes(fit);
  // What has to fit beside it in the memory on the chip takes no room here.
  const isApart = modelFor(chip)?.mustFit === true && nearMemory(chip) !== modelMemory(chip);
  if (isApart) return inRoom(timeline.weights.isWhole ? timeline.weights.known : null, usable);
  const { fits, streamedBytes, highWaterBytes } = fit;
  const room = inRoom(highWaterBytes, usable);
  if (fits === null) return { ...room, verdict: null };
  if (!fits) return { ...room, neededBytes: highWaterBytes ?? fit.leastBytes, verdict: 'too-small' };
  if (streamedBytes > 0) return { ...room, verdict: 'streams', streamedBytes };
  return { ...room, verdict: room.verdict === 'tight' ? 'tight' : 'resident' };
}

/** A memory that has to hold so many bytes. */
function inRoom(needed: number | null, capacity: number | null): Judged {
  const known = needed !== null && capacity !== null;
  const verdict = !known
    ? null
    : needed > capacity
      ? 'too-small'
      : needed >= tightShare * capacity
        ? 'tight'
        : 'resident';
  return { verdict, capacityBytes: capacity, neededBytes: needed, streamedBytes: 0, spilledBytes: 0 };
}

/** The memory on a chip that has another one beyond it. */
function inNear({ chip, timeline, fit }: OnChip, capacityBytes: number | null, moved: Moved | null): Judged {
  // Where nothing streams activations have to have room, and weights stay beyond.
  if (modelFor(chip)?.mustFit === true) return inRoom(highestOf(timeline), capacityBytes);
  const neededBytes = fit.highWaterBytes;
  if (!moved) return { ...nothing, capacityBytes, neededBytes };
  const { streamedBytes, spilledBytes, givenBytes } = moved;
  const verdict = spilledBytes > givenBytes ? 'spills' : streamedBytes > 0 ? 'streams' : 'resident';
  return { verdict, capacityBytes, neededBytes, streamedBytes, spilledBytes };
}

/** What the kernels of a run move on the chip itself. */
interface Moved {
  readonly byLevel: Readonly<Record<string, number>>;
  readonly streamedBytes: number;
  /** Activations that pass the memory outside, the model's inputs and outputs among them. */
  readonly spilledBytes: number;
  /** The model's inputs and outputs, which come from there and go there anyway. */
  readonly givenBytes: number;
  /** Null where the time of a kernel is unknown. */
  readonly seconds: number | null;
}

/** Null where the bytes of a kernel are unknown, and where none runs on the chip. */
function movedBytes({ plan, cost, timeline }: OnChip): Moved | null {
  const byLevel = new Map<string, number>();
  let [streamed, far] = [0, 0];
  let seconds: number | null = 0;
  for (const kernel of plan.kernels) {
    const own = cost.kernels[kernel.index]!;
    if (own.unit !== 0) continue;
    const runs = kernel.repeat;
    if (runs === null || !isSized(own)) return null;
    for (const [name, bytes] of Object.entries(own.bytes))
      byLevel.set(name, (byLevel.get(name) ?? 0) + bytes * runs);
    streamed += own.farWeightBytes * runs;
    far += cost.home === null ? 0 : (entryOf(own.bytes, cost.home) ?? 0) * runs;
    seconds = seconds === null || !own.seconds ? null : seconds + own.seconds.value * runs;
  }
  if (byLevel.size === 0) return null;
  return {
    byLevel: Object.fromEntries(byLevel),
    streamedBytes: streamed,
    spilledBytes: far - streamed,
    givenBytes: givenBytes(timeline),
    seconds,
  };
}

/** A kernel of which nothing is said by memory has unknown sizes. */
function isSized({ bytes }: KernelCost): boolean {
  return Object.keys(bytes).length > 0;
}

const givenRoles: ReadonlySet<BufferRole> = new Set(['input', 'output', 'cache']);

function givenBytes({ buffers }: MemoryTimeline): number {
  if (!buffers) return 0;
  let sum = 0;
  buffers.bytes.forEach((bytes, row) => {
    if (bytes > 0 && givenRoles.has(roleAt(buffers, row))) sum += bytes;
  });
  return sum;
}
