import { roofLevel } from '../cost/levels';
import type { ChipAnalysis, Prepared } from '../analyse';
import { machineAt } from '../cost/machine';

import type { ChipCost, KernelCost } from '../cost/types';
import type { Dim } from '../graph/dim';
import type { Shape, ValueType } from '../graph/model';
import { moduleScope } from '../graph/moduleScope';
import { onnxFacts, producerOf } from '../graph/origin';
import type { SymbolicFacts } from '../inference/symbolic';
import type { BoundValue, Inference, InferredNode } from '../inference/types';
import { cachePolicyIn } from '../kernels/caches';
import type { Kernel } from '../kernels/types';
import { levelUses } from '../memory/levels';
import { wholeBytes, type MemoryTimeline } from '../memory/timeline';
import type { Problem } from '../problem';
import { runThrough, type Steps } from '../scheduler';
import { efficiencyOf } from './efficiency';
import { reportProblems } from './problems';
import { refusalOn } from './refusals';
import { targetName } from './targetName';
import {
  reportSchemaVersion,
  type LazyChip,
  type LazyReport,
  type Report,
  type ReportChip,
  type RoofLevel,
  type ReportContent,
  type ReportKernel,
  type ReportMeasured,
  type ReportModel,
  type ReportNode,
  type ReportValue,
} from './types';

/** Everything that a report tells. */
export interface ReportInput {
  readonly tool: Report['tool'];
  /** As the user wrote it. */
  readonly path: string;
  readonly prepared: Prepared;
  readonly chips: readonly ChipAnalysis[];
  /** Grid intensity in g CO2e/kWh; null where the user gave none. */
  readonly carbonIntensity: number | null;
  /** What a charge holds; null or left out where the user gave none. */
  readonly batteryWattHours?: number | null;
  /** Shapes by the names of dimensions, where they were worked out. */
  readonly symbolic?: SymbolicFacts;
  /** Problems found before the analysis: reading, external data. */
  readonly problems: readonly Problem[];
  /** 1-based line of a node in the listing; null when it has none. */
  readonly lineOf: (node: number) => number | null;
  /** What was measured on a chip; left out where no profile was imported. */
  readonly measuredOn?: (analysis: ChipAnalysis) => ReportMeasured | null;
  /** The text of a problem in the reader's language. */
  readonly textOf: (problem: Problem) => string;
}

/** A report without its lists of nodes and kernels. */
export type ReportHead = Omit<Report, 'nodes' | 'chips'> & { readonly chips: readonly ReportChipHead[] };
export type ReportChipHead = Omit<ReportChip, 'kernels' | 'nodes'>;

/** The whole report: every field, unknown ones null. */
export function buildReport(input: ReportInput): Report {
  return runThrough(reportSteps(input));
}

/** As {@link buildReport}, cut into steps. */
export function* reportSteps(input: ReportInput): Steps<Report> {
  const lazy = lazyReport(input);
  const nodes = yield* gathered(lazy.nodes);
  const chips: ReportChip[] = [];
  for (const chip of lazy.chips) {
    const kernels = yield* gathered(chip.kernels);
    chips.push({ ...chip, kernels, nodes: yield* gathered(chip.nodes) });
  }
  return { ...lazy, nodes, chips };
}

/** As {@link buildReport}; the lists of nodes and kernels, which take most of it, are made while they are read. */
export function lazyReport(input: ReportInput): LazyReport {
  const { inference } = input.prepared;
  const { chips: heads, ...head } = reportHead(input);
  const nodes = listOf(inference.nodes, (node) => reportNode(inference, node, input.lineOf, input.symbolic));
  return {
    ...head,
    nodes,
    chips: input.chips.map((analysis, i) => lazyChip(heads[i]!, input.prepared, analysis)),
  };
}

function listOf<T, R>(items: readonly T[], make: (item: T, index: number) => R): Iterable<R> {
  return {
    *[Symbol.iterator]() {
      for (const [index, item] of items.entries()) yield make(item, index);
    },
  };
}

function* gathered<T>(items: Iterable<T>): Steps<T[]> {
  const list: T[] = [];
  for (const item of items) {
    yield;
    list.push(item);
  }
  return list;
}

/** What a report says of the model and of each chip as a whole. */
export function reportHead(input: ReportInput): ReportHead {
  const { prepared } = input;
  const { inference } = prepared;
  const { training, ...workload } = prepared.workload;
  return {
    schemaVersion: reportSchemaVersion,
    tool: input.tool,
    model: reportModel(prepared, input.path, input.symbolic),
    workload: {
      ...workload,
      // Settings have a value for each option of training, whatever the phase.
      ...(workload.phase === 'training' && training && { training }),
      bindings: bindingsInForce(prepared),
      assumed: assumedIn(inference),
      values: inference.contents.map(reportContent),
    },
    carbonIntensity: input.carbonIntensity,
    chips: input.chips.map((analysis) =>
      reportChipHead(analysis, inference, input, input.measuredOn?.(analysis)),
    ),
    problems: reportProblems(allProblems(input), input.textOf),
    coverage: coverageOf(prepared),
  };
}

