import { problem } from '../../problem';
import type { Problem } from '../../problem';
import {
  isTime,
  medianOf,
  profileLimits,
  sumOfRows,
  type MeasuredRow,
  type ReadProfile,
} from './measurement';
import { smallest } from '../../lists';

export type Json = Readonly<Record<string, unknown>>;
type Shapes = readonly (readonly number[] | null)[];

/** Durations and starts in the trace are microseconds. */
const microsecondsPerSecond = 1e6;
const suffix = '_kernel_time';
/** Providers that only launch work from the thread whose time the trace holds. */
const launching = /^(?:CUDA|ROCM|MIGraphX|Tensorrt|NvTensorRtRtx|Dml|WebGpu|CANN)ExecutionProvider$/i;

interface Samples {
  readonly name: string;
  readonly operator: string | null;
  readonly provider: string;
  /** Seconds by execution: on the host, and of the device kernels that it started. */
  readonly host: number[];
  readonly device: number[];
  /** Executions that belong to the first run of the model. */
  warmUps: number;
  shapes: Shapes | null;
}

/**
 * Gathers the events of ONNX Runtime's profiler (a Chrome trace; checked with 1.31.1) one by one, in the order of the
 * file: times of nodes end in `_kernel_time`, an enclosing Loop or If follows what it enclosed, a run's `model_run`
 * follows its nodes, kernels of a device follow the node that started them.
 */
export class OrtTrace {
  private readonly rows = new Map<string, Samples>();
  /** Node events by thread whose enclosing event may still come. */
  private readonly finished = new Map<unknown, { readonly start: number; readonly duration: number }[]>();
  private readonly providers = new Map<string, number>();
  private readonly wholes: number[] = [];
  private last: Samples | undefined;
  private isCut = false;
  private hasDevice = false;

  get isEmpty(): boolean {
    return this.rows.size === 0;
  }

  add(event: Json): void {
    const { cat, name, dur } = event;
    if (typeof name !== 'string' || typeof dur !== 'number' || !isTime(dur / microsecondsPerSecond)) return;
    if (cat === 'Session' && name === 'model_run') this.endRun(dur / microsecondsPerSecond);
    else if (cat === 'Node' && name.endsWith(suffix)) this.addNode(event, name.slice(0, -suffix.length), dur);
    else if (cat === 'Kernel') this.addKernel(dur / microsecondsPerSecond);
  }

  private addNode(event: Json, name: string, duration: number): void {
    const args = isObject(event['args']) ? event['args'] : {};
    const row = this.rowFor(name, args);
    if (!row) return;
    row.shapes ??= shapesOf(args['output_type_shape']);
    row.host.push(this.ownTime(event, duration) / microsecondsPerSecond);
    row.device.push(0);
    this.providers.set(row.provider, (this.providers.get(row.provider) ?? 0) + 1);
    this.last = row;
  }

  private rowFor(name: string, args: Json): Samples | undefined {
    const operator = textOf(args['op_name']);
    // Nodes of different subgraphs may share a name.
    const key = `${name}\n${operator ?? ''}\n${textOf(args['node_index']) ?? ''}`;
    const known = this.rows.get(key);
    if (known) return known;
    if (this.rows.size >= profileLimits.rows) {
      this.isCut = true;
      return undefined;
    }
    const row: Samples = {
      name: name.slice(0, profileLimits.name),
      operator,
      provider: textOf(args['provider']) ?? '',
      host: [],
      device: [],
      warmUps: 0,
      shapes: null,
    };
    this.rows.set(key, row);
    return row;
  }

  /** A node's time without that of the nodes that ran inside it. */
  private ownTime(event: Json, duration: number): number {
    const start = event['ts'];
    if (typeof start !== 'number') return duration;
    let list = this.finished.get(event['tid']);
    if (!list) this.finished.set(event['tid'], (list = []));
    let own = duration;
    for (let inner = list.at(-1); inner && inner.start >= start; inner = list.at(-1)) {
      own -= inner.duration;
      list.pop();
    }
    list.push({ start, duration });
    return Math.max(0, own);
  }

  private addKernel(seconds: number): void {
    const { last } = this;
    if (!last) return;
    last.device[last.device.length - 1]! += seconds;
    this.hasDevice = true;
  }

