import { createHash } from 'node:crypto';
import { dirname, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Language } from '../../../l10n/language';
import { problemMessage } from '../../../l10n/problems';
import { preparedOf, sumsOn, type Prepared } from '../../engine/analyse';
import type { Chip } from '../../engine/chips/chip';
import { drives } from '../../engine/cost/runtimes';
import type { Bindings } from '../../engine/graph/dim';
import { profileById } from '../../engine/kernels/profile';
import type { Problem } from '../../engine/problem';
import {
  sweepErrorRow,
  sweepModelCells,
  sweepRow,
  type SweepRow,
  type SweepSubject,
} from '../../engine/report/sweepRow';
import { uninterrupted } from '../../engine/scheduler';
import type { Phase, PrecisionPolicy } from '../../engine/workload';
import { Failure } from '../failure';
import { refuseTooMuch, roomIn } from '../memory';
import { ModelDigest } from '../modelDigest';
import { packed } from '../modelPack';
import { openModel, type OpenedModel } from '../openModel';
import { prepareKnown, type Known } from '../workload';
import { lineOf } from './journal';

/** A chip of a sweep. */
export interface Target {
  readonly chip: Chip;
  /** What runs that which the chip can't, where a system says; null: what belongs to the chip. */
  readonly host: Chip | null;
  /** Id of the system that named the chip. */
  readonly system: string | null;
}

/** What is worked out of each model: plain data, since workers are sent it. */
export interface JobSpec {
  readonly targets: readonly Target[];
  readonly precisions: readonly PrecisionPolicy[];
  /** Ids; null: the chip's own. */
  readonly runtimes: readonly (string | null)[];
  readonly phases: readonly Phase[];
  readonly bindings: readonly Bindings[];
  readonly toolVersion: string;
  readonly language: Language;
  /** What one job may take of the heap, bytes. */
  readonly heapBytes: number;
}

/** One model of a sweep. */
export interface Job {
  readonly name: string;
  readonly path: string;
  /** Keys of rows that are there already and need not be made again. */
  readonly known: readonly string[];
  /** Whether what was read of the model is told, so that it can be sent elsewhere. */
  readonly isPacked?: boolean;
}

/** What a job tells while it runs: what it read, its rows as lines, and at last whether they hold the costs. */
export type JobEvent =
  | { readonly kind: 'opened'; readonly contentHash: string; readonly pack: Uint8Array | null }
  | { readonly kind: 'rows'; readonly lines: readonly string[] }
  | {
      readonly kind: 'done';
      readonly contentHash: string;
      readonly isFailed: boolean;
      readonly errors: number;
    };

/** One row to come. */
interface Combination {
  readonly phase: Phase;
  readonly bindings: Bindings;
  readonly precision: PrecisionPolicy;
  readonly runtime: string | null;
  readonly target: Target;
}

/** Rows that are told at a time. */
const rowsAtATime = 200;

/** The rows of a model in their order. A runtime is looked at on the chips that it drives. */
export function* combinationsOf(
  spec: Pick<JobSpec, 'targets' | 'precisions' | 'runtimes' | 'phases' | 'bindings'>,
): Generator<Combination> {
  for (const phase of spec.phases)
    for (const bindings of spec.bindings)
      for (const precision of spec.precisions)
        for (const runtime of spec.runtimes)
          for (const target of spec.targets)
            if (isDriven(runtime, target.chip)) yield { phase, bindings, precision, runtime, target };
}

/** Whether a runtime that a plan names drives a chip; its own always does. */
export function isDriven(runtime: string | null, chip: Chip): boolean {
  const profile = runtime === null ? null : profileById(runtime);
  return profile === null || (profile !== undefined && drives(profile, chip));
}

/** Makes keys of rows: digests of everything that a row depends on. Chips count with all their figures. */
export class RowKeys {
  private readonly chips = new Map<Target, string>();

  constructor(private readonly spec: JobSpec) {}

  of(
    name: string,
    contentHash: string,
    { phase, bindings, precision, runtime, target }: Combination,
  ): string {
    let chip = this.chips.get(target);
    if (chip === undefined) this.chips.set(target, (chip = digest([target])));
    const sizes = Object.entries(bindings).sort(([a], [b]) => (a < b ? -1 : 1));
    return digest([this.spec.toolVersion, name, contentHash, chip, phase, sizes, precision, runtime]);
  }

  /** Of the row that says why a model has no others. */
  ofError(name: string): string {
    return digest([this.spec.toolVersion, name, 'error']);
  }
}

/** 128 bits in hexadecimal. */
function digest(of: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 32);
}

/**
 * Works out the rows of one model that are not there yet. A model that can't be read, or that is too large, has one row that
 * says so; nothing is thrown for what a model is.
 */
