import { entryOf } from '../../../outside/table';
import type { Chip, Figure } from '../chips/chip';
import { dataTypes, type DataType } from '../graph/dataTypes';
import type { PrecisionPolicy } from '../workload';

/**
 * Bits per element by number format. Group-scaled formats carry their scales: int4 in groups of 128 with one fp16
 * scale (4 + 16/128, the default of ONNX Runtime's 4-bit quantiser), fp4 in blocks of 16 with one 8-bit scale (NVFP4).
 */
const formatBits: Readonly<Record<string, number>> = {
  fp64: 64,
  fp32: 32,
  tf32: 32,
  bf16: 16,
  fp16: 16,
  fp8: 8,
  int8: 8,
  int4: 4.125,
  fp4: 4.5,
  msfp9: 9,
  msfp8: 8,
};

/** The number format of an element type in which a chip could compute; undefined for indices, strings and the like. */
const formatOfType: Partial<Record<DataType, string>> = {
  double: 'fp64',
  float: 'fp32',
  float16: 'fp16',
  bfloat16: 'bf16',
  float8e4m3fn: 'fp8',
  float8e4m3fnuz: 'fp8',
  float8e5m2: 'fp8',
  float8e5m2fnuz: 'fp8',
  int8: 'int8',
  uint8: 'int8',
  int4: 'int4',
  uint4: 'int4',
  float4e2m1: 'fp4',
};

export function formatOf(type: DataType | undefined): string | undefined {
  return type && formatOfType[type];
}

/** Bits of one element of a format; null for one that is not known here. */
export function bitsOfFormat(format: string): number | null {
  return entryOf(formatBits, format) ?? null;
}

export function isFloatType(type: DataType | undefined): boolean {
  return type !== undefined && dataTypes[type].kind === 'float';
}

/** Formats that hold every number of the key, the next wider first. TF32 is never taken for a stored type. */
const wider: Readonly<Record<string, readonly string[]>> = {
  int4: ['int8', 'fp16', 'bf16', 'fp32'],
  fp4: ['fp8', 'fp16', 'bf16', 'fp32'],
  int8: ['fp16', 'bf16', 'fp32'],
  fp8: ['fp16', 'bf16', 'fp32'],
  fp16: ['fp32', 'fp64'],
  bf16: ['fp32', 'fp64'],
  tf32: ['fp32'],
  fp32: ['fp64'],
  fp64: [],
};

/** A rate with the format that it is stated for. */
export interface FormatRate {
  readonly format: string;
  readonly figure: Figure;
  readonly origin: 'vendor' | 'estimated' | 'other';
}

function statedRate(chip: Chip, format: string): FormatRate | undefined {
  const vendor = entryOf(chip.peakOpsPerSecond, format);
  if (vendor) return { format, figure: vendor, origin: 'vendor' };
  const estimated = entryOf(chip.estimatedPeakOpsPerSecond, format);
  if (estimated) return { format, figure: estimated, origin: 'estimated' };
  const other = entryOf(chip.otherPeakOpsPerSecond, format);
  return other && { format, figure: other, origin: 'other' };
}

/** INT8 over 16-bit rate of the chips of the catalogue that state both: 2 for most of them. */
const int8PerHalf = 2;

/** A 16-bit rate for a chip that is said to compute in the format but states its INT8 rate only. */
function halfOfInt8(chip: Chip, format: string): FormatRate | undefined {
  if ((format !== 'fp16' && format !== 'bf16') || !chip.supportedTypes?.value.includes(format))
    return undefined;
  const int8 = statedRate(chip, 'int8');
  if (!int8) return undefined;
  const figure: Figure = {
    ...int8.figure,
    value: int8.figure.value / int8PerHalf,
    basis: 'estimated',
    derivation: 'half of the INT8 rate',
  };
  return { format, figure, origin: 'estimated' };
}

/**
 * The format in which a chip computes what is wanted in `format`: that one, else the next wider that it has, else its
 * `deployPrecision`. Double falls back to single where nothing holds it. Undefined when the
 * chip states no usable rate at all.
 */
export function resolveFormat(chip: Chip, format: string): FormatRate | undefined {
  for (const candidate of [format, ...(entryOf(wider, format) ?? [])]) {
    const rate = statedRate(chip, candidate) ?? halfOfInt8(chip, candidate);
    if (rate) return rate;
  }
  const deployed = chip.deployPrecision ? statedRate(chip, chip.deployPrecision) : undefined;
  return deployed ?? statedRate(chip, 'fp32');
}

/** The format that a policy asks for, given the stored one. Integer models stay integer under float policies. */
export function wantedFormat(policy: PrecisionPolicy, stored: string): string {
  switch (policy) {
    case 'as-stored':
    case 'int4-weights':
      return stored;
    case 'fp32':
    case 'tf32':
    case 'bf16':
    case 'fp16':
    case 'fp8':
    case 'fp4':
      return stored === 'int8' || stored === 'int4' ? stored : policy;
    case 'int8':
      return stored === 'int4' ? stored : 'int8';
  }
}
