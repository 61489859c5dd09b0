import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Chip } from '../../server/engine/chips/chip';
import { resolveUserChip } from '../../server/engine/chips/userChips';
import { estimateChip } from '../../server/engine/cost/estimate';
import type { ChipCost } from '../../server/engine/cost/types';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { infer } from '../../server/engine/inference/infer';
import type { Inference } from '../../server/engine/inference/types';
import { planKernels } from '../../server/engine/kernels/plan';
import { profileById } from '../../server/engine/kernels/profile';
import type { KernelPlan } from '../../server/engine/kernels/types';
import { uninterrupted } from '../../server/engine/scheduler';
import type { Workload } from '../../server/engine/workload';
import { readCsv } from './rows';

/** A model with its bindings as it was measured on a processor: whole, and node by node. */
export interface MeasuredModel {
  readonly name: string;
  readonly label: string;
  readonly inference: Inference;
  readonly plan: KernelPlan;
  readonly workload: Workload;
  /** Fastest run of the whole model, seconds; null when it was not measured. */
  readonly seconds: number | null;
  /** Measured seconds by kernel of the plan without the profiler's own; NaN where no measured node could be matched. */
  readonly kernels: Float64Array;
  /** Sum of all measured nodes, matched or not. */
  readonly nodeSeconds: number;
}

const folder = 'test/accuracy/measurements';

/**
 * What profiling adds to every node: the nodes of the models whose work is next to nothing sum to about this much per
 * node more than the runs without profiling.
 */
const profilingSeconds = 2e-6;

export function measuredMachines(): string[] {
  return existsSync(folder)
    ? readdirSync(folder).filter((name) => existsSync(`${folder}/${name}/kernels.csv`))
    : [];
}

/** How a machine was measured. */
export interface Measuring {
  readonly date: string;
  readonly onnxruntime: string;
  readonly threads: number;
  readonly noiseFloor: number;
  /** What one call of the runtime from the measuring script takes, seconds: in every time of a whole model. */
  readonly callSeconds: number;
}

export function measuringOf(id: string): Measuring {
  const machine = JSON.parse(readFileSync(`${folder}/${id}/machine.json`, 'utf8')) as Measuring;
  const { date, onnxruntime, threads, noiseFloor, callSeconds } = machine;
  return { date, onnxruntime, threads, noiseFloor, callSeconds };
}

/** FP32 matrix products that were measured alone, their weights constant. */
export function measuredProducts(id: string) {
  const path = `${folder}/${id}/gemm.csv`;
  if (!existsSync(path)) return [];
  return readCsv(path).map((row) => ({
    m: Number(row['m']),
    n: Number(row['n']),
    k: Number(row['k']),
    seconds: Number(row['seconds']),
  }));
}

/** The chip that a measured machine is: a file in the format of users' chips. */
export function machineChip(id: string): Chip {
  const json: unknown = JSON.parse(readFileSync(`test/accuracy/machines/${id}.json`, 'utf8'));
  const { chip } = resolveUserChip(json, `test/accuracy/machines/${id}.json`);
  if (!chip) throw new Error(`${id} is no chip`);
  return chip;
}

export async function measuredModels(machine: string): Promise<MeasuredModel[]> {
  const whole = readCsv(`${folder}/${machine}/models.csv`);
  const nodes = readCsv(`${folder}/${machine}/kernels.csv`);
  const result: MeasuredModel[] = [];
  for (const key of new Set(nodes.map((row) => `${row['model']} ${row['bindings']}`))) {
    const [name, label] = key.split(' ') as [string, string];
    const rows = nodes.filter((row) => row['model'] === name && row['bindings'] === label);
    const seconds = whole.find((row) => row['model'] === name && row['bindings'] === label)?.['seconds'];
    const model = await analyse(name, label);
    if (model) result.push({ ...model, seconds: seconds ? Number(seconds) : null, ...match(model, rows) });
  }
  return result;
}

async function analyse(name: string, label: string) {
  const expected = `test/fixtures/expected/${name}.json.gz`;
  if (!existsSync(expected)) return null;
  const facts = JSON.parse(gunzipSync(readFileSync(expected)).toString()) as {
    runs: { label: string; bindings: Record<string, number> }[];
  };
  const run = facts.runs.find((candidate) => candidate.label === label);
  if (!run) return null;
  const plain = `test/fixtures/models/${name}.onnx`;
  const bytes = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`));
  const source = {
    size: bytes.length,
    read: (offset: number, length: number) =>
      Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length))),
  };
  const { value: model } = await readOnnx(source, uninterrupted);
  const profile = profileById('onnxruntime-cpu');
  if (!model || !profile) return null;
  const workload: Workload = {
    bindings: run.bindings,
    phase: 'inference',
    precision: 'as-stored',
    runtime: profile.id,
  };
  const inference = await infer(model, workload);
  const plan = await planKernels(inference, profile, uninterrupted);
  return { name, label, inference, plan, workload };
}

/** Adds the measured nodes to the kernels that write their outputs. */
function match(
  model: { readonly inference: Inference; readonly plan: KernelPlan },
  rows: readonly Record<string, string>[],
): { kernels: Float64Array; nodeSeconds: number } {
  const byName = new Map<string, number>();
  for (const value of model.inference.values) {
    if (value.producer !== null) byName.set(value.name, value.producer);
  }
  const kernels = new Float64Array(model.plan.kernels.length).fill(NaN);
  let nodeSeconds = 0;
  const add = (kernel: number, seconds: number) => {
    // Every profiled node carries the profiler's own time.
    const own = Math.max(seconds - profilingSeconds, 0);
    kernels[kernel] = (Number.isNaN(kernels[kernel]) ? 0 : kernels[kernel]!) + own;
  };
  for (const row of rows) {
    const seconds = Number(row['seconds']);
    nodeSeconds += seconds;
    // Convolutions in the blocked layout write values of their own and are named after the value they stand for.
    const names = [...row['outputs']!.split(' '), row['node']!.replace(/_nchwc$/, '')];
    const kernel = names
      .map((name) => byName.get(name) ?? byName.get(name.replace(/^InsertedPrecisionFreeCast_/, '')))
      .map((node) => (node === undefined ? -1 : model.plan.kernelOfNode[node]!))
      .find((index) => index >= 0);
    if (kernel !== undefined) add(kernel, seconds);
  }
  return { kernels, nodeSeconds };
}

export function estimateMeasured(
  model: Pick<MeasuredModel, 'inference' | 'plan' | 'workload'>,
  chip: Chip,
): ChipCost {
  const profile = profileById('onnxruntime-cpu');
  if (!profile) throw new Error('no profile');
  return estimateChip(
    { inference: model.inference, plan: model.plan, workload: model.workload },
    chip,
    profile,
  );
}
