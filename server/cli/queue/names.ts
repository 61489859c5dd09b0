import { createHash } from 'node:crypto';
import { isObject } from '../../engine/chips/schemaCheck';
import { jsonValue } from '../../engine/json';
import type { JobSpec } from '../sweep/job';
import type { JobEnd } from '../sweep/pool';

/** What all our keys in Redis begin with. A sweep has a queue of its own, `siliconlens:ID`. */
export const prefix = 'siliconlens';
/** The sweeps that there are, by the time at which they began. */
export const sweepsKey = `${prefix}-sweeps`;

/** Keys of one sweep beside those of its queue. */
export interface SweepKeys {
  /** What every job of it needs to know; gone when the sweep has ended. */
  readonly record: string;
  /** Rows that were made and not yet collected, and ends of jobs, in their order. */
  readonly rows: string;
  /** Who collects them; only while somebody does. */
  readonly owner: string;
}

export function keysOf(id: string): SweepKeys {
  const own = `${prefix}-sweep:${id}`;
  return { record: `${own}:record`, rows: `${own}:rows`, owner: `${own}:owner` };
}

/** What a job of a sweep is, wherever it runs. */
type SharedSpec = Omit<JobSpec, 'heapBytes'>;

/** Each machine has memory of its own. */
export function sharedSpec({
  targets,
  precisions,
  runtimes,
  phases,
  bindings,
  toolVersion,
  language,
}: JobSpec): SharedSpec {
  return { targets, precisions, runtimes, phases, bindings, toolVersion, language };
}

/** What workers are told of a sweep, as JSON. */
export interface SweepRecord {
  /** Where its rows go. */
  readonly out: string;
  readonly spec: SharedSpec;
  /** Where models are kept by content, as `s3://BUCKET/PREFIX`; null: each at the path of its job. */
  readonly store: string | null;
}

/** A model in the queue. */
export interface QueuedJob {
  readonly name: string;
  /** Where it lies on the machine that began the sweep. */
  readonly path: string;
  /** What was read of it there: a worker that reads something else sees another model. */
  readonly contentHash: string;
}

/** What workers put into the list of rows: rows of a model as lines, or its end. */
export interface Told {
  readonly name: string;
  readonly lines?: readonly string[];
  readonly end?: JobEnd;
}

/** Of a sweep: the same again when it goes on, and another one for another file or other chips. */
export function sweepId({ out, spec }: Pick<SweepRecord, 'out' | 'spec'>): string {
  return digest([out, spec]);
}

/** Of a job: by content, and without the colon that ids may not have. */
export function jobId(name: string, contentHash: string): string {
  return digest([name, contentHash]);
}

function digest(of: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 32);
}

/** An entry of the list of rows; null for what no worker of ours wrote. */
export function toldIn(entry: string): Told | null {
  const value = objectIn(entry);
  if (!value || typeof value.name !== 'string') return null;
  const { name, lines, end } = value;
  if (Array.isArray(lines) && lines.every((line) => typeof line === 'string')) return { name, lines };
  return isObject(end) && (end.kind === 'done' || end.kind === 'died')
    ? { name, end: end as unknown as JobEnd }
    : null;
}

/** What a sweep says of itself; null where there is none, or none of ours. */
export function recordIn(text: string | null): SweepRecord | null {
  const value = text === null ? null : objectIn(text);
  if (!value || typeof value.out !== 'string' || !isObject(value.spec)) return null;
  if (value.store !== null && typeof value.store !== 'string') return null;
  return Array.isArray(value.spec.targets) ? (value as unknown as SweepRecord) : null;
}

/** A job; null where it is none of ours. */
export function jobIn(data: unknown): QueuedJob | null {
  if (!isObject(data)) return null;
  const { name, path, contentHash } = data;
  if (typeof name !== 'string' || typeof path !== 'string' || typeof contentHash !== 'string') return null;
  return { name, path, contentHash };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  const value = jsonValue(text);
  return isObject(value) ? value : null;
}

/** What the row of a model without costs says. */
export function errorIn(lines: readonly string[]): string {
  const error = objectIn(lines[0] ?? '')?.error;
  return typeof error === 'string' ? error : '';
}
