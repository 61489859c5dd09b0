import type { CsvCell } from '../../../outside/csv';
import type { Chip } from '../chips/chip';
import type { HowMany, HowManyQuestion } from '../howMany';
import { layersOf, splitSummary } from '../splitSummary';
import { largest } from '../lists';
import type { Launch } from '../mapping/parallel/launch';
import type { Limit } from '../mapping/parallel/placement';
import { devicesOf, splitLabel, type Split } from '../mapping/parallel/splits';
import { ganttOf } from '../mapping/parallel/gantt';
import type { SplitObjective } from '../mapping/parallel/search';
import type { Slot, SplitSummary } from '../mapping/parallel/spread';
import type { Workload } from '../workload';

/** How a model is spread over equal devices. SI units; unknown is null. */
export interface ParallelReport {
  readonly schemaVersion: 1;
  readonly path: string;
  readonly workload: Workload;
  readonly system: { readonly id: string; readonly name: string };
  readonly device: {
    readonly id: string;
    readonly chip: string;
    readonly name: string;
    readonly runtime: string;
    readonly count: number;
    readonly capacityBytes: number | null;
    readonly reserveBytes: number | null;
  };
  readonly objective: SplitObjective;
  /** Sequences of a step; null where the model has no such dimension. */
  readonly batch: number | null;
  /** What is counted per second. */
  readonly unit: HowMany['unit']['name'];
  /** Equal blocks of the model, such as layers. */
  readonly layers: number;
  /** Best first. */
  readonly splits: readonly SplitReport[];
  /** Splits that are out, those that miss least first. */
  readonly rejected: readonly { readonly label: string; readonly split: Split; readonly limit: Limit }[];
  /** One step of the best: which stage works on which micro-batch when. */
  readonly gantt: readonly Slot[];
  /** A whole training run on the devices of the best; null where nobody says how many tokens it reads. */
  readonly run: TrainingRun | null;
  /** Commands that start the best. */
  readonly launch: readonly Launch[];
}

/** A training run of many steps, without what is lost to failures, checkpoints and evaluation. */
export interface TrainingRun {
  readonly tokens: number;
  readonly seconds: number;
  /** Of its devices at their rated power all the time; null where that is unknown. */
  readonly joulesAtMost: number | null;
}

/** A split that fits, held against the best. */
export interface SplitReport extends SplitSummary {
  /** Nobody can say that the best is better. */
  readonly isTied: boolean;
}

/** Splits that a report has. */
const mostSplits = 50;

/** What a search for splits says, without the chips' files. */
export function parallelReport(
  found: HowMany,
  { system, device, count, chip, objective }: HowManyQuestion,
  {
    tokens,
    ...asked
  }: Pick<ParallelReport, 'path' | 'workload' | 'launch'> & { readonly tokens: number | null },
): ParallelReport {
  const { ranked, refused, room, profile, batch } = found;
  const [best] = ranked;
  const splits = ranked
    .slice(0, mostSplits)
    .map((one) => ({ ...splitSummary(one, found), isTied: one.isTied }));
  return {
    schemaVersion: 1,
    ...asked,
    run: tokens === null || !splits[0] ? null : trainingRun(splits[0], chip, tokens),
    system: { id: system.id, name: system.name },
    device: { id: device, chip: chip.id, name: chip.name, runtime: profile.id, count, ...room },
    objective,
    batch,
    unit: found.unit.name,
    layers: layersOf(found),
    splits,
    rejected: refused.map(({ split, limit }) => ({ label: splitLabel(split), split, limit })),
    gantt: best ? ganttOf(best, found.step) : [],
  };
}

function trainingRun({ perSecond, devices }: SplitSummary, chip: Chip, tokens: number): TrainingRun {
  const seconds = tokens / perSecond;
  const watts = chip.power.tdpWatts?.value ?? null;
  return { tokens, seconds, joulesAtMost: watts === null ? null : watts * devices * seconds };
}

/** A row for each split, in base units; unknown is empty. */
export function parallelRows({ splits, rejected }: ParallelReport): CsvCell[][] {
  const head = ['split', 'tp', 'pp', 'dp', 'ep', 'cp', 'devices'];
  const range = ['seconds', 'seconds_low', 'seconds_high', 'basis'];
  const parts = ['compute', 'memory', 'link', 'bubble', 'overhead'];
  const step = ['micro_batch', 'micro_batches', ...range, ...parts, 'per_second'];
  return [
    [...head, ...step, 'device_bytes', 'tied', 'limit'],
    ...splits.map(({ label, split, devices, microBatch, microBatches, seconds, ...one }) => [
      label,
      ...numbersOf(split),
      devices,
      microBatch,
      microBatches,
      seconds.value,
      seconds.low,
      seconds.high,
      seconds.basis,
      one.parts.compute,
      one.parts.memory,
      one.parts.link,
      one.parts.bubble,
      one.parts.overhead,
      one.perSecond,
      largest(one.stages.map(({ bytes }) => bytes)),
      String(one.isTied),
      null,
    ]),
    ...rejected.map(({ label, split, limit }) => [
      label,
      ...numbersOf(split),
      devicesOf(split),
      ...step.map(() => null),
      limit.kind === 'memory' ? limit.bytes : null,
      null,
      limit.kind === 'problem' ? limit.problem.code : limit.kind,
    ]),
  ];
}

function numbersOf({ tp, pp, dp, ep, cp }: Split): readonly number[] {
  return [tp, pp, dp, ep, cp];
}
