import { mainOf, nearOf } from './levels';
import type { Chip } from '../chips/chip';
import type { Inference } from '../inference/types';
import { readsOf, writesOf } from '../kernels/operands';
import type { Dispatch, RuntimeRates } from '../kernels/profile';
import type { Kernel } from '../kernels/types';
import type { Operations } from '../operators/rule';
import { modelFor } from './classes/index';
import { trainingTerms, trainingWork, type TrainingStep } from './training';
import type { ClassModel, KernelInput, KnownTerms, LevelBytes, Terms } from './classes/shared/model';
import { commonSpread } from './common';
import { constantsFor } from './constants';
import { kernelEnergy } from './energy';
import { estimate } from './interval';
import { kernelFormat, type FormatTable, type KernelFormat } from './kernelFormat';
import { machineAt, type Machine } from './machine';
import { bitsOfFormat } from './precision';
import { ruleOf } from '../operators/table';
import { withSparseWeights } from './sparsity/speedup';
import type { Residency } from './residency';
import type { Sizing } from './sizing';
import type { Bound, KernelCost } from './types';

/** One place where kernels can run: a chip with the formats and the memory picture of this model. */
export interface Site {
  readonly chip: Chip;
  /** Its index among the units of the run. */
  readonly unit: number;
  readonly table: FormatTable;
  readonly sizing: Sizing;
  readonly residency: Residency;
  /** Name of the memory outside the chip that the model lives in; null where there is none. */
  readonly home: string | null;
  /** No kernel runs: the model does not fit and nothing can be streamed, or the chip cannot train. */
  readonly refused: boolean;
  /** What a training step does besides the pass forward; null: there is none. */
  readonly training: TrainingStep | null;
  /** What dispatching one kernel takes. */
  readonly dispatch: Dispatch;
  /** Nobody has published which operators its runtime runs. */
  readonly isSupportAssumed: boolean;
  /** Rates of the runtime's own kernels; undefined where they run as the class's constants say. */
  readonly rates?: readonly RuntimeRates[] | undefined;
  /** Ids of weights in the 2:4 pattern; undefined: all count as dense. */
  readonly sparse?: ReadonlySet<number>;
  /** Matrix operations of the whole run: what decides whether a power limit is reached. */
  readonly runOperations: number;
  /** Samples in a run. */
  readonly samples: number;
}

/** Constants are fitted per group: attention has two phases with laws of their own. */
export function groupOf(kernel: Kernel): string {
  const shape = kernel.matrixShape;
  if (shape?.kind === 'attention') return shape.queryLength > 1 ? 'attention-prefill' : 'attention-decode';
  return kernel.operatorClass;
}

/** A kernel's cost together with what nodes and problems need of it. */
export interface CostedKernel {
  readonly cost: KernelCost;
  readonly format: KernelFormat | undefined;
  readonly machine: Machine | undefined;
  /** What its law was asked; undefined where its cost is unknown, and in training. */
  readonly input?: KernelInput;
}

/** Weights come over the host link: no memory of the chip has room for all of them. */
export function isStreamed(costed: readonly CostedKernel[]): boolean {
  return costed.some(({ cost }) => (cost.bytes['host link'] ?? 0) > 0);
}

/**
 * What the class model is asked about a kernel; undefined while its format, work or bytes are unknown.
 * @param bytes those that the site's residency tells of it
 */
export function kernelInput(
  inference: Inference,
  kernel: Kernel,
  site: Site,
  format: KernelFormat | undefined,
  bytes = site.residency.bytesOf(kernel),
): KernelInput | undefined {
  if (!format || !kernel.operations || !bytes) return undefined;
  const group = groupOf(kernel);
  const elementBytes = (bitsOfFormat(format.compute) ?? 32) / 8;
  const given: KernelInput = {
    kernel,
    group,
    machine: machineAt(site, format.compute),
    constants: constantsFor(site.chip, group, format.compute, site.rates),
    rates: site.rates,
    operations: kernel.operations,
    bytes,
    warm: site.residency.warm,
    ...graphFacts(inference, kernel),
    runOperations: site.runOperations,
    samples: site.samples,
    activationBytes: elementBytes,
    weightBytes: weightBytes(site, elementBytes),
  };
  const own = modelFor(site.chip)?.bytesOf?.(given);
  const input = own ? { ...given, bytes: own } : given;
  const { sparse } = site;
  const isSparse = sparse && kernel.operations.matrix > 0 && readsOf(kernel).some((id) => sparse.has(id));
  return isSparse ? withSparseWeights(input) : input;
}

