import type { Bound, Estimate } from '../../../server/engine/cost/types';
import { partly, whole } from '../totals';
import type {
  MeasuredPoint,
  MeasuredSummary,
  NodeRow,
  RankItem,
  RankResult,
  RooflinePoint,
  Summary,
  SummaryChip,
} from '../../../server/protocol';
import type { Fact, TableData } from '../../../webview/content/table';

/** A total of 4 ms and half a joule of which the parts of three nodes are unknown. */
export const partOfTotal = {
  latencySeconds: { ...estimateOf(0.004, 0.003, 0.006), ...partly(3, 0.02) },
  joules: { ...estimateOf(0.5), ...partly(3) },
  throughput: null,
};

/** Small summaries with round figures, so that what a page says about them can be worked out by hand. */
export function estimateOf(
  value: number,
  low = value / 2,
  high = value * 2,
  basis: Estimate['basis'] = 'class',
): Estimate {
  return { value, low, high, basis };
}

/** Of the half joule of a made chip. */
export const joulesParts = { compute: 0.25, memory: 0.125, link: 0, idle: 0.125 };

const total: SummaryChip['total'] = {
  latencySeconds: { ...estimateOf(0.004, 0.003, 0.006), ...whole },
  throughput: { samplesPerSecond: 500, concurrency: 2 },
  joules: { ...estimateOf(0.5), ...whole },
  joulesParts: null,
  operations: { value: 8e9, ...whole },
  eliminatedOperations: { value: 0, ...whole },
  bytes: { value: 2e8, ...whole },
  io: { bytes: 1e6, seconds: 0.00002 },
  startSeconds: 0.00001,
};

const efficiency: SummaryChip['efficiency'] = {
  samplesPerRun: 1,
  watts: 125,
  operationsPerJoule: 1.6e10,
  samplesPerJoule: 2,
  operationsPerSecondPerSquareMillimetre: 2.5e9,
  wattHoursPerThousandRequests: estimateOf(0.14),
  gramsCo2PerThousandRequests: null,
};

const memory: SummaryChip['memory'] = {
  capacityBytes: 10e9,
  marketedBytes: 10e9,
  reserveBytes: 2e9,
  usableBytes: 8e9,
  highWaterBytes: 4e9,
  highWaterNode: 1,
  leastBytes: 4e9,
  mostBytes: null,
  fits: true,
  streamedBytes: 0,
  fitsUnknown: null,
  cache: null,
  training: null,
  resident: null,
  weightsBytes: 3e9,
  points: [],
  levels: [],
  arenaBytes: null,
  arena: null,
  traffic: [],
};

/** A point at which so many bytes of activations live. */
export function memoryPointOf(node: number, bytes: number): SummaryChip['memory']['points'][number] {
  const classes = [{ name: 'activations', bytes }] as const;
  return { node, label: `k${node}`, activationBytes: bytes, classes, alive: [] };
}

interface ChipChange extends Partial<Omit<SummaryChip, 'total' | 'efficiency' | 'memory'>> {
  readonly total?: Partial<SummaryChip['total']>;
  readonly efficiency?: Partial<SummaryChip['efficiency']>;
  readonly memory?: Partial<SummaryChip['memory']>;
}

export function chipOf(change: ChipChange = {}): SummaryChip {
  return {
    id: 'a',
    name: 'Chip A',
    class: 'gpu',
    runtime: 'eager',
    precision: { compute: 'fp16', weights: 'fp16', activations: 'fp16', substituted: false },
    roofs: { matrixOpsPerSecond: 1e14, vectorOpsPerSecond: 2e13, bandwidthBytesPerSecond: 2e12, levels: [] },
    byOperator: [],
    byScope: [],
    byBound: [],
    kernels: 0,
    points: [],
    costliest: [],
    measured: null,
    ...change,
    total: { ...total, ...change.total },
    efficiency: { ...efficiency, ...change.efficiency },
    memory: { ...memory, ...change.memory },
  };
}

