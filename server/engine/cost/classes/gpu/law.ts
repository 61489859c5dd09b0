import { mainOf, nearOf } from '../../levels';
import { entryOf } from '../../../../../outside/table';
import { memo } from '../../../memo';
import type { Machine } from '../../machine';
import { bitsOfFormat } from '../../precision';
import { matrixPowerShare, powerShare } from '../../power';
import {
  combine,
  elementwiseSeconds,
  isNarrowConvolution,
  plainTerms,
  productsOf,
  seconds,
  type Product,
} from '../../skeleton';
import type { MatrixShape } from '../../../operators/rule';
import { constantsFor } from '../../constants';
import { decodeTime, prefillTime, type AttentionShape } from './attention';
import {
  fixedSeconds,
  gemmTime,
  missShare,
  overlapped,
  reductionTime,
  throttled,
  type ConstantValues,
  type GpuRates,
  type LawTime,
} from './kernels';
import { constant, type ClassModel, type KernelInput, type Terms } from '../shared/model';

/** The laws' view of a machine; null where a rate is missing that they cannot do without. */
export function gpuRates(machine: Machine, c: ConstantValues): GpuRates | null {
  return ratesOf(machine, { product: c['joulesPerOperation'], matrix: c['matrixJoules'] });
}

/** Joules per operation, where a fit knows them. */
type Joules = {
  readonly product: number | undefined;
  readonly matrix: number | undefined;
};

// A fit asks for hundreds of energies; an estimate for one.
const ratesOf = memo(buildRates, 100);

function buildRates(machine: Machine, joules: Joules): GpuRates | null {
  const bandwidth = mainOf(machine)?.bandwidth;
  if (machine.peak === null || !bandwidth) return null;
  const shared = machine.chip.memory.find((level) => level.onChip && /shared|LDS|SLM/i.test(level.name));
  const sharedBytes = shared?.capacityBytes
    ? shared.capacityBytes.value / machine.chip.devices / machine.units
    : 65536;
  const matrixUnits = machine.vector === null || machine.peak > 1.1 * machine.vector;
  return {
    peak: machine.peak * powerShare(machine, joules.product),
    bandwidth,
    nearCapacity: (nearOf(machine)?.capacityBytes ?? 0) / cacheCopies(machine),
    units: machine.units,
    clockHz: machine.chip.clockHz?.value ?? 1.5e9,
    sharedBytes,
    matrixUnits,
    issue: matrixUnits ? issueShare(machine) : 1,
    sustained: matrixPowerShare(machine, joules.matrix),
  };
}

/**
 * Share of the cycles in which the matrix units take a product. GeForce cards take products with 32-bit sums in every
 * second one, so that their peak is half of what the unit's rate of 8-bit integers comes to (NVIDIA Ada and Ampere GA102 white
 * papers, peaks with FP16 and FP32 accumulation).
 */
function issueShare({ chip, peak, format }: Machine): number {
  const integers = entryOf(chip.peakOpsPerSecond, 'int8')?.value;
  const bits = bitsOfFormat(format);
  return !integers || !bits || !peak ? 1 : Math.min(1, (peak * bits) / 8 / integers);
}

/**
 * Places at which the last cache keeps the same line. Large dies with stacked memory on both sides have a cache in two
 * partitions, of which each serves the units beside it (NVIDIA A100 white paper, L2 cache): half of it holds data. The
 * measured boundaries of residency agree: 0.75 of this on A100 and H100 as on the undivided cache of L40S.
 */
function cacheCopies(machine: Machine): number {
  const name = mainOf(machine)?.name;
  const main = machine.chip.memory.find((level) => level.name === name);
  const large = (nearOf(machine)?.capacityBytes ?? 0) >= 16e6;
  return large && main?.kind.startsWith('hbm') ? 2 : 1;
}

/** A dimension that the tensor cores' fast path cannot use runs at half speed (rows not aligned to 16 bytes). */
function alignmentShare(product: Product, bytesPerElement: number): number {
  const alignment = Math.max(1, Math.round(16 / bytesPerElement));
  return bytesPerElement < 4 && (product.k % alignment !== 0 || product.n % alignment !== 0) ? 0.5 : 1;
}

/** A product and what its time depends on besides the rates and the constants. */
type AskedProduct = Pick<Product, keyof Product> & {
  readonly activationBytes: number;
  /** Bytes of main memory. */
  readonly main: number;
};

