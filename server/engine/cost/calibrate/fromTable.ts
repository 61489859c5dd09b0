import { traitsOf } from '../classes/traits';
import { entryOf } from '../../../../outside/table';
import type { Chip } from '../../chips/chip';
import type { DataType } from '../../graph/dataTypes';
import { emptyGraph, emptyModel } from '../../graph/emptyModel';
import type { Attribute, Graph, Model, Tensor, ValueInfo } from '../../graph/model';
import { onnxOrigin } from '../../graph/origin';
import { infer } from '../../inference/infer';
import { planKernels } from '../../kernels/plan';
import { profileById } from '../../kernels/profile';
import type { Scheduler } from '../../scheduler';
import type { Workload } from '../../workload';
import { constantsFor } from '../constants';
import { calibrateRows, leastRows } from './fit';
import { calibrateProfiles, unchangedOf, type GroupFit, type MeasuredModel } from './fromProfile';
import { fittable, predict } from '../classes/gpu/fit';
import { matchProfile } from './matchProfile';
import type { Measurement } from './measurement';
import type { Row } from './rows';
import { score } from './score';

/** What a table taught, and how many of its rows the fit could not use. */
export interface TableFit {
  readonly fits: readonly GroupFit[];
  readonly unused: number;
}

/**
 * Fits a chip's constants to a table of kernels (`kernel-table`). GPUs have laws of their own per kind of row; on other
 * classes each row becomes a model of one node that is estimated like any other.
 * @param runtime id of the runtime profile whose dispatch the measured times hold
 */
export async function calibrateTable(
  profile: Measurement,
  chip: Chip,
  runtime: string,
  origin: string,
  scheduler: Scheduler,
): Promise<TableFit> {
  const rows = profile.rows.flatMap(({ kernel }) => (kernel ? [kernel] : []));
  if (traitsOf[chip.class].fit === 'laws') return calibrateGpuRows(rows, chip, origin);
  const models: MeasuredModel[] = [];
  for (const [at, { kernel }] of profile.rows.entries()) {
    const pause = scheduler.tick();
    if (pause) await pause;
    const own = kernel && (await modelOfRow(kernel, profile, at, runtime, scheduler));
    if (own) models.push(own);
  }
  return { fits: calibrateProfiles(models, chip, origin), unused: rows.length - models.length };
}

