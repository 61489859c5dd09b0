import { largest } from '../../lists';
import json from './schedules.json';

/** Orders in which the stages of a pipeline take micro-batches. */
type ScheduleName = keyof typeof json;

/** What a schedule does, as data. */
interface ScheduleFacts {
  /** Idle time of a stage ÷ (stages − 1) × the time of one micro-batch on a stage. */
  readonly bubble: number;
  /** Each device has several chunks of layers, by which the idle time is divided. */
  readonly perChunk: boolean;
  /** Micro-batches whose activations a stage keeps: all, as many as stages follow, or of each chunk so many. */
  readonly inFlight: string;
}

const facts: Readonly<Record<ScheduleName, ScheduleFacts>> = json;

/** How micro-batches go through a pipeline. */
export interface Schedule {
  readonly name: ScheduleName;
  /** Micro-batches of a step. */
  readonly microBatches: number;
  /** Chunks of layers on each device; 1 but for interleaved stages. */
  readonly chunks: number;
}

/** Time of a step, seconds. */
export interface StepTime {
  readonly seconds: number;
  /** Of these what the slowest stage waits. */
  readonly bubble: number;
}

/**
 * A step that begins and ends with an empty pipeline, as a prefill and a training step do: the slowest stage takes all micro-batches
 * one after the other, and waits while the others fill and drain. With p equal stages and m micro-batches the bubble is (p − 1) / m of the ideal time
 * and (p − 1) / (m + p − 1) of all (Huang et al. 2019, GPipe; Narayanan et al. 2021, §2.2.1, where v chunks divide it by v; Qi et al. 2023, where backward
 * passes of weights fill two thirds of it at the same memory, ZB-H1).
 * @param stages seconds of one micro-batch on each stage
 */
export function flushed(stages: readonly number[], { name, microBatches, chunks }: Schedule): StepTime {
  const slowest = largest(stages, 0);
  const others = stages.reduce((sum, one) => sum + one, 0) - slowest;
  const { bubble: share, perChunk } = facts[name];
  const bubble = (others * share) / (perChunk ? chunks : 1);
  return { seconds: microBatches * slowest + bubble, bubble };
}

/**
 * A step of decoding in a pipeline that never empties: while one stage makes a token of one micro-batch, the others work on the next
 * ones. A micro-batch comes back after it went through all stages, so with fewer of them than stages the stages wait.
 */
export function steady(stages: readonly number[], microBatches: number): StepTime {
  const slowest = largest(stages, 0);
  const around = stages.reduce((sum, one) => sum + one, 0);
  const busy = microBatches * slowest;
  const seconds = Math.max(busy, around);
  return { seconds, bubble: seconds - busy };
}

/** Micro-batches whose activations stage `stage` of `stages` keeps at one time in training; chunks count as their part of a stage. */
export function inFlight({ name, microBatches, chunks }: Schedule, stage: number, stages: number): number {
  const kind = facts[name].inFlight;
  if (kind === 'all') return microBatches;
  const depth = Math.min(microBatches, stages - stage);
  if (kind === 'depth') return depth;
  // Of the first stage p + (p − 1) / v (Narayanan et al. 2021 with Korthikanti et al. 2022, §4.2.3).
  return Math.min(microBatches, depth + (stages - 1) / chunks);
}