/** Networks repeat their layers: a product of one shape is tried over all tiles once per machine and set of constants. */
const productTime = memo((rates: GpuRates, c: ConstantValues, asked: AskedProduct): LawTime => {
  const { activationBytes, main, ...product } = asked;
  const peak = rates.peak * alignmentShare(product, activationBytes);
  return gemmTime({ ...rates, peak }, c, product, Math.max(activationBytes, 0.5), main);
}, 5000);

/** Share of the last cache's peak that plain reading and writing reaches. */
const nearShare = 0.7;

/** Memory time of the bytes that a kernel cannot do without: the slower of what is off the chip and its last cache. */
function gpuMemory(input: KernelInput): number | null {
  const { machine, bytes } = input;
  const bandwidth = constant(input, 'bandwidth', 0.8);
  const main = mainOf(machine)?.bandwidth;
  const near = nearOf(machine);
  const parts = [
    seconds(bytes.main, main ? main * bandwidth : null),
    near ? seconds(bytes.near, near.bandwidth && near.bandwidth * nearShare) : 0,
  ];
  return combine(parts, false);
}

/** Under the power limit, when the matrix work of the whole run lasts long enough to reach it. */
function limited(time: LawTime, input: KernelInput, rates: GpuRates, c: ConstantValues): LawTime {
  const { operations, runOperations } = input;
  const run = time.compute * Math.max(1, runOperations / operations.matrix);
  return throttled(time, operations.matrix, rates, c, run);
}

/** What a set of constants is asked for. */
type Use = { readonly kind: MatrixShape['kind']; readonly isQuantised: boolean };

/**
 * Convolution libraries choose tiles of their own: the smallest one that was seen in products says nothing of them.
 * Activations that another kernel made were brought to 8 bits as it wrote them.
 */
const productConstants = memo((c: ConstantValues, { kind, isQuantised }: Use): ConstantValues => {
  const own = kind === 'convolution' ? { ...c, rows: 0 } : c;
  return isQuantised && c['quantise'] ? { ...own, quantise: 0 } : own;
}, 10);

function matrixTerms(input: KernelInput, rates: GpuRates, shape: MatrixShape): Terms {
  const c = productConstants(input.constants.value, {
    kind: shape.kind,
    isQuantised: !input.readsGiven,
  });
  const { activationBytes, bytes } = input;
  const elementwise = elementwiseSeconds(input, false);
  let compute = 0;
  let memory = 0;
  let extra = 0;
  for (const product of productsOf(shape)) {
    const { batch, m, n, k, weights } = product;
    const asked = { batch, m, n, k, weights, activationBytes, main: bytes.main };
    const time = limited(productTime(rates, c, asked), input, rates, c);
    compute += time.compute;
    memory = Math.max(memory, time.memory);
    extra += time.extra;
  }
  const all = combine([compute, elementwise], false);
  return withFixed(input, rates, all, combine([gpuMemory(input), memory], false), extra);
}

function withFixed(
  input: KernelInput,
  rates: GpuRates,
  compute: number | null,
  memory: number | null,
  extra: number,
): Terms {
  const work = compute === null || memory === null ? null : overlapped({ compute, memory }) + extra;
  return { compute, memory, work, fixed: fixedSeconds(rates, input.constants.value) };
}

/** Steps of a recurrent layer follow each other; each is a small product with a latency of its own. */
function recurrentTerms(
  input: KernelInput,
  rates: GpuRates,
  shape: Extract<MatrixShape, { kind: 'recurrent' }>,
): Terms {
  const c = input.constants.value;
  const step = productsOf(shape)[0]!;
  const weights = step.k * step.n * input.weightBytes;
  const far = weights <= rates.nearCapacity / 2 ? 0 : weights;
  const one = gemmTime(rates, c, { ...step, batch: 1 }, Math.max(input.activationBytes, 0.5), far);
  // A step cannot be shorter than a grid-wide hand-over: half of what a kernel of its own costs.
  const perStep = Math.max(overlapped(one), fixedSeconds(rates, c) / 2);
  return withFixed(input, rates, shape.steps * shape.directions * perStep, gpuMemory(input), 0);
}

/**
 * Launches in a measured attention call: keys and values into the cache, the schedule, the attention itself. A kernel
 * that keeps no cache is one launch.
 */
const launchesWithCache = 3;

