import type { Prepared } from '../analyse';
import { meanPue } from '../cost/grids';
import { samplesPerRun } from '../cost/samples';
import type { Basis, Estimate } from '../cost/types';
import type { Span } from '../mapping/cut/chain';
import type { Cut, CutObjective, Refusal, Transfer } from '../mapping/cut/cuts';
import type { Part } from '../mapping/cut/parts';
import type { Ranged } from '../mapping/ratio';
import type { Network } from '../systems/networks';
import type { ChosenPlace, CutAnswer, CutAsked } from '../whereToCut';
import type { Workload } from '../workload';
import { joulesPerWattHour, requests } from './efficiency';

/** A figure with its range and how sure it is. */
type Sure = Ranged & { readonly basis: Basis };

/** Where a model is cut between device, edge and cloud. SI units; unknown is null. */
export interface SplitReport {
  readonly schemaVersion: 1;
  readonly path: string;
  readonly workload: Workload;
  readonly objective: CutObjective;
  readonly deadlineSeconds: number | null;
  readonly keepsInput: boolean;
  readonly offline: boolean;
  /** Floating-point values cross as bytes. */
  readonly int8: boolean;
  readonly inputBytes: number | null;
  readonly rates: SplitRates & { readonly powerUsageEffectiveness: number };
  readonly device: PlaceRow;
  readonly edge: PlaceRow | null;
  readonly cloud: PlaceRow;
  readonly network: NetworkRow;
  readonly edgeNetwork: NetworkRow | null;
  /** All cuts of the chain in its order, from everything behind the device to nothing. */
  readonly cuts: readonly CutRow[];
  /** Place in `cuts` of the best one by value; null where every cut is refused. */
  readonly best: number | null;
  /** Places in `cuts` of those of which nobody can say that the best is better, the best among them. */
  readonly tied: readonly number[];
  /** Which cut is the best at which rate of the uplink; the downlink is in proportion. */
  readonly curve: readonly StretchRow[];
  /** The slowest uplink at which the deadline can be kept; null where none is enough, and without a deadline. */
  readonly leastBytesPerSecond: number | null;
}

interface PlaceRow {
  /** What was asked for: a chip or a system. */
  readonly target: string;
  readonly chip: string;
  readonly host: string | null;
  /** Of so many in the system one runs the part. */
  readonly count: number;
  readonly runtime: string;
  readonly precision: string;
}

interface NetworkRow {
  readonly id: string;
  readonly name: string;
  readonly upBytesPerSecond: number;
  readonly downBytesPerSecond: number;
  readonly rttSeconds: number;
  readonly upJoulesPerByte: number | null;
  readonly downJoulesPerByte: number | null;
  readonly activeWatts: number | null;
}

export interface CutRow {
  /** The last node that runs before the cut; null where nothing does. */
  readonly after: NodeRow | null;
  /** The last node on the edge server; null where nothing runs there. */
  readonly edgeUntil: NodeRow | null;
  /** Nodes that run at each place. */
  readonly nodes: { readonly device: number; readonly edge: number; readonly cloud: number };
  /** What leaves the device; empty where nothing does. */
  readonly sends: readonly {
    readonly value: string;
    readonly bytes: number | null;
    readonly isRaw: boolean;
  }[];
  readonly heldBytes: number | null;
  readonly int8Bytes: number | null;
  readonly device: PartRow | null;
  readonly edge: PartRow | null;
  readonly cloud: PartRow | null;
  readonly transfer: Transfer | null;
  readonly edgeTransfer: Transfer | null;
  readonly ioSeconds: number | null;
  readonly seconds: Sure | null;
  readonly deviceJoules: Sure | null;
  readonly idleJoules: number | null;
  /** Of the chips of all places and the device's radio; of networks nothing is known. */
  readonly joules: number | null;
  /** Of 1,000 requests. */
  readonly perThousand: PerThousand;
  readonly refusal: Refusal | null;
}

/** What 1,000 requests take; unknown is null. */
interface PerThousand {
  /** Of the device's chip and radio. */
  readonly deviceWattHours: number | null;
  /** Of the chips of edge and cloud, the cloud's with what its data centre takes besides. */
  readonly farWattHours: number | null;
  readonly gramsCo2: number | null;
  /** Of the cloud, in the unit in which its price was given. */
  readonly price: number | null;
  /** For which a charge of the device is enough. */
  readonly requestsPerCharge: number | null;
}