/**
 * Seconds from one step of a recurrent layer to the next on a chip that runs a compiled program: a step waits for all
 * units of the one before. That of one operator of such a program (kernels/profiles/compiler.json).
 */
const stepSeconds = 1e-6;

/** The parts of a kernel's time; nothing is to be done for kernels without work and bytes. */
export function kernelTerms(model: ClassModel, input: KernelInput): Terms {
  const idle = input.bytes.near === 0 && isZero(input.operations);
  if (idle) return { compute: 0, memory: 0, fixed: 0 };
  const terms = atPlainCode(model.terms(input), input);
  const shape = input.kernel.matrixShape;
  if (shape?.kind !== 'recurrent' || model.ownSteps) return terms;
  return { ...terms, fixed: shape.steps * Math.max(terms.fixed, stepSeconds) };
}

/** The terms where a runtime computes by plain code, which takes its clocks on whatever processor; at none that is known, those of the law. */
function atPlainCode(terms: Terms, { kernel, operations, machine: { chip, units } }: KernelInput): Terms {
  const { memory } = terms;
  if (kernel.perClock === undefined || !chip.clockHz || memory === null) return terms;
  const { matrix, vector, special } = operations;
  const compute = (matrix + vector + special) / (kernel.perClock * chip.clockHz.value * units);
  return { ...terms, compute, work: Math.max(compute, memory) };
}

/**
 * Seconds of known terms. A measured floor was taken with some launch in it: it is not paid besides the dispatch. Of a
 * queued dispatch only what is longer than the work is seen: the host is ahead.
 */
export function secondsOf(terms: KnownTerms, dispatch: Dispatch): { value: number; overhead: number } {
  const work = terms.work ?? Math.max(terms.compute, terms.memory);
  const overhead = Math.max(dispatch.seconds - (dispatch.queued ? work : 0), terms.fixed);
  return { value: work + overhead, overhead };
}

/** Time, bound and energy of one kernel at a site. */
export function costKernel(
  inference: Inference,
  kernel: Kernel,
  site: Site,
  bytes: LevelBytes | null,
): CostedKernel {
  const format = kernelFormat(inference, kernel, site.table);
  const model = site.refused ? null : modelFor(site.chip);
  const input = kernelInput(inference, kernel, site, format, bytes);
  const machine = format && machineAt(site, format.compute);
  const terms = model && input ? kernelTerms(model, input) : undefined;
  if (!format || !input || !terms || terms.compute === null || terms.memory === null || terms.work === null) {
    return { cost: unknownCost(kernel, site, format, machine, input?.bytes), format, machine };
  }
  const known = site.training
    ? trainingTerms(input, terms as KnownTerms, site.training)
    : (terms as KnownTerms);
  const cost = knownCost(kernel, site, format, input, known);
  return { cost, format, machine, ...(!site.training && { input }) };
}

/** What the graph tells a law of a kernel besides its work and its bytes: kernels are equal only where these are. */
export function graphFacts(
  inference: Inference,
  kernel: Kernel,
): Pick<KernelInput, 'columns' | 'readsGiven' | 'writes'> {
  return {
    columns: rowLength(inference, kernel),
    readsGiven: kernel.operands.some(
      ({ role, value }) => role === 'input' && inference.values[value]!.producer === null,
    ),
    writes: writesOf(kernel).length,
  };
}

/** Last dimension of the first output: what softmax and normalisation reduce over, as good as always. */
function rowLength(inference: Inference, kernel: Kernel): number | null {
  const group = groupOf(kernel);
  if (group !== 'softmax' && group !== 'normalization') return null;
  const { domain, operator } = inference.nodes[kernel.anchor]!.node;
  if (ruleOf(domain, operator)?.perElement) return null;
  const type = inference.values[writesOf(kernel)[0]!]?.type;
  const last = type?.kind === 'tensor' ? type.shape?.at(-1) : undefined;
  return typeof last === 'number' ? last : null;
}

function weightBytes(site: Site, elementBytes: number): number {
  return site.table.policy === 'int4-weights' ? (bitsOfFormat('int4') ?? 4) / 8 : elementBytes;
}