export function summaryOf(change: Partial<Summary> = {}): Summary {
  return {
    revision: 7,
    uri: 'siliconlens:/m.onnx.onnxtxt',
    model: {
      path: '/models/m.onnx',
      format: 'onnx',
      irVersion: 8,
      opsets: [],
      producer: '',
      nodeCount: 1234,
      parameters: 25_000_000,
      quantizationParameters: 0,
      buffers: 0,
      operations: { value: 8e9, ...whole },
      weightBytes: 5e7,
      inputs: [],
      outputs: [],
    },
    workload: { dimensions: [], values: [], phase: 'inference', precision: 'as-stored', runtime: null },
    offers: {
      phases: ['inference', 'training'],
      precisions: ['as-stored', 'fp16'],
      runtimes: [],
      defaultRuntimes: [],
    },
    chips: [],
    own: { best: [], outside: [] },
    problems: [],
    coverage: { nodes: 1, operations: 1 },
    carbonIntensity: null,
    suggestions: [],
    ...change,
  };
}

export function rowOf(node: number, change: Partial<NodeRow> = {}): NodeRow {
  return {
    node,
    name: `n${node}`,
    operator: 'MatMul',
    scope: '',
    line: node + 10,
    shape: '[1, 8]',
    operations: 2e9,
    bytes: 3e6,
    seconds: estimateOf(0.001),
    share: 0.25,
    bandwidth: 5e11,
    bound: 'compute',
    rule: 'exact',
    kernel: { node, nodes: 1 },
    unit: null,
    measured: null,
    ...change,
  };
}

export function pointOf(
  node: number,
  operations: number,
  bytes: number,
  seconds: number,
  bound: Bound,
): RooflinePoint {
  return { kernel: node, node, label: `k${node}`, operations, bytes, seconds, bound };
}

export function measuredPointOf(node: number, measured: number, estimate: Estimate): MeasuredPoint {
  return { node, label: `k${node}`, measured, estimate };
}

export function measuredOf(change: Partial<MeasuredSummary> = {}): MeasuredSummary {
  return {
    profile: 'run.json',
    kind: 'onnxruntime',
    statistic: 'median',
    runs: 50,
    rows: 20,
    totalSeconds: 0.005,
    wholeSeconds: null,
    matchedSeconds: 0.003,
    estimatedSeconds: 0.002,
    errors: null,
    kernels: 12,
    unmatchedKernels: 0,
    unmatchedRows: 0,
    unmatchedSeconds: 0,
    points: [],
    rowsWithoutKernel: [],
    kernelsWithoutRow: [],
    remarks: [],
    ...change,
  };
}

interface ItemChange extends Partial<Omit<RankItem, 'figures'>> {
  readonly seconds?: number;
  readonly watts?: number | null;
}

/** A ranked chip of 1 ms, 2 GB and 100 W. */
export function rankItemOf(
  id: string,
  { seconds = 0.001, watts = 100, ...change }: ItemChange = {},
): RankItem {
  return {
    id,
    name: `Chip ${id}`,
    class: 'gpu',
    places: ['place', 'else'],
    status: 'shipping',
    place: { best: 1, worst: 1 },
    runtime: 'tensorrt',
    mode: null,
    precision: 'fp16',
    substituted: false,
    figures: {
      latency: estimateOf(seconds),
      throughput: null,
      tokens: null,
      energy: null,
      watts: watts === null ? null : { value: watts, low: watts, high: watts },
      memory: { value: 2e9, low: 2e9, high: 2e9 },
      price: null,
    },
    basis: 'class',
    fits: true,
    isPareto: true,
    open: [],
    notes: '',
    ...change,
  };
}

export function rankingOf(change: Partial<RankResult> = {}): RankResult {
  return {
    revision: 7,
    objective: 'latency',
    ranked: [],
    best: [],
    rejected: [],
    choices: {
      objectives: ['latency', 'throughput', 'energy', 'price'],
      places: [
        { id: 'place', name: 'Somewhere' },
        { id: 'else', name: 'else' },
      ],
      classes: [{ id: 'gpu', name: 'Graphics' }],
      countries: ['KR', 'US'],
      phases: ['inference', 'decode'],
      precisions: ['as-stored', 'fp16', 'int8'],
    },
    ...change,
  };
}

/** A table as it is read: without what explains its heads. */
export function asRead(table: TableData): object {
  return { ...table, columns: table.columns.map(({ label }) => label) };
}

/** Figures as they are read. */
export function factsRead(facts: readonly Fact[]): [string, string][] {
  return facts.map(([{ label }, value]) => [label, value]);
}
