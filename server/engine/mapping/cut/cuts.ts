import type { Chip } from '../../chips/chip';
import { Total } from '../../cost/interval';
import type { Estimate } from '../../cost/types';
import type { Part, PartCosts } from './parts';

/** What a cut can be chosen by: the time of a run, or what the device spends on it. */
export const cutObjectives = ['latency', 'energy'] as const;
export type CutObjective = (typeof cutObjectives)[number];

/** A connection between two places. SI units; unknown is null. */
export interface Connection {
  readonly upBytesPerSecond: number;
  readonly downBytesPerSecond: number;
  readonly rttSeconds: number;
  /** What the radio of the near side spends on a byte, and besides that while it sends or receives. */
  readonly upJoulesPerByte: number | null;
  readonly downJoulesPerByte: number | null;
  readonly activeWatts: number;
}

/** A place that takes part, with all parts of the model on it. */
export interface Tier {
  readonly chip: Chip;
  readonly parts: PartCosts;
  /** Watts while it waits for the others; null while unknown. */
  readonly idleWatts: number | null;
  /** Seconds to bring what a part reads to the chip and back what it makes, by the two cuts around it; null while unknown. */
  readonly ioSeconds: (from: number, to: number) => number | null;
}

/** What crosses each cut, by its place in the list of cuts; NaN while unknown. */
export interface Crossing {
  /** Bytes sent on. */
  readonly up: Float64Array;
  /** Bytes of results that come back. */
  readonly down: Float64Array;
  /** What is sent holds what the model was given, moved at the most. */
  readonly isRaw: readonly boolean[];
}

/** A model in up to three parts: on the device, on an edge server where there is one, in the cloud. */
export interface Places {
  readonly device: Tier;
  readonly edge: { readonly tier: Tier; readonly connection: Connection; readonly crossing: Crossing } | null;
  readonly cloud: Tier;
  /** From the device to the next place, and what crosses there. */
  readonly connection: Connection;
  readonly crossing: Crossing;
  /** How many cuts there are. */
  readonly count: number;
}

/** What is asked of a cut. */
export interface Demand {
  readonly objective: CutObjective;
  readonly deadlineSeconds: number | null;
  /** Nothing that the model was given leaves the device. */
  readonly keepsInput: boolean;
  /** There is no network. */
  readonly offline: boolean;
}

/** Bytes, time and energy of a connection in one run. */
export interface Transfer {
  readonly upBytes: number;
  readonly downBytes: number;
  readonly seconds: number;
  /** Of the near side. */
  readonly joules: number | null;
}

export type Refusal = 'offline' | 'input-leaves' | 'does-not-fit' | 'deadline' | 'unknown';

/** A cut with what it costs. */
export interface Cut {
  /** Places in the list of cuts: the device has what comes before the first, the cloud what comes behind the second. */
  readonly first: number;
  readonly second: number;
  readonly parts: { readonly device: Part; readonly edge: Part; readonly cloud: Part };
  /** Time to bring values to the chips of all parts and back. */
  readonly ioSeconds: number | null;
  /** Null where nothing crosses. */
  readonly transfer: Transfer | null;
  readonly edgeTransfer: Transfer | null;
  /** Of a run, from the input on the device to the result there. */
  readonly seconds: Estimate | null;
  /** What the device spends: kernels, its radio, and its idle power while it waits. */
  readonly deviceJoules: Estimate | null;
  /** The part of it that is spent waiting. */
  readonly idleJoules: number | null;
  /** Why it is no answer; null where it is one. */
  readonly refusal: Refusal | null;
}

