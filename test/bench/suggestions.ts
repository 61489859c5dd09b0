/**
 * Suggestions for a transformer of 24,000 nodes: processor time of each chip once its costs are known, and how many were found.
 * Prints figures; nothing is asserted. Run: npm run bench:suggestions
 */
import { costsOn, prepare } from '../../server/engine/analyse';
import { chipById } from '../../server/engine/chips/catalogue';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { memorySource } from '../../server/engine/graph/byteSource';
import { suggest } from '../../server/engine/mapping/suggest/suggest';
import { uninterrupted } from '../../server/engine/scheduler';
import type { Workload } from '../../server/engine/workload';
import { transformer } from './models';

const chips = [
  'nvidia-h100-sxm',
  'nvidia-jetson-agx-orin-64gb',
  'intel-xeon-8480',
  'qualcomm-snapdragon-8gen3-hexagon',
];
/** The first pass is slower: the engine of JavaScript has not compiled what runs often. */
const passes = 3;

async function main(): Promise<void> {
  const { value: model } = await readOnnx(memorySource(transformer(24_000)), uninterrupted);
  if (!model) throw new Error('the model cannot be read');
  const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };
  for (let pass = 1; pass <= passes; pass++)
    for (const id of chips) {
      const prepared = await prepare(model, workload, uninterrupted);
      const analysis = await costsOn(prepared, chipById(id)!, uninterrupted);
      const before = process.cpuUsage();
      const found = await suggest({ prepared, analysis, scheduler: uninterrupted });
      const { user, system } = process.cpuUsage(before);
      const milliseconds = Math.round((user + system) / 1000);
      console.log(`pass ${pass}, ${id}: ${milliseconds} ms, ${found.map(({ code }) => code).join(', ')}`);
    }
}

void main();