function attentionTerms(input: KernelInput, rates: GpuRates, shape: AttentionShape): Terms {
  const law = shape.queryLength > 1 ? prefillTime : decodeTime;
  const full = law(rates, input.constants.value, shape, input.activationBytes, input.bytes);
  // What the power pays for was measured on products.
  const power = constantsFor(input.machine.chip, 'gemm', input.machine.format, input.rates).value;
  const time = limited(
    full,
    input,
    { ...rates, sustained: gpuRates(input.machine, power)?.sustained ?? 1 },
    power,
  );
  const memory = combine([gpuMemory(input), time.memory], false);
  const fused = withFixed(input, rates, time.compute, memory, time.extra);
  const launches = input.writes > 1 ? 1 : 1 / launchesWithCache;
  const terms = { ...fused, fixed: fused.fixed * launches };
  return rates.matrixUnits ? terms : faster(terms, unfusedAttention(input, rates, shape));
}

function faster(a: Terms, b: Terms): Terms {
  const of = (terms: Terms) => (terms.work ?? Infinity) + terms.fixed;
  return of(b) < of(a) ? b : a;
}

/**
 * Attention as two batched products with a softmax between them: what runtimes do in formats without matrix units, for
 * which few have a fused kernel. The scores pass memory, or the last cache where they fit there.
 */
function unfusedAttention(input: KernelInput, rates: GpuRates, shape: AttentionShape): Terms {
  const { machine, activationBytes: size } = input;
  const of = (group: string) => constantsFor(machine.chip, group, machine.format, input.rates).value;
  const [c, softmax] = [of('gemm'), of('softmax')];
  const scores = shape.batch * shape.heads * shape.queryLength * shape.keyLength * size;
  const far = scores * missShare(2 * scores, rates, nearShare);
  const outside = input.bytes.main / 2 + far;
  const products = productsOf(shape).map((product) => gemmTime(rates, c, product, size, outside));
  const between = reductionTime(rates, softmax, { read: far, written: far }, shape.keyLength, size).memory;
  const near = nearOf(machine)?.bandwidth;
  const pass = Math.max(between, near ? (2 * scores) / (near * nearShare) : 0);
  const sum = (part: (time: LawTime) => number) => products.reduce((total, time) => total + part(time), 0);
  return {
    compute: sum(({ compute }) => compute),
    memory: sum(({ memory }) => memory) + pass,
    work: sum((time) => overlapped(time) + time.extra) + pass,
    fixed: 3 * fixedSeconds(rates, c),
  };
}

/** Depthwise and narrow grouped convolutions have no tile to fill: they run on the vector lanes. */
function narrowTerms(input: KernelInput, rates: GpuRates): Terms {
  const { machine } = input;
  const rate = machine.vector && machine.vector * constant(input, 'depthwise', 0.25);
  const compute = combine([elementwiseSeconds(input, false), seconds(input.operations.matrix, rate)], false);
  return withFixed(input, rates, compute, gpuMemory(input), 0);
}

/** A narrow format on a chip without matrix units for it runs on the vector lanes, as FP32 does. */
function onItsUnits(input: KernelInput): KernelInput {
  const { machine, group } = input;
  const rates = gpuRates(machine, input.constants.value);
  // Constants of that format are the right ones as they are given: a fit tries values of its own.
  return !rates || rates.matrixUnits || machine.format === lanesFormat
    ? input
    : { ...input, constants: constantsFor(machine.chip, group, lanesFormat, input.rates) };
}

/** The format whose constants were fitted to work on vector lanes. */
const lanesFormat = 'fp32';

/** GPUs: tiles, waves and split-K over the multiprocessors; fused attention; elementwise work on the vector lanes. */
export const gpu: ClassModel = {
  serialUnits: false,
  pipelined: false,
  ownSteps: true,
  asTaken: onItsUnits,
  terms(given) {
    const input = onItsUnits(given);
    const rates = gpuRates(input.machine, input.constants.value);
    const shape = input.kernel.matrixShape;
    if (!rates) return plainTerms(input, 1, false);
    if (shape && input.operations.matrix > 0) {
      if (isNarrowConvolution(shape, 16 / input.activationBytes)) return narrowTerms(input, rates);
      if (shape.kind === 'attention') return attentionTerms(input, rates, shape);
      if (shape.kind === 'recurrent') return recurrentTerms(input, rates, shape);
      return matrixTerms(input, rates, shape);
    }
    const compute = plainTerms(input, 1, false).compute;
    const memory = combine([gpuMemory(input), rowMemory(input, rates)], false);
    return withFixed(input, rates, compute, memory, 0);
  },
};

/** Softmax and normalisation read their rows more than once. */
function rowMemory(input: KernelInput, rates: GpuRates): number {
  if (input.columns === null) return 0;
  const half = input.bytes.main / 2;
  return reductionTime(
    rates,
    input.constants.value,
    { read: half, written: half },
    input.columns,
    input.activationBytes,
  ).memory;
}