/** What crosses a connection at a cut; null where nothing is behind it. */
export function transferAt(
  { up, down }: Crossing,
  { upBytesPerSecond, downBytesPerSecond, rttSeconds, ...energy }: Connection,
  cut: number,
  count: number,
): Transfer | null {
  if (cut === count - 1) return null;
  const [upBytes, downBytes] = [up[cut]!, down[cut]!];
  const moving = upBytes / upBytesPerSecond + downBytes / downBytesPerSecond;
  const { upJoulesPerByte, downJoulesPerByte, activeWatts } = energy;
  const isKnown = upJoulesPerByte !== null && downJoulesPerByte !== null;
  return {
    upBytes,
    downBytes,
    seconds: rttSeconds + moving,
    joules: isKnown ? upBytes * upJoulesPerByte + downBytes * downJoulesPerByte + activeWatts * moving : null,
  };
}

/** A cut with all that it costs. Parts of two places are off each by its own; a connection counts as it is stated. */
export function cutAt(places: Places, demand: Demand, first: number, second: number): Cut {
  const { device, edge, cloud, count } = places;
  const last = count - 1;
  const parts = {
    device: device.parts.before[first]!,
    edge: edge ? edge.tier.parts.between(first, second) : device.parts.between(0, 0),
    cloud: cloud.parts.behind[second]!,
  };
  const transfer = transferAt(places.crossing, places.connection, first, count);
  const edgeTransfer = edge && transferAt(edge.crossing, edge.connection, second, count);
  const io = ioOf(places, first, second, last);
  const network = (transfer?.seconds ?? 0) + (edgeTransfer?.seconds ?? 0);
  const seconds =
    io === null ? null : sum([parts.device.seconds, parts.edge.seconds, parts.cloud.seconds], network + io);
  const waits = seconds && parts.device.seconds && Math.max(0, seconds.value - parts.device.seconds.value);
  const idleJoules = waits === 0 ? 0 : waits && device.idleWatts !== null ? waits * device.idleWatts : null;
  const radio = transfer ? transfer.joules : 0;
  const deviceJoules =
    radio === null || idleJoules === null ? null : sum([parts.device.joules], radio + idleJoules);
  const cut = {
    first,
    second,
    parts,
    ioSeconds: io,
    transfer,
    edgeTransfer,
    seconds,
    deviceJoules,
    idleJoules,
  };
  return { ...cut, refusal: refusalOf(cut, places, demand) };
}

function ioOf({ device, edge, cloud }: Places, first: number, second: number, last: number): number | null {
  const of = [
    device.ioSeconds(0, first),
    edge ? edge.tier.ioSeconds(first, second) : 0,
    cloud.ioSeconds(second, last),
  ];
  return of.some((one) => one === null) ? null : of.reduce<number>((all, one) => all + one!, 0);
}

/** Figures of places, which are off independently of each other, and what is exact; null while one is unknown. */
function sum(parts: readonly (Estimate | null)[], exact: number): Estimate | null {
  const total = new Total();
  for (const [i, part] of parts.entries()) {
    if (!part) return null;
    total.add(String(i), part, 1, own);
  }
  if (!Number.isFinite(exact)) return null;
  total.add('exact', { value: exact, low: exact, high: exact, basis: 'calibrated' }, 1, own);
  return total.get();
}

/** Nothing of a range is common with others. */
const own = { low: 1, high: 1 };

function refusalOf(cut: Omit<Cut, 'refusal'>, places: Places, demand: Demand): Refusal | null {
  const { device, edge, cloud } = cut.parts;
  if (demand.offline && cut.transfer) return 'offline';
  if (demand.keepsInput && cut.transfer && places.crossing.isRaw[cut.first]) return 'input-leaves';
  if ([device, edge, cloud].some(({ fits }) => fits === false)) return 'does-not-fit';
  if (!cut.seconds || !figureOf(cut, demand.objective)) return 'unknown';
  const { deadlineSeconds } = demand;
  return deadlineSeconds !== null && cut.seconds.value > deadlineSeconds ? 'deadline' : null;
}

/** What an objective compares. */
export function figureOf(
  { seconds, deviceJoules }: Pick<Cut, 'seconds' | 'deviceJoules'>,
  objective: CutObjective,
): Estimate | null {
  return objective === 'latency' ? seconds : deviceJoules;
}