function isZero(operations: Operations): boolean {
  return operations.matrix === 0 && operations.vector === 0 && operations.special === 0;
}

function knownCost(
  kernel: Kernel,
  site: Site,
  format: KernelFormat,
  input: KernelInput,
  terms: KnownTerms,
): KernelCost {
  const { value, overhead } = secondsOf(terms, site.dispatch);
  const interval = intervalOf(input, value);
  const basis = input.machine.rate?.origin === 'vendor' ? interval.basis : 'peak';
  const time = estimate(value, value * interval.low, value * interval.high, basis);
  const parts = { compute: terms.compute, memory: terms.memory, overhead };
  const worked = site.training ? trainingWork(input, site.training) : input;
  const energy = kernelEnergy(site.chip, format.compute, time, worked, {
    compute: value > 0 ? terms.compute / value : 0,
    memory: value > 0 ? terms.memory / value : 0,
  });
  return {
    kernel: kernel.index,
    unit: site.unit,
    precision: format.compute,
    seconds: time,
    common: commonSpread(site.chip, input.group),
    joules: energy && energy.joules,
    joulesParts: energy && energy.parts,
    parts,
    bytes: bytesByLevel(input.machine, input.bytes),
    farWeightBytes: input.bytes.mainWeights,
    bound: boundOf(parts),
    utilisation: utilisation(input, value, parts),
  };
}

/** The constants' interval; attention with heads of another size than was measured is only of its class. */
function intervalOf(input: KernelInput, value: number): ReturnType<KernelInput['constants']['interval']> {
  const interval = input.constants.interval(value);
  const shape = input.kernel.matrixShape;
  const { headSizes } = input.constants;
  const other = shape?.kind === 'attention' && headSizes !== null && !headSizes.includes(shape.headSize);
  // Rates of plain code were measured on one processor.
  const isCarried = other || input.kernel.perClock !== undefined;
  return isCarried && interval.basis === 'calibrated' ? { ...interval, basis: 'class' } : interval;
}

function boundOf(parts: { compute: number; memory: number; overhead: number }): Bound {
  const work = Math.max(parts.compute, parts.memory);
  if (work === 0 && parts.overhead === 0) return 'none';
  if (parts.overhead > work) return 'overhead';
  return parts.compute >= parts.memory ? 'compute' : 'memory';
}

/** Achieved share of the peak that binds: of the compute rate, else of the bandwidth. */
function utilisation(
  input: KernelInput,
  value: number,
  parts: { compute: number; memory: number },
): number | null {
  if (value === 0) return null;
  const { machine, operations, bytes } = input;
  if (parts.compute >= parts.memory) {
    const matrix = machine.peak ? operations.matrix / machine.peak : 0;
    const vector = machine.vector ? operations.vector / machine.vector : 0;
    const special = machine.special ? operations.special / machine.special : 0;
    return Math.min(1, Math.max(matrix, vector, special) / value);
  }
  const [main, near] = [mainOf(machine)?.bandwidth, nearOf(machine)?.bandwidth];
  return Math.min(1, Math.max(main ? bytes.main / main : 0, near ? bytes.near / near : 0) / value);
}

function bytesByLevel(machine: Machine, bytes: LevelBytes): Record<string, number> {
  const [main, near] = [mainOf(machine), nearOf(machine)];
  // Names of levels are from outside: as keys of a literal they are no more than names.
  return {
    ...(main && { [main.name]: bytes.main }),
    ...(near && { [near.name]: bytes.near }),
    ...(bytes.link > 0 && { 'host link': bytes.link }),
  };
}

function unknownCost(
  kernel: Kernel,
  site: Site,
  format: KernelFormat | undefined,
  machine: Machine | undefined,
  bytes: LevelBytes | undefined,
): KernelCost {
  return {
    kernel: kernel.index,
    unit: modelFor(site.chip) && format && !site.refused ? site.unit : null,
    precision: format?.compute ?? 'unknown',
    seconds: null,
    common: null,
    joules: null,
    joulesParts: null,
    parts: null,
    bytes: machine && bytes ? bytesByLevel(machine, bytes) : {},
    farWeightBytes: bytes?.mainWeights ?? 0,
    bound: 'unknown',
    utilisation: null,
  };
}
