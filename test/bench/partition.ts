/**
 * Placements of a transformer of 24,000 nodes on units: processor time of the cut between two alone, and of the whole answer for two and
 * three. Prints figures; nothing is asserted. Run: npm run bench:partition
 */
import { planUnder, prepare } from '../../server/engine/analyse';
import { chipById } from '../../server/engine/chips/catalogue';
import { runtimeFor } from '../../server/engine/cost/runtimes';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { memorySource } from '../../server/engine/graph/byteSource';
import { buildProblem } from '../../server/engine/mapping/partition/build';
import { searched } from '../../server/engine/mapping/partition/cut';
import { partition } from '../../server/engine/mapping/partition/partition';
import { eachAtBest } from '../../server/engine/mapping/partition/problem';
import { unitOf } from '../../server/engine/cost/units';
import { inSystem } from '../../server/engine/mapping/pinned/units';
import { runThrough, uninterrupted } from '../../server/engine/scheduler';
import { systems } from '../../server/engine/systems/load';
import type { Workload } from '../../server/engine/workload';
import { transformer } from './models';

const chips = [
  'qualcomm-snapdragon-x-elite-hexagon',
  'qualcomm-adreno-x1-85',
  'qualcomm-snapdragon-x-elite-cpu',
];
const passes = 3;

async function timed<T>(label: string, work: () => T | Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  console.log(`${label}: ${Math.round((user + system) / 1000)} ms`);
  return result;
}

async function main(): Promise<void> {
  const { value: model } = await readOnnx(memorySource(transformer(24_000)), uninterrupted);
  if (!model) throw new Error('the model cannot be read');
  const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };
  const laptop = systems.find(({ id }) => id === 'snapdragon-laptop');
  const [npu, gpu, cpu] = chips.map((id, at) => {
    const chip = chipById(id)!;
    return unitOf(['npu', 'gpu', 'cpu'][at]!, chip, runtimeFor(chip, null, 'onnx').profile);
  });
  for (let pass = 1; pass <= passes; pass++) {
    const prepared = await prepare(model, workload, uninterrupted);
    const { inference } = prepared;
    const plan = await planUnder(prepared, npu!.profile!, uninterrupted);
    const two = inSystem([npu!, cpu!], laptop);
    const built = await timed('costs and transfers', () =>
      runThrough(buildProblem({ inference, plan, workload }, two, 'latency')),
    );
    console.log(`${built.problem.kernels} kernels, ${built.problem.values.length} values`);
    await timed('cut', () => runThrough(searched(built.problem, [eachAtBest(built.problem)])));
    await timed('two units', () => partition(prepared, two, 'latency', uninterrupted));
    const three = inSystem([npu!, gpu!, cpu!], laptop);
    await timed('three units', () => partition(prepared, three, 'latency', uninterrupted));
  }
}

void main();