/** What the user states of energy and price. */
export interface SplitRates {
  /** g CO2e/kWh of the device's electricity, and of that behind it. */
  readonly deviceGrams: number | null;
  readonly cloudGrams: number | null;
  readonly batteryWattHours: number | null;
  /** Of an hour of the cloud's chip. */
  readonly pricePerHour: number | null;
}

interface NodeRow {
  readonly index: number;
  readonly name: string;
}

/** Null stands for a place that runs nothing. */
interface PartRow {
  readonly seconds: Sure | null;
  readonly joules: Sure | null;
  readonly fits: boolean | null;
}

interface StretchRow {
  readonly cut: number;
  readonly fromBytesPerSecond: number;
  readonly toBytesPerSecond: number | null;
  readonly toRange: { readonly low: number; readonly high: number | null } | null;
}

/** Values that a row lists; the others are in its bytes. */
const mostValues = 20;

/** Who asks, and what they state. */
interface Asking {
  readonly path: string;
  readonly workload: Workload;
  readonly rates: SplitRates;
}

export function splitReport(
  prepared: Prepared,
  { path, workload, rates }: Asking,
  asked: CutAsked,
  answer: CutAnswer,
): SplitReport {
  const { choice, curve } = answer;
  const place = new Map(choice.cuts.map((cut, i) => [cut, i]));
  return {
    schemaVersion: 1,
    path,
    workload,
    ...asked.demand,
    int8: asked.int8,
    inputBytes: asked.inputBytes,
    rates: { ...rates, powerUsageEffectiveness: meanPue },
    device: placeRow(answer.device),
    edge: answer.edge && placeRow(answer.edge),
    cloud: placeRow(answer.cloud),
    network: networkRow(asked.network),
    edgeNetwork: asked.edgeNetwork && networkRow(asked.edgeNetwork),
    cuts: choice.cuts.map((cut) => cutRow(prepared, answer, cut, rates)),
    best: choice.best && place.get(choice.best)!,
    tied: choice.tied.map((cut) => place.get(cut)!),
    curve: curve.map(({ cut, from, to, toRange }) => ({
      cut: place.get(cut)!,
      fromBytesPerSecond: from,
      toBytesPerSecond: to,
      toRange,
    })),
    leastBytesPerSecond: answer.leastRate,
  };
}

function placeRow({ target, unit, analysis }: ChosenPlace): PlaceRow {
  const { cost, profile } = analysis;
  return {
    target: target.id,
    chip: unit.chip.id,
    host: unit.host?.id ?? null,
    count: unit.count,
    runtime: profile.id,
    precision: cost.precision.compute,
  };
}

function networkRow(network: Network): NetworkRow {
  const { id, name, upBytesPerSecond, downBytesPerSecond, rttSeconds } = network;
  const { upJoulesPerByte, downJoulesPerByte, activeWatts } = network;
  return {
    id,
    name: name ?? id,
    upBytesPerSecond: upBytesPerSecond.value,
    downBytesPerSecond: (downBytesPerSecond ?? upBytesPerSecond).value,
    rttSeconds: rttSeconds.value,
    upJoulesPerByte: upJoulesPerByte?.value ?? null,
    downJoulesPerByte: downJoulesPerByte?.value ?? null,
    activeWatts: activeWatts?.value ?? null,
  };
}

function cutRow(prepared: Prepared, answer: CutAnswer, cut: Cut, rates: SplitRates): CutRow {
  const { chain, heldBytes, int8Bytes } = answer;
  const { first, second, parts, seconds, deviceJoules } = cut;
  const [near, far] = [chain.cuts[first]!, chain.cuts[second]!];
  const isSent = cut.transfer !== null;
  return {
    after: nodeBefore(prepared, answer, 0, near),
    edgeUntil: far > near ? nodeBefore(prepared, answer, near, far) : null,
    nodes: {
      device: nodesIn(answer, 0, near),
      edge: nodesIn(answer, near, far),
      cloud: nodesIn(answer, far, chain.steps.nodes.length),
    },
    sends: isSent ? sentAt(prepared, answer, near) : [],
    heldBytes: isSent ? numberOf(heldBytes[first]!) : 0,
    int8Bytes: isSent ? numberOf(int8Bytes[first]!) : 0,
    device: partRow(parts.device),
    edge: partRow(parts.edge),
    cloud: partRow(parts.cloud),
    transfer: transferRow(cut.transfer),
    edgeTransfer: transferRow(cut.edgeTransfer),
    ioSeconds: cut.ioSeconds,
    seconds: sure(seconds),
    deviceJoules: sure(deviceJoules),
    idleJoules: cut.idleJoules,
    joules: joulesOf(cut),
    perThousand: perThousandOf(cut, samplesPerRun(prepared.inference), rates),
    refusal: cut.refusal,
  };
}

