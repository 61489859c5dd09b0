import type { Chip } from '../chips/chip';
import type { DataType } from '../graph/dataTypes';
import type { Inference, InferredValue } from '../inference/types';
import { readsOf, writesOf } from '../kernels/operands';
import type { Kernel } from '../kernels/types';
import { memo } from '../memo';
import { Query } from '../query';
import type { PrecisionPolicy } from '../workload';
import { bitsOfFormat, formatOf, isFloatType, resolveFormat, wantedFormat } from './precision';

/** In which format a kernel computes, and at which its bytes are sized. */
export interface KernelFormat {
  /** Format of the stored type that decides, or the type itself where no arithmetic format applies (indices). */
  readonly stored: string;
  readonly compute: string;
  /** The chip lacks what is wanted. */
  readonly substituted: boolean;
}

const roles = ['weight', 'input', 'output'] as const;
type Role = (typeof roles)[number];

/** Formats of one chip under one policy; remembers what it has looked up. */
export class FormatTable {
  private readonly computed = new Map<string, string | undefined>();
  /** By stored type, then by all else that a scale depends on. */
  private readonly scales = new Map<DataType, (number | undefined)[]>();
  private readonly keys = new WeakMap<readonly DataType[], string>();

  constructor(
    private readonly chip: Chip,
    readonly policy: PrecisionPolicy,
  ) {}

  /** The chip's format for a stored one under the policy; undefined when the chip has no rate at all. */
  resolve(stored: string): string | undefined {
    if (!this.computed.has(stored)) {
      this.computed.set(stored, resolveFormat(this.chip, wantedFormat(this.policy, stored))?.format);
    }
    return this.computed.get(stored);
  }

  /** A 16-bit format of the chip, for what stays outside the matrix units under fp8 and fp4. */
  private sixteen(): string {
    return this.chip.peakOpsPerSecond['bf16'] ? 'bf16' : (resolveFormat(this.chip, 'fp16')?.format ?? 'fp16');
  }

  /** Elementwise kernels keep 16 bits under fp8 and fp4: those formats exist in matrix units only. */
  computeFormat(stored: string, matrix: boolean): string | undefined {
    const narrow = this.policy === 'fp8' || this.policy === 'fp4';
    return narrow && !matrix && stored !== 'int8' && stored !== 'int4'
      ? this.sixteen()
      : this.resolve(stored);
  }

  /** Bytes of a value under the policy ÷ bytes at the stored type. */
  scale(type: DataType | undefined, role: Role, matrix: boolean, rank: number): number {
    if (type === undefined) return 1;
    let known = this.scales.get(type);
    if (!known) this.scales.set(type, (known = []));
    const key = roles.indexOf(role) * 4 + (matrix ? 2 : 0) + (rank >= 2 ? 1 : 0);
    return (known[key] ??= this.newScale(type, role, matrix, rank));
  }

  /** Equal where values of these types take as many bytes: what depends on sizes alone is the same there. */
  heldKey(types: readonly DataType[]): string {
    return this.scalesKey(types, ['weight', 'output']);
  }

  /** Equal where all kernels on values of these types compute in the same formats and move as many bytes. */
  key(types: readonly DataType[]): string {
    let key = this.keys.get(types);
    if (key === undefined) this.keys.set(types, (key = this.newKey(types)));
    return key;
  }

  private newKey(types: readonly DataType[]): string {
    const stored = new Set([...types.flatMap((type) => formatOf(type) ?? []), 'fp32']);
    const formats = [...stored].flatMap((one) => [
      this.computeFormat(one, true),
      this.computeFormat(one, false),
    ]);
    return `${formats.join(' ')} ${this.scalesKey(types, roles)}`;
  }

  private scalesKey(types: readonly DataType[], ofRoles: readonly Role[]): string {
    const scaled = types.filter((type) => formatOf(type) !== undefined);
    const scales = scaled.flatMap((type) =>
      ofRoles.flatMap((role) =>
        [true, false].flatMap((matrix) => [1, 2].map((rank) => this.scale(type, role, matrix, rank))),
      ),
    );
    return scales.join(' ');
  }

