import type { RunSums, Prepared } from '../analyse';
import type { TotalEstimate } from '../cost/types';
import { wholeBytes } from '../memory/timeline';
import type { Problem } from '../problem';
import { assumedIn, bindingsInForce, coverageOf } from './build';

/** What a cell of a results table holds; any may be null. */
export type CellType = 'text' | 'number' | 'count' | 'truth';
type CellOf = {
  readonly text: string;
  readonly number: number;
  readonly count: number;
  readonly truth: boolean;
};

/**
 * The columns of a sweep's results in their order. SI units, bytes and operations of one run of the model; unknown is null.
 * Fields that hold lists or tables are JSON, so that every reader of tables can keep them.
 */
export const sweepColumns = {
  /** Digest of all that the row depends on: no two rows of a sweep have the same one. */
  key: 'text',
  /** The model, from the plan's folder on. */
  path: 'text',
  /** Digest of what was read of the model: headers, graph, small tensors and what lies in one piece with them, with the lengths of its files. */
  contentHash: 'text',
  toolVersion: 'text',
  format: 'text',
  nodes: 'count',
  /** What was trained. */
  parameters: 'number',
  parametersIsLowerBound: 'truth',
  /** Weights as stored. */
  weightBytes: 'number',
  modelOperations: 'number',
  modelOperationsIsLowerBound: 'truth',
  /** Share of the nodes whose work a rule states exactly, 0..1. */
  coverage: 'number',
  /** Id of the system that named the chip. */
  system: 'text',
  chip: 'text',
  chipName: 'text',
  runtime: 'text',
  /** Chips that run what the runtime can't put on this one; JSON list of ids. */
  otherUnits: 'text',
  /** The policy that was asked for, and what most of the model is computed in. */
  precision: 'text',
  compute: 'text',
  /** The stored type is not what the chip computes in. */
  substituted: 'truth',
  phase: 'text',
  /** The plan's numbers; JSON object. */
  bindings: 'text',
  /** All numbers in force by the model's own names; JSON object. */
  sizes: 'text',
  /** Names whose number nobody gave; JSON list. */
  assumed: 'text',
  /** Names of the plan that the model does not have; JSON list. */
  unusedBindings: 'text',
  seconds: 'number',
  secondsLow: 'number',
  secondsHigh: 'number',
  secondsIsLowerBound: 'truth',
  secondsUnknownNodes: 'count',
  secondsBasis: 'text',
  /** Apart from `seconds`: starting a run, and inputs and outputs over the host link. */
  startSeconds: 'number',
  ioSeconds: 'number',
  samplesPerSecond: 'number',
  bound: 'text',
  joules: 'number',
  joulesLow: 'number',
  joulesHigh: 'number',
  joulesIsLowerBound: 'truth',
  joulesUnknownNodes: 'count',
  /** What the runtime runs. */
  operations: 'number',
  operationsIsLowerBound: 'truth',
  operationsUnknownNodes: 'count',
  /** Bytes of what its kernels read and write, whichever memory they come from and go to. */
  operandBytes: 'number',
  /** Most bytes at one time; where sizes are unknown what is needed at the least and at the most. */
  memoryBytes: 'number',
  memoryLeastBytes: 'number',
  memoryMostBytes: 'number',
  capacityBytes: 'number',
  fits: 'truth',
  fitsUnknown: 'text',
  streamedBytes: 'number',
  /** Problems of the model, of any chip. */
  errors: 'count',
  warnings: 'count',
  /** Why there are no costs, or only those of a part of the model. */
  error: 'text',
} as const satisfies Readonly<Record<string, CellType>>;

export type SweepColumn = keyof typeof sweepColumns;
export type SweepRow = { readonly [C in SweepColumn]: CellOf[(typeof sweepColumns)[C]] | null };

/** What a row is about. */
export type SweepSubject = Pick<
  SweepRow,
  'key' | 'path' | 'contentHash' | 'toolVersion' | 'system' | 'bindings' | 'unusedBindings' | 'error'
>;

const columns = Object.keys(sweepColumns) as SweepColumn[];
const nothing = Object.fromEntries(columns.map((name) => [name, null])) as unknown as SweepRow;

/** A row without costs. */
export function sweepErrorRow(known: Partial<SweepRow>): SweepRow {
  return { ...nothing, ...known };
}

/** What a row says of the model under a workload, whatever the chip. */
export function sweepModelCells(prepared: Prepared, problems: readonly Problem[]): Partial<SweepRow> {
  const { model, inference, weights, numbers, operations, workload } = prepared;
  const all = [...problems, ...inference.problems];
  const count = (severity: Problem['severity']): number =>
    all.filter((problem) => problem.severity === severity).length;
  return {
    format: model.origin.format,
    nodes: inference.nodes.length,
    parameters: numbers.parameters,
    parametersIsLowerBound: numbers.isLowerBound ?? false,
    weightBytes: wholeBytes(weights),
    modelOperations: operations.value,
    modelOperationsIsLowerBound: operations.isLowerBound,
    coverage: coverageOf(prepared).nodes,
    precision: workload.precision,
    phase: workload.phase,
    sizes: JSON.stringify(bindingsInForce(prepared)),
    assumed: JSON.stringify(assumedIn(inference)),
    errors: count('error'),
    warnings: count('warning'),
  };
}

/** A row of results: a model under a workload on a chip. */
export function sweepRow(subject: SweepSubject, ofModel: Partial<SweepRow>, sums: RunSums): SweepRow {
  const { chip, profile, cost, fit } = sums;
  const { total, precision } = cost;
  const seconds = estimated(total.latencySeconds);
  const joules = estimated(total.joules);
  const others = cost.units.map((unit) => unit.chip.id).filter((id) => id !== chip.id);
  return {
    ...nothing,
    ...ofModel,
    ...subject,
    chip: chip.id,
    chipName: chip.name,
    runtime: profile.id,
    otherUnits: JSON.stringify([...new Set(others)]),
    compute: precision.compute,
    substituted: precision.substituted,
    seconds: seconds.value,
    secondsLow: seconds.low,
    secondsHigh: seconds.high,
    secondsIsLowerBound: seconds.isLowerBound,
    secondsUnknownNodes: seconds.unknownNodes,
    secondsBasis: total.latencySeconds?.basis ?? null,
    startSeconds: total.startSeconds,
    ioSeconds: total.io.seconds,
    samplesPerSecond: total.throughput?.samplesPerSecond ?? null,
    bound: cost.bound,
    joules: joules.value,
    joulesLow: joules.low,
    joulesHigh: joules.high,
    joulesIsLowerBound: joules.isLowerBound,
    joulesUnknownNodes: joules.unknownNodes,
    operations: total.operations.value,
    operationsIsLowerBound: total.operations.isLowerBound,
    operationsUnknownNodes: total.operations.unknownNodes,
    operandBytes: total.bytes.value,
    memoryBytes: fit.highWaterBytes,
    memoryLeastBytes: fit.leastBytes,
    memoryMostBytes: fit.mostBytes,
    capacityBytes: fit.capacityBytes,
    fits: fit.fits,
    fitsUnknown: fit.fitsUnknown,
    streamedBytes: fit.streamedBytes,
  };
}

/** The parts of a total; of one that is not known all are null. */
function estimated(total: TotalEstimate | null): {
  readonly [P in keyof TotalEstimate]: TotalEstimate[P] | null;
} {
  if (total) return total;
  return {
    value: null,
    low: null,
    high: null,
    basis: null,
    isLowerBound: null,
    unknownNodes: null,
    atMost: null,
  };
}
