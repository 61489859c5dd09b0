import type { Chip } from '../../chips/chip';
import type { KernelInput } from '../classes/shared/model';
import type { Machine } from '../machine';
import { bitsOfFormat } from '../precision';

/** Formats whose matrix units skip the zeros of the 2:4 pattern (NVIDIA and AMD matrix units; FP32 and FP64 lanes do not). */
const sparseFormats: ReadonlySet<string> = new Set(['tf32', 'bf16', 'fp16', 'fp8', 'int8', 'int4']);
/** Two of four elements are skipped: no unit gains more from this pattern, whatever others it knows. */
const mostSpeedup = 2;
/** Two bits say where each of the two kept elements of a group stands. */
const indexBitsPerGroup = 4;

/** How much faster the matrix units are on weights in the 2:4 pattern; null where the chip does not know the pattern. */
export function twoOfFourSpeedup(chip: Chip): number | null {
  const { speedup, pattern } = chip.sparsity ?? {};
  if (!speedup || !/\b(2:4|4:2)\b/.test(pattern ?? '')) return null;
  return Math.min(mostSpeedup, speedup.value);
}

/** Bytes of 2:4 weights ÷ dense ones: two of four elements and their places. */
export function sparseWeightShare(format: string): number {
  const bits = bitsOfFormat(format) ?? 16;
  return (2 * bits + indexBitsPerGroup) / (4 * bits);
}

const machines = new WeakMap<Machine, Machine>();

/** A kernel whose weights are in the 2:4 pattern; unchanged where chip or format gain nothing from it. */
export function withSparseWeights(input: KernelInput): KernelInput {
  const { machine, bytes } = input;
  const speedup = twoOfFourSpeedup(machine.chip);
  if (speedup === null || machine.peak === null || !sparseFormats.has(machine.format)) return input;
  let faster = machines.get(machine);
  if (!faster) machines.set(machine, (faster = { ...machine, peak: machine.peak * speedup }));
  const share = sparseWeightShare(machine.format);
  const saved = bytes.mainWeights * (1 - share);
  return {
    ...input,
    machine: faster,
    weightBytes: input.weightBytes * share,
    bytes: {
      ...bytes,
      main: bytes.main - saved,
      mainWeights: bytes.mainWeights - saved,
      near: Math.max(0, bytes.near - saved),
    },
  };
}