export async function* runJob(spec: JobSpec, job: Job): AsyncGenerator<JobEvent> {
  const files = new ModelDigest(job.isPacked);
  let opened: OpenedModel;
  try {
    opened = await openModel(job.path, spec.language, roomIn(spec.heapBytes), files);
    refuseTooMuch(opened, 1, spec.heapBytes);
  } catch (error) {
    const contentHash = files.end();
    // The same row on every machine, wherever the model lies there.
    const text = textOf(error, spec.language).replaceAll(job.path, job.name);
    yield { kind: 'rows', lines: [errorLine(spec, job.name, contentHash, text)] };
    yield { kind: 'done', contentHash, isFailed: true, errors: 1 };
    return;
  }
  const contentHash = files.end();
  const read = job.isPacked ? files.files(pathToFileURL(join(dirname(resolve(job.path)), sep)).href) : null;
  yield { kind: 'opened', contentHash, pack: read && packed(read) };
  let errors = 0;
  let rows: SweepRow[] = [];
  for await (const row of rowsOf(spec, job, opened, contentHash)) {
    if (row.error !== null) errors++;
    rows.push(row);
    if (rows.length < rowsAtATime) continue;
    yield { kind: 'rows', lines: rows.map(lineOf) };
    rows = [];
  }
  if (rows.length > 0) yield { kind: 'rows', lines: rows.map(lineOf) };
  yield { kind: 'done', contentHash, isFailed: false, errors };
}

/** The row of a model that has no costs. */
export function errorLine(spec: JobSpec, name: string, contentHash: string | null, error: string): string {
  const key = new RowKeys(spec).ofError(name);
  return lineOf(sweepErrorRow({ key, path: name, contentHash, toolVersion: spec.toolVersion, error }));
}

function textOf(error: unknown, language: Language): string {
  if (error instanceof Failure) return error.say(language);
  return error instanceof Error ? error.message : String(error);
}

async function* rowsOf(
  spec: JobSpec,
  { name, known }: Job,
  opened: OpenedModel,
  contentHash: string,
): AsyncGenerator<SweepRow> {
  const done = new Set(known);
  const keys = new RowKeys(spec);
  const views = new Views(opened);
  for (const combination of combinationsOf(spec)) {
    const key = keys.of(name, contentHash, combination);
    if (done.has(key)) continue;
    const subject = { key, path: name, contentHash, toolVersion: spec.toolVersion };
    yield await rowOf(spec, opened, views, combination, subject);
  }
}

async function rowOf(
  { language }: JobSpec,
  opened: OpenedModel,
  views: Views,
  combination: Combination,
  subject: Pick<SweepSubject, 'key' | 'path' | 'contentHash' | 'toolVersion'>,
): Promise<SweepRow> {
  const { target, bindings } = combination;
  const about = { ...subject, system: target.system, bindings: JSON.stringify(bindings) };
  try {
    const { prepared, cells, unused, clash } = await views.at(combination);
    const sums = await sumsOn(prepared, target.chip, uninterrupted, target.host ?? undefined);
    const part = opened.failure?.say(language).replaceAll(opened.path, subject.path ?? '');
    const error = part ?? (clash ? problemMessage(language, clash) : null);
    return sweepRow({ ...about, unusedBindings: JSON.stringify(unused), error }, cells, sums);
  } catch (error) {
    const { chip } = target;
    const { phase, precision, runtime } = combination;
    const asked = { chip: chip.id, chipName: chip.name, phase, precision, runtime };
    return sweepErrorRow({ ...about, ...asked, error: textOf(error, language) });
  }
}

/** A model under one workload. */
interface View {
  readonly prepared: Prepared;
  /** What all its rows say of the model. */
  readonly cells: ReturnType<typeof sweepModelCells>;
  /** Names of the plan that it does not have. */
  readonly unused: readonly string[];
  /** Numbers of the plan that exclude each other. */
  readonly clash: Problem | undefined;
}

/** A model under the workloads of a sweep: what rows that follow each other share is made once. */
class Views {
  private known: { readonly phase: Phase; readonly bindings: Bindings; readonly known: Known } | null = null;
  private view: (View & Pick<Combination, 'precision' | 'runtime'>) | null = null;

  constructor(private readonly opened: OpenedModel) {}

  async at({ phase, bindings, precision, runtime }: Combination): Promise<View> {
    if (this.known?.phase !== phase || this.known.bindings !== bindings) {
      this.view = null;
      // Not kept while the next is made: large models have shapes of several hundred megabytes.
      this.known = null;
      const asked = { settings: [bindings], options: {}, settingValues: {}, optionValues: {} };
      const known = await prepareKnown(this.opened.model, { ...asked, phase, precision, runtime });
      this.known = { phase, bindings, known };
    }
    const { prepared } = this.known.known;
    if (this.view?.precision === precision && this.view.runtime === runtime) return this.view;
    const workload = { ...prepared.workload, precision, runtime };
    const { names, problems } = prepared.inference;
    const { model, problems: ofFile } = this.opened;
    const seen = await preparedOf(model, workload, prepared.inference, uninterrupted);
    this.view = {
      precision,
      runtime,
      prepared: seen,
      cells: sweepModelCells(seen, ofFile),
      unused: Object.keys(prepared.workload.bindings).filter((name) => !names.has(name)),
      clash: problems.find(({ code }) => code === 'binding.clash'),
    };
    return this.view;
  }
}
