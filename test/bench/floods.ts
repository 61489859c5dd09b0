/**
 * Crafted files of 10 MB that hold nothing but one field over and over: time and memory of reading, printing and
 * costing each, in a process of its own. Prints figures; nothing is asserted.
 * Run: npm run bench:floods [-- NAME...]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { costsOn, prepare } from '../../server/engine/analyse';
import { chipById } from '../../server/engine/chips/catalogue';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { printListing } from '../../server/engine/formats/onnxText/print';
import { memorySource } from '../../server/engine/graph/byteSource';
import { uninterrupted } from '../../server/engine/scheduler';
import { floodNames, floodOf } from '../unit/formats/floodModels';

const size = 10e6;

async function runOne(name: string): Promise<void> {
  const source = memorySource(floodOf(name, size));
  const times: string[] = [];
  let start = performance.now();
  const lap = (step: string): void => {
    times.push(`${step} ${(performance.now() - start).toFixed(0)}`);
    start = performance.now();
  };
  const began = start;
  const { value, problems } = await readOnnx(source, uninterrupted);
  lap('read');
  let nodes = 0;
  if (value) {
    const listing = printListing(value, { fileName: 'flood.onnx' });
    lap(`print (${(listing.text.length / 1e6).toFixed(1)} MB)`);
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    const prepared = await prepare(value, workload, uninterrupted);
    nodes = prepared.inference.nodes.length;
    lap('infer');
    await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted);
    lap('costs');
  }
  const all = performance.now() - began;
  const memory = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1000;
  const flag = all > 2000 || memory > 300 ? '!!' : '  ';
  const codes = [...new Set(problems.map(({ code }) => code))].join(' ');
  console.log(
    `${flag} ${name.padEnd(32)} ${all.toFixed(0).padStart(6)} ms ${memory.toFixed(0).padStart(5)} MB  ${nodes} nodes; ${times.join(', ')}; ${codes}`,
  );
}

const [only, ...more] = process.argv.slice(2);
if (only === '--one') await runOne(more[0] ?? '');
else {
  const script = new URL(import.meta.url).pathname;
  for (const name of only === undefined ? floodNames : [only, ...more]) {
    const { stdout, stderr } = spawnSync(process.execPath, [script, '--one', name], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    console.log(
      (
        stdout || `!! ${name}: ${stderr.split('\n').find((line) => /Error|heap/.test(line)) ?? 'no answer'}`
      ).trimEnd(),
    );
  }
}