function joulesOf({ deviceJoules, parts }: Cut): number | null {
  const { edge, cloud } = parts;
  return deviceJoules && edge.joules && cloud.joules
    ? deviceJoules.value + edge.joules.value + cloud.joules.value
    : null;
}

/** Energy, carbon and price of 1,000 requests at a cut. Cooling and supply of a data centre count by its mean (grids.json). */
function perThousandOf(
  { deviceJoules, parts }: Cut,
  samples: number | null,
  { deviceGrams, cloudGrams, batteryWattHours, pricePerHour }: SplitRates,
): PerThousand {
  const runs = samples ? requests / samples : null;
  const hours = (joules: number | null): number | null =>
    joules === null || runs === null ? null : (joules * runs) / joulesPerWattHour;
  const { edge, cloud } = parts;
  const far = edge.joules && cloud.joules ? edge.joules.value + cloud.joules.value * meanPue : null;
  const [deviceWattHours, farWattHours] = [hours(deviceJoules?.value ?? null), hours(far)];
  const grams = (wattHours: number | null, intensity: number | null): number | null =>
    wattHours === 0 ? 0 : wattHours === null || intensity === null ? null : (wattHours * intensity) / 1000;
  const [near, away] = [grams(deviceWattHours, deviceGrams), grams(farWattHours, cloudGrams)];
  const busy = hours(cloud.seconds?.value ?? null);
  return {
    deviceWattHours,
    farWattHours,
    gramsCo2: near === null || away === null ? null : near + away,
    price: pricePerHour === null || busy === null ? null : busy * pricePerHour,
    requestsPerCharge:
      batteryWattHours === null || !deviceWattHours ? null : (batteryWattHours / deviceWattHours) * requests,
  };
}

/** JSON has no NaN, by which bytes are unknown. */
function numberOf(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function transferRow(transfer: Transfer | null): Transfer | null {
  return transfer && Number.isFinite(transfer.seconds) ? transfer : null;
}

function partRow({ isEmpty, seconds, joules, fits }: Part): PartRow | null {
  return isEmpty ? null : { seconds: sure(seconds), joules: sure(joules), fits };
}

function sure(estimate: Estimate | null): Sure | null {
  return estimate && { value: estimate.value, low: estimate.low, high: estimate.high, basis: estimate.basis };
}

/** The last node of some steps that something is dispatched for, else the last of all. */
function nodeBefore(
  { inference }: Prepared,
  { chain, device }: CutAnswer,
  from: number,
  to: number,
): NodeRow | null {
  const { nodes, members } = chain.steps;
  const { kernelOfNode } = device.analysis.plan;
  let at = to - 1;
  while (at > from && !members[at]!.some((index) => kernelOfNode[index]! >= 0)) at--;
  if (at < from) return null;
  const index = nodes[at]!;
  const { node } = inference.nodes[index]!;
  return { index, name: node.name || node.outputs.find((name) => name !== '') || node.operator };
}

function nodesIn({ chain }: CutAnswer, from: number, to: number): number {
  let count = 0;
  for (let step = from; step < to; step++) count += chain.steps.members[step]!.length;
  return count;
}

function sentAt({ inference }: Prepared, { chain }: CutAnswer, cut: number): CutRow['sends'] {
  const crosses = ({ from, to }: Span): boolean => from <= cut && cut <= to;
  return chain.spans
    .filter(crosses)
    .slice(0, mostValues)
    .map(({ value, isRaw }) => {
      const { name, bytes } = inference.values[value]!;
      return { value: name, bytes, isRaw };
    });
}