function allProblems({ problems, prepared, chips }: ReportInput): readonly Problem[] {
  return [...problems, ...prepared.inference.problems, ...chips.flatMap((analysis) => analysis.problems)];
}

/** The numbers of the model's own names that were used, those given by default included. */
export function bindingsInForce(prepared: Prepared): Record<string, number> {
  const { names, symbols } = prepared.inference;
  const used = new Map(Object.entries(prepared.workload.bindings).filter(([name]) => names.has(name)));
  for (const { name, value } of symbols) if (value !== null) used.set(name, value);
  return Object.fromEntries(used);
}

/** Names of sizes that have their number by default. */
export function assumedIn({ symbols }: Inference): string[] {
  return symbols.filter(({ origin }) => origin === 'default').map(({ name }) => name);
}

function reportContent({ name, numbers, isTruth, origin }: BoundValue): ReportContent {
  const [first, ...more] = numbers ?? [];
  const single = first === undefined || more.length > 0 ? numbers : isTruth ? first !== 0 : first;
  return { name, value: single, isAssumed: origin === 'default' };
}

/** What is known of the model itself. */
function reportModel(prepared: Prepared, path: string, symbolic?: SymbolicFacts): ReportModel {
  const { model, inference, weights, numbers, operations } = prepared;
  const main = inference.scopes[0];
  const values = (ids: readonly (number | null)[]): ReportValue[] =>
    ids.filter((id) => id !== null).map((id) => reportValue(inference, id, symbolic));
  return {
    path,
    format: model.origin.format,
    irVersion: onnxFacts(model).irVersion,
    opsets: model.operatorSets,
    producer: producerOf(model),
    nodeCount: inference.nodes.length,
    ...numbers,
    operations,
    weightBytes: wholeBytes(weights),
    ...(!weights.isWhole && { leastWeightBytes: weights.known }),
    inputs: values((main?.inputs ?? []).filter((id) => inference.values[id]!.origin === 'input')),
    outputs: values(main?.outputs ?? []),
  };
}

function reportNode(
  inference: Inference,
  node: InferredNode,
  lineOf: (node: number) => number | null,
  symbolic?: SymbolicFacts,
): ReportNode {
  return {
    index: node.index,
    parent: node.parent,
    repeat: node.repeat,
    name: node.node.name,
    domain: node.node.domain,
    operator: node.node.operator,
    scope: moduleScope(node.node),
    line: lineOf(node.index),
    outputs: node.outputs.filter((id) => id !== null).map((id) => reportValue(inference, id, symbolic)),
    operations: node.work?.operations ?? null,
    bytes: node.work?.bytes ?? null,
    rule: node.rule,
  };
}

/** A value with its type; a dimension that stays symbolic is a string. */
function reportValue(inference: Inference, id: number, symbolic?: SymbolicFacts): ReportValue {
  const { name, type } = inference.values[id]!;
  const shape = shapeOf(type)?.map(dimText) ?? null;
  const named = shapeOf(symbolic?.[id]?.type)?.map(dimText);
  const differs = named?.some((dim, axis) => dim !== shape?.[axis]) === true;
  const dtype = type?.kind === 'tensor' || type?.kind === 'sparse' ? (type.dtype ?? null) : null;
  return { name, dtype, shape, ...(differs && { symbolicShape: named }) };
}

function shapeOf(type: ValueType | undefined): Shape | undefined {
  return type?.kind === 'tensor' || type?.kind === 'sparse' ? type.shape : undefined;
}

function dimText(dim: Dim): number | string {
  return typeof dim === 'number' ? dim : dim.key;
}

/** One chip's part of the report. */
function lazyChip(head: ReportChipHead, prepared: Prepared, analysis: ChipAnalysis): LazyChip {
  const { cost, plan } = analysis;
  const refusal = refusalOn(prepared, analysis);
  const kernels = listOf(cost.kernels, (one) => {
    const kernel = plan.kernels[one.kernel];
    const why = kernel ? refusal(kernel) : null;
    const waiting = one.before === undefined ? undefined : plan.kernels[one.before];
    return { ...reportKernel(kernel, one, cost, waiting), ...(why && { refusal: why }) };
  });
  const nodes = listOf(cost.nodes, ({ kernel, seconds, secondsAtMost, joules, bound }, index) => {
    const run = cost.units.length > 1 ? cost.kernels[kernel] : undefined;
    return {
      index,
      kernel: kernel === -1 ? null : kernel,
      seconds,
      ...(secondsAtMost !== undefined && { secondsAtMost }),
      joules,
      bound,
      ...(run && { placement: placementOf(run, cost) }),
    };
  });
  return { ...head, kernels, nodes };
}

