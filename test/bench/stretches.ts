/**
 * How long each step of an analysis takes in all, and the longest stretch for which it held the event loop: what a
 * hover has to wait for. Prints figures; nothing is asserted.
 * Run: npm run bench:stretches [-- NODES...]
 */
import { runPolitely, slicedScheduler } from '../../server/engine/scheduler';
import type { Scheduler } from '../../server/engine/scheduler';
import { costsOn, prepare } from '../../server/engine/analyse';
import { chipById } from '../../server/engine/chips/catalogue';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { printSteps } from '../../server/engine/formats/onnxText/print';
import { memorySource } from '../../server/engine/graph/byteSource';
import { transformer } from './models';

const chips = ['nvidia-h100-sxm', 'nvidia-t4', 'google-coral-edge-tpu'];
/** Stretches from here on are printed with the place at which they ended (milliseconds). */
const long = Number(process.env['LONG'] ?? 15);

/** Measures how long the loop is held between two turns. */
class Watch {
  private since = performance.now();
  longest = 0;
  readonly stretches: { milliseconds: number; place: string }[] = [];

  readonly scheduler: Scheduler = slicedScheduler(
    () => false,
    () => {
      this.note();
      return new Promise((resolve) =>
        setImmediate(() => {
          this.since = performance.now();
          resolve();
        }),
      );
    },
  );

  private note(): void {
    const milliseconds = performance.now() - this.since;
    this.longest = Math.max(this.longest, milliseconds);
    if (milliseconds < long) return;
    const place = new Error().stack?.split('\n').slice(5, 9).join('\n') ?? '';
    this.stretches.push({ milliseconds, place });
  }

  async step<T>(name: string, work: (scheduler: Scheduler) => T | Promise<T>): Promise<T> {
    this.longest = 0;
    this.stretches.length = 0;
    const start = (this.since = performance.now());
    const result = await work(this.scheduler);
    this.note();
    const all = performance.now() - start;
    const heap = process.memoryUsage().heapUsed / 1e6;
    console.log(
      `  ${name.padEnd(34)} ${all.toFixed(0).padStart(6)} ms, longest stretch ${this.longest.toFixed(1).padStart(6)} ms, ` +
        `heap ${heap.toFixed(0)} MB`,
    );
    for (const { milliseconds, place } of this.stretches)
      console.log(`      ${milliseconds.toFixed(1)} ms up to\n${place}`);
    return result;
  }
}

async function measure(nodes: number): Promise<void> {
  const bytes = transformer(nodes);
  console.log(`${nodes} nodes, ${(bytes.length / 1e6).toFixed(1)} MB`);
  const watch = new Watch();
  const { value } = await watch.step('reading', (scheduler) => readOnnx(memorySource(bytes), scheduler));
  if (!value) throw new Error('unreadable');
  await watch.step('printing', (scheduler) =>
    runPolitely(printSteps(value, { fileName: 'bench.onnx' }), scheduler),
  );
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const prepared = await watch.step('shapes and work', (scheduler) => prepare(value, workload, scheduler));
  for (const id of chips) {
    const chip = chipById(id);
    if (!chip) throw new Error(`no chip ${id}`);
    await watch.step(`costs on ${id}`, (scheduler) => costsOn(prepared, chip, scheduler));
  }
}

const wanted = process.argv.slice(2).map(Number);
for (const nodes of wanted.length > 0 ? wanted : [24_000, 24_000, 100_000]) await measure(nodes);
