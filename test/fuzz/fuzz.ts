/**
 * Attacks the product with random input and prints each seed that fails, the slowest one and the highest memory.
 *
 * npm run fuzz -- [SECONDS] [SEED] [models | editing | commands]      (120 s, a new seed and all three if left out)
 *
 * Each kind runs in a process of its own, one after the other; a seed that takes too long is a failure, and its process
 * is replaced. The same first seed repeats a run.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FuzzMessage } from './fuzzer';

/** This script as it was bundled. */
const program = fileURLToPath(import.meta.url);

const kinds = ['models', 'editing', 'commands'] as const;
type Kind = (typeof kinds)[number];

/** A seed that takes longer than this counts as a hang (milliseconds). */
const longest = 30_000;
/** Times as long where the process had no processor meanwhile, because others kept the machine busy. */
const patience = 10;

interface Tally {
  readonly results: Map<string, number>;
  readonly failures: string[];
  slowest: { milliseconds: number; seed: number };
  memory: number;
}

async function main(): Promise<void> {
  const seconds = Number(process.argv[2] ?? 120);
  const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 1e9));
  const only = process.argv[4];
  const chosen = only === undefined ? kinds : kinds.filter((kind) => kind === only);
  if (!(seconds > 0) || !Number.isSafeInteger(seed) || chosen.length === 0) {
    console.error(`usage: npm run fuzz -- [SECONDS] [SEED] [${kinds.join(' | ')}]`);
    process.exitCode = 2;
    return;
  }
  console.log(`fuzzing for ${seconds} s from seed ${seed}`);
  let [tried, failed] = [0, 0];
  for (const kind of chosen) {
    const tally = await attack(kind, seed, (1000 * seconds) / chosen.length);
    const count = [...tally.results.values()].reduce((sum, one) => sum + one, 0);
    print(kind, count, tally);
    tried += count;
    failed += tally.failures.length;
  }
  console.log(`${tried} passed, ${failed} failed`);
  process.exitCode = failed > 0 || tried === 0 ? 1 : 0;
}

async function attack(kind: Kind, first: number, milliseconds: number): Promise<Tally> {
  const tally: Tally = { results: new Map(), failures: [], slowest: { milliseconds: 0, seed: 0 }, memory: 0 };
  const end = Date.now() + milliseconds;
  let next = first;
  while (Date.now() < end) next = await stretch(kind, next, end, tally);
  return tally;
}

/** Runs seeds in one process until the time is up or the process is lost; answers the seed to go on with. */
function stretch(kind: Kind, from: number, end: number, tally: Tally): Promise<number> {
  return new Promise((resolve) => {
    const child = fork(program, ['--kind', kind, String(from), String(end)]);
    let seed = from;
    let running = false;
    let reason = 'the process ended';
    let stop = watch(child);
    const fail = (what: string): void => {
      tally.failures.push(`${kind}, seed ${seed}: ${what}`);
      console.log(tally.failures.at(-1));
    };
    child.on('message', (message: FuzzMessage) => {
      stop();
      stop = watch(child, () => (reason = `no end after ${longest / 1000} s`));
      if (message.kind === 'memory') tally.memory = Math.max(tally.memory, message.bytes);
      else {
        seed = message.seed;
        running = message.kind === 'began';
      }
      if (message.kind === 'failed') fail(message.reason);
      if (message.kind === 'ended') note(tally, message);
    });
    child.once('exit', (code) => {
      stop();
      if (code !== 0 || running) fail(`${reason} (${code})`);
      resolve(seed + 1);
    });
  });
}

/** Ends a process that works for too long, or that does not answer for very long; answers how to stop watching. */
function watch(child: ChildProcess, late: () => void = () => {}): () => void {
  const worked = processorTime(child);
  const began = Date.now();
  const look = (): void => {
    const now = processorTime(child);
    const busy = worked === null || now === null ? longest : now - worked;
    if (busy < longest && Date.now() - began < patience * longest) {
      timer = setTimeout(look, Math.max(1000, longest - busy));
      return;
    }
    late();
    child.kill('SIGKILL');
  };
  let timer = setTimeout(look, longest);
  return () => clearTimeout(timer);
}

/** Milliseconds of processor that a process has used; null where the system does not tell. */
function processorTime({ pid }: ChildProcess): number | null {
  try {
    // proc(5): behind the name in brackets the state is field 3; fields 14 and 15 count ticks of 10 ms.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return null;
  }
}

function note(tally: Tally, { result, milliseconds, seed }: FuzzMessage & { kind: 'ended' }): void {
  tally.results.set(result, (tally.results.get(result) ?? 0) + 1);
  if (milliseconds > tally.slowest.milliseconds) tally.slowest = { milliseconds, seed };
}

function print(kind: Kind, count: number, { results, failures, slowest, memory }: Tally): void {
  const parts = [...results].map(([result, times]) => `${result} ${times}`).join(', ');
  const time = `slowest ${slowest.milliseconds.toFixed(0)} ms (seed ${slowest.seed})`;
  const size = memory > 0 ? `, memory at most ${(memory / 1e6).toFixed(0)} MB` : '';
  console.log(`${kind}: ${count} tried (${parts}), ${failures.length} failed; ${time}${size}`);
}

if (process.argv[2] === '--kind') void import('./attacker').then(({ attacker }) => attacker());
else void main();
