import { modelMemory, type Chip } from '../chips/chip';
import { bitsOfFormat } from '../cost/precision';
import type { PrecisionChoice } from '../cost/types';
import { dataTypes } from '../graph/dataTypes';
import type { InferredValue } from '../inference/types';
import type { RuntimeProfile } from '../kernels/profile';
import type { MemoryTimeline, SizeOf } from './timeline';

/** Whether a model's memory fits on a chip. Bytes; unknown is null. */
export interface Fit {
  /** What the driver reports. */
  readonly capacityBytes: number | null;
  readonly marketedBytes: number | null;
  /** What the runtime keeps for itself. */
  readonly reserveBytes: number | null;
  readonly fits: boolean | null;
}

/**
 * Holds the high-water mark against the capacity of one device less the runtime's reserve (an unknown reserve counts
 * as none).
 */
export function fitOf(chip: Chip, profile: RuntimeProfile, timeline: MemoryTimeline): Fit {
  const memory = modelMemory(chip);
  const perDevice = (bytes: number | undefined): number | null =>
    bytes === undefined ? null : bytes / chip.devices;
  const capacityBytes = perDevice(memory?.capacityBytes?.value);
  const reserveBytes = profile.reserveBytes?.value ?? null;
  return {
    capacityBytes,
    marketedBytes: perDevice(memory?.marketedBytes?.value),
    reserveBytes,
    fits:
      capacityBytes === null || timeline.highWaterBytes === null
        ? null
        : timeline.highWaterBytes <= capacityBytes - (reserveBytes ?? 0),
  };
}

/**
 * Bytes of values at the types at which a chip holds them: floating-point values change their size where the chip
 * lacks their type or the precision policy replaces it, everything else stays as stored.
 */
export function sizeAt(precision: PrecisionChoice): SizeOf {
  return (value) => {
    if (value.bytes === null || !precision.substituted) return value.bytes;
    const wanted = bitsOfFormat(value.isConstant ? precision.weights : precision.activations);
    const stored = floatBits(value);
    return wanted === null || stored === null ? value.bytes : Math.ceil((value.bytes * wanted) / stored);
  };
}

function floatBits(value: InferredValue): number | null {
  const dtype = value.type?.kind === 'tensor' ? value.type.dtype : undefined;
  return dtype !== undefined && dataTypes[dtype].kind === 'float' ? dataTypes[dtype].bits : null;
}
