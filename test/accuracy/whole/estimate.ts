// Estimates for what published figures ask.
import {
  costsOn,
  prepare,
  preparedOf,
  type ChipAnalysis,
  type Prepared,
} from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { wholeTotal } from '../../../server/engine/cost/totals';
import { samplesPerRun } from '../../../server/engine/cost/samples';
import type { Model } from '../../../server/engine/graph/model';
import type { Inference } from '../../../server/engine/inference/types';
import { uninterrupted } from '../../../server/engine/scheduler';
import { boundsOf, sharesOf } from '../world';
import { familyOf, isExcluded, type Asked, type Excluded } from './interpret';
import { withCores } from './part';
import { textOf } from './published';

/** A figure with its estimate, both in seconds (joules where energy is asked for) per sample. */
export interface Scored {
  readonly asked: Asked;
  readonly chipClass: string;
  readonly family: string;
  readonly net: Net;
  /** The runtime profile that was taken. */
  readonly runtime: string;
  readonly measured: number;
  readonly estimated: number;
  readonly low: number;
  readonly high: number;
  readonly basis: string;
  /** What bounds the largest shares of the time, and which operators take them. */
  readonly bounds: string;
  readonly operators: string;
  readonly kernels: number;
  readonly parts: Parts;
}

/** What the time of a run is made of, for reading: sums over kernels of what each part alone would take, seconds. */
interface Parts {
  readonly compute: number;
  readonly memory: number;
  readonly overhead: number;
  readonly start: number | null;
  readonly copies: number | null;
  readonly operations: number | null;
  readonly bytes: number | null;
}

function partsOf({ plan, cost }: ChipAnalysis): Parts {
  const sum = (part: 'compute' | 'memory' | 'overhead'): number =>
    plan.kernels.reduce(
      (all, { index, repeat }) => all + (cost.kernels[index]?.parts?.[part] ?? 0) * (repeat ?? 1),
      0,
    );
  const { startSeconds, io, operations, bytes } = cost.total;
  return {
    compute: sum('compute'),
    memory: sum('memory'),
    overhead: sum('overhead'),
    start: startSeconds,
    copies: io.seconds,
    operations: operations.value,
    bytes: bytes.value,
  };
}

/** Operator classes by their share of the time. */
function operatorsOf({ plan, cost }: ChipAnalysis): string {
  return sharesOf(
    plan.kernels.map(({ index, operatorClass, repeat }) => [
      operatorClass,
      (cost.kernels[index]?.seconds?.value ?? 0) * (repeat ?? 1),
    ]),
  );
}

/** Where graphs come from; null: it is not there. */
export type ReadGraph = (id: string) => Promise<Model | null>;

export type Net = 'transformer' | 'convolution';

/** Products of activations with activations are what attention is made of. */
function netOf({ nodes }: Inference): Net {
  const isAttention = nodes.some(({ work }) => {
    const shape = work?.matrixShape;
    return shape?.kind === 'attention' || (shape?.kind === 'gemm' && shape.weights === 'none');
  });
  return isAttention ? 'transformer' : 'convolution';
}

/** The chip that a figure is of, or as many of its cores as it used. */
function chipOf({ chip, cores }: Asked): Chip | null {
  const whole = chipById(chip);
  return whole ? withCores(whole, cores) : null;
}

/** Seconds of a run besides its kernels that the figure counts. */
function outside({ includes }: Asked, { cost }: ChipAnalysis): number {
  const { io, startSeconds } = cost.total;
  return (
    (includes.includes('transfers') ? (io.seconds ?? 0) : 0) +
    (includes.includes('start') ? (startSeconds ?? 0) : 0)
  );
}

type Interval = Pick<Scored, 'measured' | 'estimated' | 'low' | 'high' | 'basis'>;

/**
 * Estimate and figure per sample. A latency is that of one run on one device of the chip; a throughput is that of all its
 * devices; energy that of a run.
 */
export function compared(asked: Asked, analysis: ChipAnalysis, samples: number): Interval | null {
  const { total } = analysis.cost;
  if (asked.quantity === 'energy') {
    const joules = wholeTotal(total.joules);
    return joules && per(joules, 1 / samples, 0, asked.measured);
  }
  const latency = wholeTotal(total.latencySeconds);
  if (!latency || !total.throughput) return null;
  const extra = outside(asked, analysis);
  if (asked.quantity === 'latency')
    return per(latency, 1 / samples, extra / samples, asked.measured / samples);
  const { devices } = analysis.chip;
  const seconds = 1 / total.throughput.samplesPerSecond / devices;
  return per(latency, seconds / latency.value, extra / samples / devices, asked.measured);
}

