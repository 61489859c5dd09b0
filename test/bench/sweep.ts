// Prints what a sweep costs: processor seconds for each model with one worker and with two, the wall times beside the number of
// processors, and whether the contents are the same. `npm run bench:sweep -- [models] [chips] [runs]`; needs `npm run build`.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { chips as catalogue } from '../../server/engine/chips/catalogue';
import { transformer } from './models';

const [models = 200, chips = 20, runs = 3] = process.argv.slice(2).map(Number);
const bindings = { batch: [1, 4, 8] };
const folder = mkdtempSync(join(tmpdir(), 'siliconlens-bench-'));
const cli = resolve('dist/cli.js');
/** Tells the processor time of the whole process, threads included, when it ends. */
const meter = join(folder, 'meter.cjs');

interface Run {
  readonly processorSeconds: number;
  readonly wallSeconds: number;
  readonly content: string;
}

function makeModels(): void {
  mkdirSync(join(folder, 'models'));
  const fixtures = resolve('test/fixtures/models');
  const names = readdirSync(fixtures).slice(0, models);
  for (const name of names) {
    const bytes = readFileSync(join(fixtures, name));
    const isPacked = name.endsWith('.gz');
    writeFileSync(join(folder, 'models', name.replace('.gz', '')), isPacked ? gunzipSync(bytes) : bytes);
  }
  // From 100 to 1,600 nodes, as exporters write networks of some ten layers.
  for (let i = names.length; i < models; i++)
    writeFileSync(join(folder, 'models', `made${i}.onnx`), transformer(100 + ((i * 37) % 1500)));
}

async function swept(name: string, jobs: number): Promise<Run> {
  const out = join(folder, `${name}.jsonl`);
  const told = join(folder, `${name}.meter`);
  const words = [
    '--require',
    meter,
    cli,
    'sweep',
    join(folder, 'plan.json'),
    '--out',
    out,
    '--jobs',
    String(jobs),
  ];
  const start = performance.now();
  const child = spawn(process.execPath, words, {
    env: { ...process.env, METER: told },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((ended) => child.on('exit', ended));
  if (code !== 0) throw new Error(`the sweep ended with ${String(code)}`);
  const wallSeconds = (performance.now() - start) / 1000;
  return {
    processorSeconds: Number(readFileSync(told, 'utf8')),
    wallSeconds,
    content: readFileSync(out, 'utf8'),
  };
}

const median = (all: readonly number[]): number =>
  [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)]!;

try {
  makeModels();
  writeFileSync(
    meter,
    `const { isMainThread } = require('node:worker_threads');
    if (isMainThread) process.on('exit', () => {
      const { user, system } = process.cpuUsage();
      require('node:fs').writeFileSync(process.env.METER, String((user + system) / 1e6));
    });`,
  );
  const ids = catalogue.slice(0, chips).map(({ id }) => id);
  const plan = { models: ['models/*.onnx'], chips: ids, bindings };
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  const one: Run[] = [];
  const two: Run[] = [];
  // In turns, so that what else the machine does meets both alike.
  for (let i = 0; i < runs; i++) {
    one.push(await swept(`one${i}`, 1));
    two.push(await swept(`two${i}`, 2));
  }
  const contents = new Set([...one, ...two].map(({ content }) => content));
  const rows = one[0]!.content.split('\n').length - 1;
  const [cpuOne, cpuTwo] = [one, two].map((all) => median(all.map((run) => run.processorSeconds))) as [
    number,
    number,
  ];
  const [wallOne, wallTwo] = [one, two].map((all) => median(all.map((run) => run.wallSeconds))) as [
    number,
    number,
  ];
  console.log(
    `${models} models, ${chips} chips, ${bindings.batch.length} sizes: ${rows} rows, medians of ${runs} runs in turns`,
  );
  console.log(`contents: ${contents.size === 1 ? 'the same' : `${contents.size} different ones`}`);
  const perModel = (seconds: number): string => `${((1000 * seconds) / models).toFixed(1)} ms a model`;
  console.log(
    `one worker:  ${cpuOne.toFixed(1)} processor seconds (${perModel(cpuOne)}), wall ${wallOne.toFixed(1)} s`,
  );
  console.log(
    `two workers: ${cpuTwo.toFixed(1)} processor seconds (${perModel(cpuTwo)}), wall ${wallTwo.toFixed(1)} s`,
  );
  const efficiency = wallOne / (2 * wallTwo);
  console.log(
    `two against one: processor ${((100 * cpuTwo) / cpuOne).toFixed(0)} %, wall efficiency ${(100 * efficiency).toFixed(0)} % on ${availableParallelism()} processors`,
  );
  if (contents.size > 1 || rows !== models * chips * bindings.batch.length) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
