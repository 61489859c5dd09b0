/**
 * Processor time of ranking all chips at four precisions. Prints figures; nothing is asserted.
 * Run: npm run bench:rank [-- MODEL.onnx[.gz] [how many chips]]
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { prepare } from '../../server/engine/analyse';
import { chips } from '../../server/engine/chips/catalogue';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { memorySource } from '../../server/engine/graph/byteSource';
import { uninterrupted } from '../../server/engine/scheduler';
import { whichChip, type Wanted } from '../../server/engine/whichChip';

const path = process.argv[2] ?? 'test/fixtures/models/gpt2.onnx.gz';
const ranked = chips.slice(0, Number(process.argv[3] ?? chips.length));
const precisions = ['as-stored', 'fp16', 'int8', 'int4-weights'] as const;
const wanted: Wanted = { objective: 'energy', limits: { anyStatus: true }, precisions, prices: {} };

/** Milliseconds of processor time since a mark. */
function since(mark: NodeJS.CpuUsage): string {
  const { user, system } = process.cpuUsage(mark);
  return `${((user + system) / 1000).toFixed(0)} ms`;
}

const bytes = readFileSync(path);
const source = memorySource(path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
const { value: model } = await readOnnx(source, uninterrupted);
if (!model) throw new Error(`${path} cannot be read`);
console.log(
  `${path}: ${model.graph.nodes.length} nodes, ${ranked.length} chips, ${precisions.length} precisions`,
);
const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
for (const name of ['cold', 'warm']) {
  let mark = process.cpuUsage();
  const prepared = await prepare(model, workload, uninterrupted);
  console.log(`  ${name}: shapes and work ${since(mark)}`);
  mark = process.cpuUsage();
  const ranking = await whichChip({ prepared }, ranked, wanted, uninterrupted);
  console.log(
    `  ${name}: ranking ${since(mark)} (${ranking.ranked.length} ranked, ${ranking.rejected.length} not)`,
  );
  mark = process.cpuUsage();
  await whichChip({ prepared }, ranked, { ...wanted, objective: 'latency' }, uninterrupted);
  console.log(`  ${name}: another objective ${since(mark)}`);
}