function reportChipHead(
  analysis: ChipAnalysis,
  inference: Inference,
  { carbonIntensity, batteryWattHours }: Pick<ReportInput, 'carbonIntensity' | 'batteryWattHours'>,
  measured: ReportMeasured | null = null,
): ReportChipHead {
  const { chip, cost, plan, timeline, training, fit, unitFits, spread } = analysis;
  return {
    id: chip.id,
    name: targetName(analysis),
    class: chip.class,
    runtime: cost.runtime,
    units: cost.units.map((unit) => {
      const { id, chip: of, profile } = unit;
      const found = unitFits.find((one) => one.units.includes(unit));
      const sharesWith = (found?.units ?? []).filter((one) => one !== unit).map((one) => one.id);
      const memory = found?.fit ?? null;
      return { id, chip: of.id, name: of.name, runtime: profile?.id ?? null, memory, sharesWith };
    }),
    ...(spread && { spread: toldOf(spread) }),
    precision: cost.precision,
    total: cost.total,
    efficiency: efficiencyOf(analysis, inference, carbonIntensity, batteryWattHours),
    memory: {
      ...fit,
      weightsBytes: wholeBytes(timeline.weights),
      ...(!timeline.weights.isWhole && { leastWeightsBytes: timeline.weights.known }),
      cache: cachePolicyIn(plan),
      training,
      arenaBytes: timeline.arena?.bytes ?? null,
      resident: timeline.resident,
      timeline: timeline.points,
      classes: classesOf(timeline),
      // Kernels of several stages are on different devices, whose memories have a part of the traffic each.
      levels: spread && spread.stages.length > 1 ? [] : levelUses(analysis),
    },
    roofs: roofsOf(analysis),
    measured,
  };
}

function classesOf({ classes, points }: MemoryTimeline): ReportChip['memory']['classes'] {
  return Object.fromEntries(
    Object.entries(classes).map(([name, bytes]) => [name, [...bytes.subarray(0, points.length)]]),
  );
}

/** How devices share a model, without what is said of single nodes. */
function toldOf({ nodes: _nodes, ...spread }: NonNullable<ChipAnalysis['spread']>): ReportChip['spread'] {
  return spread;
}

/** A kernel of the plan, or a transfer between units, which holds no nodes and comes as often as the kernel that waits for it. */
function reportKernel(
  kernel: Kernel | undefined,
  cost: KernelCost,
  of: ChipCost,
  waiting: Kernel | undefined,
): ReportKernel {
  return {
    index: cost.kernel,
    ...(cost.before !== undefined && { before: cost.before }),
    nodes: kernel?.nodes ?? [],
    fusion: kernel?.fusion ?? null,
    placement: placementOf(cost, of),
    precision: cost.precision,
    operations: kernel ? kernel.operations : { matrix: 0, vector: 0, special: 0 },
    bytes: cost.bytes,
    seconds: cost.seconds,
    joules: cost.joules,
    bound: cost.bound,
    utilisation: cost.utilisation,
    repeat: (kernel ?? waiting)?.repeat ?? null,
  };
}

function placementOf({ unit }: KernelCost, { units }: ChipCost): string {
  return unit === null ? 'none' : units[unit]!.id;
}

function roofsOf({ chip, cost }: ChipAnalysis): ReportChip['roofs'] {
  const machine = machineAt({ chip, home: cost.home }, cost.precision.compute);
  return {
    matrixOpsPerSecond: machine.peak,
    vectorOpsPerSecond: machine.vector,
    bandwidthBytesPerSecond: roofLevel(machine)?.bandwidth ?? null,
    levels: machine.levels.flatMap(({ name, onChip, bandwidth }): RoofLevel[] => {
      const stated = chip.memory.find((level) => level.name === name)?.bandwidthBytesPerSecond;
      return bandwidth === null
        ? []
        : [{ name, onChip, bytesPerSecond: bandwidth, isAssumed: stated === undefined }];
    }),
  };
}

/**
 * Share of nodes whose rule is exact or the body of a function, and of operations that are known: 1, or null where some
 * are unknown. Null too where there are none, and for nodes where parts of the model are missing.
 */
/** How much of a model is known to rules. */
export function coverageOf({ inference, operations }: Prepared): Report['coverage'] {
  const { nodes, isPartial } = inference;
  const covered = nodes.filter(({ rule }) => rule === 'exact' || rule === 'function').length;
  return {
    nodes: nodes.length === 0 || isPartial ? null : covered / nodes.length,
    operations: operations.isLowerBound || !operations.value ? null : 1,
  };
}
