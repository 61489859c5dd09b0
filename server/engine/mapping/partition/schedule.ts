import type { ChipCost } from '../../cost/types';
import type { KernelPlan } from '../../kernels/types';
import { isStepDue, type Steps } from '../../scheduler';
import type { Moved } from './problem';

/** A kernel on its unit. */
export interface Job {
  /** Index of the unit. */
  readonly unit: number;
  /** Of all its runs, alone. */
  readonly seconds: number;
  /** Of these so many if moving its bytes were all; as a share of `seconds` what it asks of its memory. */
  readonly memorySeconds: number;
}

/** Kernels of a plan as jobs; null where the time of one is unknown. */
export function jobsOf({ kernels }: KernelPlan, { kernels: costs }: Pick<ChipCost, 'kernels'>): Job[] | null {
  const jobs: Job[] = [];
  for (const { index, repeat } of kernels) {
    const { unit, seconds, parts } = costs[index]!;
    if (unit === null || !seconds || !parts || repeat === null) return null;
    jobs.push({ unit, seconds: seconds.value * repeat, memorySeconds: parts.memory * repeat });
  }
  return jobs;
}

/** A job at work, with what is left of its time. */
interface Running {
  readonly job: number;
  left: number;
}

/**
 * Seconds of a list schedule: each unit runs its kernels in the order of the plan, as soon as what they read is there, and units work at
 * the same time. Units of one pool share its bandwidth: where they ask for more than all of it together, each waits in proportion.
 * @param values what goes from kernel to kernel, with the seconds that this takes between two units, Infinity where that is unknown; ends
 * of the model are left out
 * @param pools the pool of each unit; null where it shares none
 * @returns null where what a kernel waits for comes at a time that nobody knows
 */
export function* overlapped(
  jobs: readonly Job[],
  values: readonly Moved[],
  pools: readonly (string | null)[],
): Steps<number | null> {
  const inputs = inputsOf(jobs, values);
  const queues = pools.map((_, unit) => [...jobs.keys()].filter((job) => jobs[job]!.unit === unit));
  const begun = pools.map(() => 0);
  const done = new Float64Array(jobs.length).fill(Infinity);
  const running: (Running | null)[] = pools.map(() => null);
  let now = 0;
  for (let left = jobs.length, turn = 0; left > 0; turn++) {
    if (isStepDue(turn)) yield;
    let next = Infinity;
    for (const [unit, queue] of queues.entries()) {
      const job = queue[begun[unit]!];
      if (running[unit] || job === undefined) continue;
      const ready = readyAt(inputs[job]!, done);
      if (ready <= now) {
        running[unit] = { job, left: jobs[job]!.seconds };
        begun[unit]!++;
      } else next = Math.min(next, ready);
    }
    const slower = running.map((one, unit) => (one ? slowdown(jobs, running, pools, unit) : 1));
    for (const [unit, one] of running.entries())
      if (one) next = Math.min(next, now + one.left * slower[unit]!);
    // Nothing runs and nothing will: over a link of unknown speed, or kernels wait for each other, which no order of a file has.
    if (next === Infinity) return null;
    for (const [unit, one] of running.entries()) {
      if (!one) continue;
      const end = now + one.left * slower[unit]!;
      one.left -= (next - now) / slower[unit]!;
      if (end > next) continue;
      done[one.job] = next;
      running[unit] = null;
      left--;
    }
    now = next;
  }
  return now;
}

/** What a kernel waits for: which kernel, and how long what that makes is on its way. */
type Input = readonly [maker: number, seconds: number];

function inputsOf(jobs: readonly Job[], values: readonly Moved[]): Input[][] {
  const inputs: Input[][] = jobs.map(() => []);
  for (const { maker, readers, costs } of values) {
    const from = jobs[maker]?.unit;
    if (from === undefined) continue;
    const units = Math.sqrt(costs.length);
    for (const reader of readers) {
      const to = jobs[reader]?.unit;
      if (to !== undefined) inputs[reader]!.push([maker, from === to ? 0 : costs[from * units + to]!]);
    }
  }
  return inputs;
}

function readyAt(inputs: readonly Input[], done: Float64Array): number {
  return inputs.reduce((latest, [maker, seconds]) => Math.max(latest, done[maker]! + seconds), 0);
}

/** By how many times a running kernel takes longer because others use the memory of its unit. */
function slowdown(
  jobs: readonly Job[],
  running: readonly (Running | null)[],
  pools: readonly (string | null)[],
  unit: number,
): number {
  const shareOf = ({ job }: Running): number => {
    const { seconds, memorySeconds } = jobs[job]!;
    return seconds > 0 ? memorySeconds / seconds : 0;
  };
  const own = shareOf(running[unit]!);
  if (pools[unit] === null) return 1;
  const all = running.reduce(
    (sum, one, at) => sum + (one && pools[at] === pools[unit] ? shareOf(one) : 0),
    0,
  );
  // Each gets of the bandwidth what it asks for ÷ what all do.
  return own > 0 ? Math.max(1, all) : 1;
}
