import { plainJson } from '../../../../outside/json';
import type { LazyChip, LazyReport, ReportKernel } from '../types';

/** What names a kernel: of each node its operator and what the listing calls it. */
interface NodeNames {
  readonly operator: string;
  readonly name: string;
  readonly scope: string;
}

/** Operators in the name of a slice, and names of nodes in its arguments: a body of a loop may have thousands. */
const mostOperators = 4;
const mostNames = 20;

/**
 * The estimated schedule of each chip as a trace for ui.perfetto.dev, chrome://tracing and other readers of Chrome's trace event
 * format: a process per chip, a track per unit with its kernels one after another, a counter per memory level with the bytes per
 * second that the kernel achieves there, and one with the activations that are alive. Names are the same in every language.
 */
export function* printPerfetto(report: LazyReport): Generator<string> {
  const { model, tool, workload } = report;
  const names = Array.from(report.nodes, ({ operator, name, scope, outputs }): NodeNames => {
    return { operator, name: name || (outputs[0]?.name ?? ''), scope };
  });
  const about = {
    model: model.path,
    tool: `siliconlens ${tool.version}`,
    phase: workload.phase,
    bindings: workload.bindings,
    note: 'estimated, not measured: the kernels of one run, one after another',
  };
  yield `{"displayTimeUnit":"ns","otherData":${plainJson(JSON.stringify(about))},"traceEvents":[\n`;
  let before = '';
  for (const [index, chip] of report.chips.entries())
    for (const event of chipEvents(chip, index + 1, names)) {
      yield `${before}${plainJson(JSON.stringify(event))}`;
      before = ',\n';
    }
  yield '\n]}\n';
}

function* chipEvents(chip: LazyChip, pid: number, names: readonly NodeNames[]): Generator<object> {
  yield* trackNames(chip, pid);
  const rates = new RateCounters(pid);
  let start = 0;
  for (const [kernel, alive] of inOrder(chip)) {
    const at = { pid, tid: trackOf(chip, kernel), ts: microseconds(start) };
    const told = { name: nameOf(kernel, names), cat: kernel.bound, args: argumentsOf(kernel, names) };
    if (!kernel.seconds || kernel.repeat === null) {
      yield { ...told, ...at, ph: 'i', s: 't' };
      continue;
    }
    // From end to end at the trace's resolution, so that slices neither overlap nor drift from the total.
    const end = start + kernel.seconds.value * kernel.repeat;
    yield { ...told, ...at, ph: 'X', dur: microseconds(end, start) };
    yield* rates.during(at.ts, kernel.bytes, kernel.seconds.value);
    if (alive !== null) yield { ph: 'C', pid, ts: at.ts, name: 'activations, bytes', args: { value: alive } };
    start = end;
  }
  yield* rates.during(microseconds(start), {}, 0);
}

function* trackNames(chip: LazyChip, pid: number): Generator<object> {
  yield { ph: 'M', pid, name: 'process_name', args: { name: `${chip.name} (${chip.runtime})` } };
  const tracks = chip.units.map(({ id, name }) => `${id}: ${name}`);
  for (const [index, name] of [...tracks, ...(tracks.length > 1 ? ['transfers'] : [])].entries())
    yield { ph: 'M', pid, tid: index + 1, name: 'thread_name', args: { name } };
}

/** The number of a kernel's track: those of units, then that of transfers; 0 where nothing can run it. */
function trackOf({ units }: LazyChip, { before, placement }: ReportKernel): number {
  return before === undefined ? units.findIndex(({ id }) => id === placement) + 1 : units.length + 1;
}

/** Counters of the bytes per second of memory levels, which fall to 0 where a kernel leaves a level alone. */
class RateCounters {
  private levels: readonly string[] = [];

  constructor(private readonly pid: number) {}

  *during(ts: number, bytes: ReportKernel['bytes'], seconds: number): Generator<object> {
    const rates = new Map(this.levels.map((level) => [level, 0]));
    for (const [level, count] of Object.entries(bytes)) rates.set(level, seconds > 0 ? count / seconds : 0);
    for (const [level, value] of rates)
      yield { ph: 'C', pid: this.pid, ts, name: `${level}, bytes/s`, args: { value } };
    this.levels = Object.keys(bytes);
  }
}

/** Kernels with what is alive while they run, transfers before the kernels that wait for them. */
function* inOrder(chip: LazyChip): Generator<[ReportKernel, number | null]> {
  const transfers = new Map<number, ReportKernel[]>();
  for (const kernel of chip.kernels) {
    if (kernel.before === undefined) continue;
    const list = transfers.get(kernel.before);
    if (list) list.push(kernel);
    else transfers.set(kernel.before, [kernel]);
  }
  let index = 0;
  for (const kernel of chip.kernels) {
    if (kernel.before !== undefined) continue;
    for (const transfer of transfers.get(kernel.index) ?? []) yield [transfer, null];
    // In training the timeline has other points.
    const point = chip.memory.timeline[index++];
    yield [kernel, point && point.node === kernel.nodes.at(-1) ? point.activationBytes : null];
  }
}

/** A time, or what lies between two, in microseconds with whole nanoseconds. */
function microseconds(seconds: number, since = 0): number {
  return (Math.round(seconds * 1e9) - Math.round(since * 1e9)) / 1e3;
}

function nameOf({ nodes, fusion, before }: ReportKernel, names: readonly NodeNames[]): string {
  if (before !== undefined) return 'transfer';
  const operators = nodes.slice(0, mostOperators).map((node) => names[node]?.operator ?? '');
  const more = nodes.length > mostOperators ? ' + …' : '';
  return operators.length > 0 ? `${operators.join(' + ')}${more}` : (fusion ?? 'runtime');
}

function argumentsOf(kernel: ReportKernel, names: readonly NodeNames[]): object {
  const { index, nodes, fusion, precision, repeat, seconds, joules, bound } = kernel;
  const { operations, bytes, utilisation, placement } = kernel;
  const shown = nodes.slice(0, mostNames).map((node) => names[node]?.name ?? '');
  return {
    kernel: index,
    nodes: shown.join(', '),
    'nodes in all': nodes.length,
    scope: names[nodes[0] ?? -1]?.scope ?? '',
    fusion,
    bound,
    placement,
    precision,
    'runs in one of the model': repeat,
    'seconds of a run': seconds?.value ?? null,
    'seconds of a run, low': seconds?.low ?? null,
    'seconds of a run, high': seconds?.high ?? null,
    basis: seconds?.basis ?? 'unknown',
    'joules of a run': joules?.value ?? null,
    'operations of a run': operations && operations.matrix + operations.vector + operations.special,
    'bytes of a run': bytes,
    utilisation,
  };
}