  private endRun(seconds: number): void {
    if (this.wholes.length === 0) for (const row of this.rows.values()) row.warmUps = row.host.length;
    this.wholes.push(seconds);
    this.finished.clear();
  }

  finish(): ReadProfile {
    // The first run allocates and warms caches: it counts only where there is no other.
    const warmUps = this.wholes.length > 1 ? 1 : 0;
    const runs = this.wholes.length > 0 ? this.wholes.length - warmUps : null;
    const gross = [...this.rows.values()].map((row) => rowOf(row, warmUps > 0, runs));
    const added = this.hasDevice ? null : profilerSeconds(gross);
    const rows = added === null ? gross : gross.map((row) => without(row, added));
    const places = [...this.providers].sort((a, b) => b[1] - a[1]).map(([name]) => name);
    const problems: Problem[] = [];
    if (this.isCut) problems.push(problem('warning', 'profile.rows-cut', { count: profileLimits.rows }));
    const launcher = places.find((name) => launching.test(name));
    if (launcher && !this.hasDevice)
      problems.push(problem('warning', 'profile.launch-only', { provider: launcher }));
    return {
      profile: {
        kind: 'onnxruntime',
        statistic: 'fastest',
        runs,
        rows,
        seconds: sumOfRows(rows),
        profilerSeconds: added,
        wholeSeconds: this.wholes.length > 0 ? smallest(this.wholes.slice(warmUps)) : null,
        places: places.filter((name) => name !== ''),
      },
      problems,
    };
  }
}

/** Operators that on the host hand on a pointer or write a few numbers. */
const idle = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Shape', 'Size']);

function without(row: MeasuredRow, added: number): MeasuredRow {
  const net = (seconds: number): number => Math.max(0, seconds - added);
  return { ...row, seconds: net(row.seconds), medianSeconds: net(row.medianSeconds) };
}

/** The shortest of the rows that do next to nothing: what they show is the time to take the time (3 to 4 µs). */
function profilerSeconds(rows: readonly MeasuredRow[]): number | null {
  const times = rows.filter(({ operator }) => idle.has(operator ?? '')).map(({ seconds }) => seconds);
  return times.length > 0 ? times.reduce((least, time) => Math.min(least, time)) : null;
}

function rowOf(row: Samples, skipWarmUps: boolean, runs: number | null): MeasuredRow {
  const from = skipWarmUps && row.host.length > row.warmUps ? row.warmUps : 0;
  // What a device did is the node's time; the host only launched it.
  const own = row.host.map((host, i) => row.device[i]! || host).slice(from);
  const sorted = own.sort((a, b) => a - b);
  return {
    name: row.name,
    names: namesOf(row.name),
    isRange: false,
    operator: row.operator,
    seconds: sorted[0]!,
    medianSeconds: medianOf(sorted),
    count: sorted.length,
    repeat: runs === null ? 1 : sorted.length / runs,
    outputShapes: isBlocked(row.name) ? null : row.shapes,
    kernel: null,
  };
}

/** Convolutions in the blocked layout are named after their output and pad its channels. */
const blocked = /_nchwc$/;

function isBlocked(name: string): boolean {
  return blocked.test(name);
}

/** Fusions of ONNX Runtime put their own words around a node's or a value's name. */
function namesOf(name: string): string[] {
  // Words are short: looking at the end alone keeps hostile names cheap.
  const at = Math.max(0, name.length - 60);
  const end = name
    .slice(at)
    .replace(blocked, '')
    .replace(/(?:\/\w*(?:Fusion|Transformer)\w*\/?|_fusion\w*|_token_\d+)$/, '');
  const bare = (name.slice(0, at) + end).replace(
    /^(?:fused |Fused|InsertedPrecisionFreeCast_|InsertedCast_)\s*/,
    '',
  );
  const names = bare === '' || bare === name ? [name] : [name, bare];
  return names.filter((one) => one !== '');
}

/** `[{"float":[1,3,16,16]}, ...]` */
function shapesOf(given: unknown): Shapes | null {
  if (!Array.isArray(given) || given.length > profileLimits.names) return null;
  return given.map((entry: unknown) => {
    const [shape] = isObject(entry) ? Object.values(entry) : [];
    return Array.isArray(shape) && shape.length <= 64 && shape.every((d) => typeof d === 'number')
      ? shape
      : null;
  });
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