  private newScale(type: DataType, role: Role, matrix: boolean, rank: number): number {
    const stored = formatOf(type);
    if (stored === undefined) return 1;
    const storedBits = bitsOfStored(stored);
    if (this.policy === 'int4-weights' && role === 'weight' && matrix && rank >= 2 && isFloatType(type)) {
      return (bitsOfFormat('int4') ?? 4) / storedBits;
    }
    // The accumulator leaves a narrow matrix product at 16 bits.
    const format = this.computeFormat(stored, matrix && role !== 'output');
    // A narrower stored type stays as it is in memory: only the arithmetic is wider.
    const bits = format === undefined ? storedBits : (bitsOfFormat(format) ?? storedBits);
    // Quantised values stay as they are in memory where only the arithmetic is wider.
    return !isFloatType(type) && bits > storedBits ? 1 : bits / storedBits;
  }
}

/** The formats of a chip under a policy. */
export const formatTable = memo((chip: Chip, policy: PrecisionPolicy) => new FormatTable(chip, policy), 20);

/** Bits of a stored format, without the scales that come as tensors of their own in a model. */
function bitsOfStored(format: string): number {
  return Math.floor(bitsOfFormat(format) ?? 32);
}

/** The type that most of the given values' bytes have, among those that a chip could compute in, else among all. */
function commonest(values: readonly InferredValue[]): DataType | undefined {
  const bytes = new Map<DataType, number>();
  for (const value of values) {
    const type = dtypeOf(value);
    if (type !== undefined) bytes.set(type, (bytes.get(type) ?? 0) + (value.bytes ?? 0) + 1e-9);
  }
  let best: DataType | undefined;
  let bestBytes = -1;
  for (const [type, size] of bytes) {
    const weight = formatOf(type) === undefined ? size * 1e-18 : size;
    if (weight > bestBytes) [best, bestBytes] = [type, weight];
  }
  return best;
}

export function dtypeOf(value: InferredValue): DataType | undefined {
  return value.type?.kind === 'tensor' ? value.type.dtype : undefined;
}

const typesIn = new Query<Inference, readonly DataType[]>();

/** The element types of a model's values, each once. */
export function typesOf(inference: Inference): readonly DataType[] {
  return typesIn.at(inference, () => [...new Set(inference.values.flatMap((value) => dtypeOf(value) ?? []))]);
}

const storedTypes = new WeakMap<Kernel, DataType | 'none'>();

/**
 * The stored type that decides what a kernel computes in: that of its activations; integer operands make it integer. No
 * chip changes it, so it is found once.
 */
export function storedTypeOf(inference: Inference, kernel: Kernel): DataType | undefined {
  let type = storedTypes.get(kernel);
  if (type === undefined) storedTypes.set(kernel, (type = findStoredType(inference, kernel) ?? 'none'));
  return type === 'none' ? undefined : type;
}

function findStoredType(inference: Inference, kernel: Kernel): DataType | undefined {
  if (kernel.computes) return kernel.computes;
  const values = readsOf(kernel).map((id) => inference.values[id]!);
  const activations = values.filter((value) => !value.isConstant);
  const anchor = inference.nodes[kernel.anchor]!;
  const first = anchor.inputs[0];
  if ((kernel.operations?.matrix ?? 0) > 0 && first !== null && first !== undefined) {
    // MatMulInteger behind a DynamicQuantizeLinear reads floats from outside and multiplies integers.
    const direct = dtypeOf(inference.values[first]!);
    if (direct !== undefined && formatOf(direct) === 'int8') return direct;
  }
  const outputs = writesOf(kernel).map((id) => inference.values[id]!);
  return commonest(activations.length > 0 ? activations : [...values, ...outputs]) ?? commonest(outputs);
}

/** How a kernel computes on a chip. */
export function kernelFormat(
  inference: Inference,
  kernel: Kernel,
  table: FormatTable,
): KernelFormat | undefined {
  const type = storedTypeOf(inference, kernel);
  const stored = formatOf(type);
  if (stored === undefined) {
    // Indices and the like: no arithmetic format; the elementwise rate of FP32 stands for it.
    const compute = table.resolve('fp32');
    return compute === undefined ? undefined : { stored: type ?? 'unknown', compute, substituted: false };
  }
  const matrix = (kernel.operations?.matrix ?? 0) > 0;
  const compute = table.computeFormat(stored, matrix);
  if (compute === undefined) return undefined;
  return { stored, compute, substituted: compute !== wantedFormat(table.policy, stored) && matrix };
}