function calibrateGpuRows(rows: readonly Row[], chip: Chip, origin: string): TableFit {
  const usable = rows.filter(({ precision }) => fittable(chip, precision));
  const fitted = calibrateRows(usable, chip);
  const groups = new Map<string, Row[]>();
  for (const row of usable) {
    const key = `${row.group} ${row.precision}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const fits = [...groups].map(([key, own]): GroupFit => {
    const [operatorClass = '', precision = ''] = key.split(' ');
    const now = constantsFor(chip, operatorClass, precision).value;
    const pairs = own.map((row) => ({ predicted: predict(row, now, chip), measured: row.seconds }));
    const before = score(pairs);
    const unchanged = unchangedOf(operatorClass, precision, now, pairs, origin);
    const fit = fitted.find(
      ({ calibration }) => calibration.operatorClass === operatorClass && calibration.precision === precision,
    );
    const after = fit?.score ?? null;
    const error = after && { before: sharesOf(before), after: sharesOf(after) };
    const calibration = fit && error ? { ...fit.calibration, error } : null;
    const reason = calibration ? null : own.length < leastRows ? 'few' : 'noConstant';
    return { operatorClass, precision, rows: own.length, before, after, calibration, reason, unchanged };
  });
  return { fits, unused: rows.length - usable.length };
}

const sharesOf = ({ median, p90 }: { readonly median: number; readonly p90: number }) => ({ median, p90 });

const dataTypeOf: Readonly<Record<string, DataType>> = {
  fp64: 'double',
  fp32: 'float',
  fp16: 'float16',
  bf16: 'bfloat16',
};

/** ONNX operators by their names in tables, with the tensors that they read and, of these, how many are one number. */
const operatorOf: Readonly<Record<string, { readonly operator: string; readonly inputs: string }>> = {
  ...Object.fromEntries(
    ['Relu', 'Sigmoid', 'Tanh', 'Exp', 'Erf', 'Sqrt', 'Gelu', 'Softmax'].map((operator) => [
      operator.toLowerCase(),
      { operator, inputs: 'x' },
    ]),
  ),
  ...Object.fromEntries(
    ['Add', 'Sub', 'Mul', 'Div', 'Pow'].flatMap((operator) => [
      [operator.toLowerCase(), { operator, inputs: 'xx' }],
      [`${operator.toLowerCase()}u`, { operator, inputs: 'x1' }],
    ]),
  ),
  ln: { operator: 'LayerNormalization', inputs: 'xcc' },
  layernormalization: { operator: 'LayerNormalization', inputs: 'xcc' },
};

/** A model of the one kernel that a row measured; null for rows that no operator of the table says. */
async function modelOfRow(
  row: Row,
  profile: Measurement,
  at: number,
  runtime: string,
  scheduler: Scheduler,
): Promise<MeasuredModel | null> {
  const dtype = entryOf(dataTypeOf, row.precision);
  const graph = dtype && (row.group === 'gemm' ? productGraph(row, dtype) : rowGraph(row, dtype));
  const runtimeProfile = profileById(runtime);
  if (!graph || !runtimeProfile) return null;
  const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime };
  const inference = await infer(modelOf(graph), workload, {}, scheduler);
  const plan = await planKernels(inference, runtimeProfile, scheduler);
  if (plan.kernels.length !== 1) return null;
  const only = { ...profile.rows[at]!, names: ['y'], kernel: null };
  const matched = matchProfile(inference, plan, { ...profile, kind: 'node-table', rows: [only] });
  return { inference, plan, profile: runtimeProfile, workload, matched };
}

function productGraph({ batch, m, n, k }: Row, dtype: DataType): Graph {
  const lead = batch > 1 ? [batch] : [];
  const weights = batch > 1 ? [] : [tensor('b', dtype, [k, n])];
  const second = batch > 1 ? [value('b', dtype, [...lead, k, n])] : [];
  return graphOf('MatMul', ['a', 'b'], [value('a', dtype, [...lead, m, k]), ...second], weights, dtype);
}

function rowGraph({ operator, rows, columns }: Row, dtype: DataType): Graph | null {
  const known = entryOf(operatorOf, operator);
  if (!known || rows * columns === 0) return null;
  const shapes: Readonly<Record<string, readonly number[]>> = { x: [rows, columns], c: [columns], '1': [1] };
  const names = [...known.inputs].map((_, i) => `x${i}`);
  const inputs: ValueInfo[] = [];
  const weights: Tensor[] = [];
  [...known.inputs].forEach((kind, i) => {
    if (kind === 'x') inputs.push(value(names[i]!, dtype, entryOf(shapes, kind)!));
    else weights.push(tensor(names[i]!, dtype, entryOf(shapes, kind)!));
  });
  return graphOf(known.operator, names, inputs, weights, dtype);
}

function value(name: string, dtype: DataType, shape: readonly number[]): ValueInfo {
  return { name, type: { kind: 'tensor', dtype, shape } };
}

function tensor(name: string, dtype: DataType, dims: readonly number[]): Tensor {
  return { name, dtype, dims, data: { place: 'none' } };
}

function graphOf(
  operator: string,
  inputs: readonly string[],
  given: readonly ValueInfo[],
  initializers: readonly Tensor[],
  dtype: DataType,
): Graph {
  const attributes: Attribute[] = [];
  return {
    ...emptyGraph,
    name: 'row',
    inputs: given,
    outputs: [{ name: 'y', type: { kind: 'tensor', dtype } }],
    initializers,
    nodes: [
      { name: 'row', operator, domain: '', overload: '', inputs, outputs: ['y'], attributes, metadata: [] },
    ],
  };
}

function modelOf(graph: Graph): Model {
  return {
    ...emptyModel,
    origin: onnxOrigin({ irVersion: 10 }),
    operatorSets: [{ domain: '', version: 21 }],
    graph,
  };
}