function per(
  { value, low, high, basis }: { value: number; low: number; high: number; basis: string },
  scale: number,
  more: number,
  measured: number,
): Interval | null {
  const [estimated, least, most] = [value, low, high].map((part) => part * scale + more) as [
    number,
    number,
    number,
  ];
  return estimated > 0 ? { measured, estimated, low: least, high: most, basis } : null;
}

/** Figures by the graph, sizes and phase that they share: those need one inference. */
function grouped(list: readonly Asked[]): Asked[][] {
  const groups = new Map<string, Asked[]>();
  for (const asked of list) {
    const key = JSON.stringify([asked.graph.id, asked.bindings, asked.phase]);
    groups.set(key, [...(groups.get(key) ?? []), asked]);
  }
  return [...groups.values()].sort((a, b) => (a[0]!.graph.id < b[0]!.graph.id ? -1 : 1));
}

/** A figure on its chip; a reason where the estimate is unknown. */
export async function analysisOf(asked: Asked, prepared: Prepared): Promise<ChipAnalysis | null> {
  const chip = chipOf(asked);
  const host = asked.host === null ? undefined : chipById(asked.host);
  return chip && costsOn(prepared, chip, uninterrupted, host);
}

async function scoreOne(asked: Asked, prepared: Prepared): Promise<Scored | Excluded> {
  const { figure } = asked;
  const analysis = await analysisOf(asked, prepared);
  if (!analysis) return { figure, reason: 'no-chip', detail: asked.chip };
  const interval = compared(asked, analysis, samplesPerRun(prepared.inference));
  if (!interval) {
    const detail = `${asked.quantity} of ${asked.graph.id} on ${asked.chip}`;
    return { figure, reason: 'no-estimate', detail };
  }
  const { class: chipClass } = analysis.chip;
  const { quantity, phase } = asked;
  const net = netOf(prepared.inference);
  return {
    asked,
    chipClass,
    family: familyOf(figure, { class: chipClass, net, quantity, phase }),
    net,
    runtime: analysis.profile.id,
    ...interval,
    bounds: boundsOf(analysis),
    operators: operatorsOf(analysis),
    parts: partsOf(analysis),
    kernels: analysis.plan.kernels.length,
  };
}

/** The graph of a figure under its sizes; null where the graph is not there. */
export async function preparedFor(asked: Asked, read: ReadGraph): Promise<Prepared | null> {
  const { bindings, phase, precision, runtime } = asked;
  const model = await read(asked.graph.id);
  return model && prepare(model, { bindings, phase, precision, runtime }, uninterrupted);
}

/** All figures with their estimates, those without one with the reason. In the order of the table. */
export async function scoreAll(
  list: readonly (Asked | Excluded)[],
  read: ReadGraph,
): Promise<(Scored | Excluded)[]> {
  const results: (Scored | Excluded)[] = list.filter(isExcluded);
  for (const group of grouped(list.filter((one): one is Asked => !isExcluded(one)))) {
    const prepared = await preparedFor(group[0]!, read);
    for (const asked of group) {
      const { figure, precision, runtime, graph } = asked;
      if (!prepared) results.push({ figure, reason: 'no-graph', detail: `no file of ${graph.id}` });
      else {
        const workload = { ...prepared.workload, precision, runtime };
        const own = await preparedOf(prepared.model, workload, prepared.inference, uninterrupted);
        results.push(await scoreOne(asked, own));
      }
    }
  }
  return results.sort((a, b) => lineOf(a) - lineOf(b));
}

const lineOf = (one: Scored | Excluded): number => ('reason' in one ? one.figure : one.asked.figure).line;

export const isScored = (one: Scored | Excluded): one is Scored => !('reason' in one);

/** The source of a figure without its release: those of several years are one. */
export function sourceOf(one: Scored | Excluded): string {
  const figure = isScored(one) ? one.asked.figure : one.figure;
  return textOf(figure, 'source').replace(/ v\d.*$/, '');
}
