import { modelMemory, type Chip } from '../chips/chip';
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

/** Holds the high-water mark against the capacity less the runtime's reserve (an unknown reserve counts as none). */
export function fitOf(chip: Chip, profile: RuntimeProfile, timeline: MemoryTimeline): Fit {
  const memory = modelMemory(chip);
  const capacityBytes = memory?.capacityBytes?.value ?? null;
  const reserveBytes = profile.reserveBytes?.value ?? null;
  return {
    capacityBytes,
    marketedBytes: memory?.marketedBytes?.value ?? null,
    reserveBytes,
    fits:
      capacityBytes === null || timeline.highWaterBytes === null
        ? null
        : timeline.highWaterBytes <= capacityBytes - (reserveBytes ?? 0),
  };
}

/** Bits of one element by the name of a precision; undefined for a name without a fixed size. */
const precisionBits: Readonly<Record<string, number>> = {
  fp64: 64,
  fp32: 32,
  tf32: 32,
  bf16: 16,
  fp16: 16,
  fp8: 8,
  int8: 8,
  fp4: 4,
  int4: 4,
};

/**
 * Bytes of values at the types at which a chip holds them: floating-point values change their size where the chip
 * lacks their type or the precision policy replaces it, everything else stays as stored.
 */
export function sizeAt(precision: PrecisionChoice): SizeOf {
  return (value) => {
    if (value.bytes === null || !precision.substituted) return value.bytes;
    const wanted = precisionBits[value.isConstant ? precision.weights : precision.activations];
    const stored = floatBits(value);
    return wanted === undefined || stored === null ? value.bytes : Math.ceil((value.bytes * wanted) / stored);
  };
}

function floatBits(value: InferredValue): number | null {
  const dtype = value.type?.kind === 'tensor' ? value.type.dtype : undefined;
  return dtype !== undefined && dataTypes[dtype].kind === 'float' ? dataTypes[dtype].bits : null;
}
