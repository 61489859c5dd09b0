import type { Machine } from '../machine';
import { powerShare } from '../power';
import {
  combine,
  elementwiseSeconds,
  isNarrowConvolution,
  memorySeconds,
  plainTerms,
  productsOf,
  seconds,
  type Product,
} from '../skeleton';
import type { MatrixShape } from '../../operators/rule';
import {
  decodeTime,
  fixedSeconds,
  gemmTime,
  overlapped,
  prefillTime,
  reductionTime,
  type AttentionShape,
  type GpuRates,
  type LawTime,
} from './gpuLaws';
import { constant, type ClassModel, type KernelInput, type Terms } from './model';

const ratesCache = new WeakMap<Machine, Map<number | undefined, GpuRates | null>>();

/** The laws' view of a machine; null where a rate is missing that they cannot do without. */
export function gpuRates(machine: Machine, joulesPerOperation: number | undefined): GpuRates | null {
  let known = ratesCache.get(machine);
  if (!known) ratesCache.set(machine, (known = new Map()));
  let rates = known.get(joulesPerOperation);
  if (rates === undefined) {
    // A fit asks for hundreds of energies; an estimate for one.
    if (known.size > 100) known.clear();
    known.set(joulesPerOperation, (rates = buildRates(machine, joulesPerOperation)));
  }
  return rates;
}

function buildRates(machine: Machine, joulesPerOperation: number | undefined): GpuRates | null {
  const bandwidth = machine.main?.bandwidth;
  if (machine.peak === null || !bandwidth) return null;
  const shared = machine.chip.memory.find((level) => level.onChip && /shared|LDS|SLM/i.test(level.name));
  const sharedBytes = shared?.capacityBytes
    ? shared.capacityBytes.value / machine.chip.devices / machine.units
    : 65536;
  return {
    peak: machine.peak * powerShare(machine, joulesPerOperation),
    bandwidth,
    nearCapacity: machine.near?.capacityBytes ?? 0,
    units: machine.units,
    clockHz: machine.chip.clockHz?.value ?? 1.5e9,
    sharedBytes,
  };
}

/** A dimension that the tensor cores' fast path cannot use runs at half speed (rows not aligned to 16 bytes). */
function alignmentShare(product: Product, bytesPerElement: number): number {
  const alignment = Math.max(1, Math.round(16 / bytesPerElement));
  return bytesPerElement < 4 && (product.k % alignment !== 0 || product.n % alignment !== 0) ? 0.5 : 1;
}

const gemmCache = new WeakMap<object, Map<string, LawTime>>();

/** Networks repeat their layers: a product of one shape is tried over all tiles once per chip and set of constants. */
function cachedGemm(input: KernelInput, rates: GpuRates, product: Product): LawTime {
  let known = gemmCache.get(input.constants);
  if (!known) gemmCache.set(input.constants, (known = new Map()));
  const { batch, m, n, k } = product;
  const key = `${input.machine.format} ${batch} ${m} ${n} ${k} ${input.bytes.main}`;
  let time = known.get(key);
  if (!time) {
    const peak = rates.peak * alignmentShare(product, input.activationBytes);
    const bytesPerElement = Math.max(input.activationBytes, 0.5);
    time = gemmTime({ ...rates, peak }, input.constants.value, product, bytesPerElement, input.bytes.main);
    // A cache that only grows would outlive the models it was filled for.
    if (known.size > 5000) known.clear();
    known.set(key, time);
  }
  return time;
}

function matrixTerms(input: KernelInput, rates: GpuRates, shape: MatrixShape): Terms {
  const elementwise = elementwiseSeconds(input, false);
  let compute = 0;
  let memory = 0;
  let extra = 0;
  for (const product of productsOf(shape)) {
    const time = cachedGemm(input, rates, product);
    compute += time.compute;
    memory = Math.max(memory, time.memory);
    extra += time.extra;
  }
  const all = combine([compute, elementwise], false);
  return withFixed(input, rates, all, combine([memorySeconds(input), memory], false), extra);
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
  const [step] = productsOf(shape);
  const weights = step.k * step.n * input.weightBytes;
  const far = weights <= rates.nearCapacity / 2 ? 0 : weights;
  const one = gemmTime(rates, c, { ...step, batch: 1 }, Math.max(input.activationBytes, 0.5), far);
  // A step cannot be shorter than a grid-wide hand-over: half of what a kernel of its own costs.
  const perStep = Math.max(overlapped(one), fixedSeconds(rates, c) / 2);
  return withFixed(input, rates, shape.steps * shape.directions * perStep, memorySeconds(input), 0);
}

function attentionTerms(input: KernelInput, rates: GpuRates, shape: AttentionShape): Terms {
  const law = shape.queryLength > 1 ? prefillTime : decodeTime;
  const time = law(rates, input.constants.value, shape, input.activationBytes);
  return withFixed(input, rates, time.compute, time.memory, time.extra);
}

/** Depthwise and narrow grouped convolutions have no tile to fill: they run on the vector lanes. */
function narrowTerms(input: KernelInput, rates: GpuRates): Terms {
  const { machine } = input;
  const rate = machine.vector && machine.vector * constant(input, 'depthwise', 0.25);
  const compute = combine([elementwiseSeconds(input, false), seconds(input.operations.matrix, rate)], false);
  return withFixed(input, rates, compute, memorySeconds(input), 0);
}

/** GPUs: tiles, waves and split-K over the multiprocessors; fused attention; elementwise work on the vector lanes. */
export const gpu: ClassModel = {
  serialUnits: false,
  pipelined: false,
  terms(input) {
    const rates = gpuRates(input.machine, input.constants.value['joulesPerOperation']);
    const shape = input.kernel.matrixShape;
    if (!rates) return plainTerms(input, 1, false);
    if (shape && input.operations.matrix > 0) {
      if (isNarrowConvolution(shape, 16 / input.activationBytes)) return narrowTerms(input, rates);
      if (shape.kind === 'attention') return attentionTerms(input, rates, shape);
      if (shape.kind === 'recurrent') return recurrentTerms(input, rates, shape);
      return matrixTerms(input, rates, shape);
    }
    const plain = plainTerms(input, 1, false);
    const memory =
      input.columns === null ? plain.memory : rowMemory(input, rates, plain.memory, input.columns);
    return withFixed(input, rates, plain.compute, memory, 0);
  },
};

/** Softmax and normalisation read their rows more than once; what is on the chip anyway is read from there. */
function rowMemory(
  input: KernelInput,
  rates: GpuRates,
  plain: number | null,
  columns: number,
): number | null {
  const { main } = input.bytes;
  const time = reductionTime(
    rates,
    input.constants.value,
    main / 2,
    main / 2,
    columns,
    input.activationBytes,
  );
  return combine([plain, time.memory], false);
}
