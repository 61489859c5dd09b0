import { costsOn, sumsOn, type ChipAnalysis, type Prepared } from './analyse';
import { idleWatts } from './cost/energy';
import { formatTable, dtypeOf } from './cost/kernelFormat';
import { linkSeconds } from './cost/link';
import { machineFor } from './cost/machine';
import { isFloatType } from './cost/precision';
import { Sizing } from './cost/sizing';
import { wholeTotal } from './cost/totals';
import { traitsOf } from './cost/classes/traits';
import { elementCount } from './graph/dataTypes';
import { numericShape } from './inference/work';
import { bytesAcross, chainOf, type Chain } from './mapping/cut/chain';
import { chooseCut, type Choice } from './mapping/cut/choose';
import { curveOf, leastRate, type Stretch } from './mapping/cut/curve';
import type { Connection, Crossing, Demand, Places, Tier } from './mapping/cut/cuts';
import { Parts, type Place } from './mapping/cut/parts';
import type { Target, Unit } from './mapping/cut/targets';
import { runPolitely, type Scheduler } from './scheduler';
import { unshared } from './workload';
import type { Network } from './systems/networks';

/** Places and networks of a question where to cut a model. */
export interface CutAsked {
  readonly device: Target;
  readonly edge: Target | null;
  readonly cloud: Target;
  /** From the device to the next place. */
  readonly network: Network;
  /** From the edge to the cloud; null without an edge. */
  readonly edgeNetwork: Network | null;
  readonly demand: Demand;
  /** Floating-point values are sent as bytes. */
  readonly int8: boolean;
  /** Bytes of the model's inputs as they are sent, such as those of a compressed picture; null: as the device holds them. */
  readonly inputBytes: number | null;
}

/** A place as it was chosen for the model. */
export interface ChosenPlace {
  readonly target: Target;
  readonly unit: Unit;
  readonly analysis: ChipAnalysis;
}

/** Where a model is cut, and what decides it. */
export interface CutAnswer {
  readonly chain: Chain;
  readonly device: ChosenPlace;
  readonly edge: ChosenPlace | null;
  readonly cloud: ChosenPlace;
  readonly choice: Choice;
  /** Bytes that each cut sends from the device, as the device holds them and with a byte for each number; NaN while unknown. */
  readonly heldBytes: Float64Array;
  readonly int8Bytes: Float64Array;
  readonly curve: readonly Stretch[];
  /** Of the uplink, bytes per second; null where none is enough, and without a deadline. */
  readonly leastRate: number | null;
}

/** Cuts a model between device, edge and cloud: all cuts of its chain are tried. */
export async function whereToCut(whole: Prepared, asked: CutAsked, scheduler: Scheduler): Promise<CutAnswer> {
  const prepared = { ...whole, workload: unshared(whole.workload) };
  const device = await placeOn(prepared, asked.device, scheduler);
  const edge = asked.edge && (await placeOn(prepared, asked.edge, scheduler));
  const cloud = await placeOn(prepared, asked.cloud, scheduler);
  const places = [device, edge, cloud].flatMap((place) => place ?? []);
  const chain = chainOf(
    prepared.inference,
    places.map(({ analysis }) => analysis.plan),
  );
  const onDevice = await sized(prepared, device, scheduler);
  const onEdge = edge && (await sized(prepared, edge, scheduler));
  const inCloud = await sized(prepared, cloud, scheduler);
  const heldBytes = bytesAtCuts(chain, sentBytes(prepared, chain, onDevice.held, asked.inputBytes, false));
  const int8Bytes = bytesAtCuts(chain, sentBytes(prepared, chain, onDevice.held, asked.inputBytes, true));
  const up = asked.int8 ? int8Bytes : heldBytes;
  const tierOf = (place: Place): Tier => tierAt(prepared, place, chain);
  const all: Places = {
    device: tierOf(onDevice),
    cloud: tierOf(inCloud),
    connection: connectionOf(asked.network),
    crossing: crossingOf(chain, up, inCloud),
    edge:
      onEdge && asked.edgeNetwork
        ? {
            tier: tierOf(onEdge),
            connection: connectionOf(asked.edgeNetwork),
            crossing: crossingOf(
              chain,
              bytesAtCuts(chain, sentBytes(prepared, chain, onEdge.held, asked.inputBytes, asked.int8)),
              inCloud,
            ),
          }
        : null,
    count: chain.cuts.length,
  };
  const choice = chooseCut(all, asked.demand);
  const { deadlineSeconds, objective } = asked.demand;
  return {
    ...{ chain, device, edge, cloud, choice, heldBytes, int8Bytes },
    curve: curveOf(all, objective, choice.cuts),
    leastRate: deadlineSeconds === null ? null : leastRate(all, deadlineSeconds, choice.cuts),
  };
}

/** Of the chips of a target the one that runs the model in the least time, where that is known. */
async function placeOn(prepared: Prepared, target: Target, scheduler: Scheduler): Promise<ChosenPlace> {
  let [best, least] = [target.units[0]!, Infinity];
  for (const unit of target.units.length > 1 ? target.units : []) {
    const { cost } = await sumsOn(prepared, unit.chip, scheduler, unit.host);
    const seconds = wholeTotal(cost.total.latencySeconds)?.value ?? Infinity;
    if (seconds < least) [best, least] = [unit, seconds];
  }
  return { target, unit: best, analysis: await costsOn(prepared, best.chip, scheduler, best.host) };
}

async function sized(
  prepared: Prepared,
  { unit, analysis }: ChosenPlace,
  scheduler: Scheduler,
): Promise<Place> {
  const table = formatTable(analysis.chip, prepared.workload.precision);
  const sizing = await runPolitely(Sizing.of(prepared.inference, table), scheduler);
  const { host } = unit;
  return { prepared, analysis, options: host ? { host } : {}, held: (value) => sizing.held(value) };
}

/** Bytes of a value on its way. Inputs of the model together are as large as stated, where that is. */
function sentBytes(
  { inference }: Prepared,
  { spans }: Chain,
  held: Place['held'],
  inputBytes: number | null,
  int8: boolean,
): (value: number) => number | null {
  const isInput = (id: number): boolean => inference.values[id]!.origin === 'input';
  const plain = (id: number): number | null => {
    const value = inference.values[id]!;
    const shape = numericShape(value.type);
    return int8 && isFloatType(dtypeOf(value)) && shape ? elementCount(shape) : held(id);
  };
  if (inputBytes === null) return plain;
  const inputs = spans.map(({ value }) => value).filter(isInput);
  const all = inputs.reduce((sum, id) => sum + (plain(id) ?? 0), 0);
  return (id) => {
    const bytes = plain(id);
    return bytes !== null && isInput(id) && all > 0 ? (bytes / all) * inputBytes : bytes;
  };
}

function bytesAtCuts(chain: Chain, bytesOf: (value: number) => number | null): Float64Array {
  const sums = bytesAcross(chain.spans, chain.steps.nodes.length, bytesOf);
  return Float64Array.from(chain.cuts, (cut) => sums[cut]!);
}

function crossingOf(chain: Chain, up: Float64Array, cloud: Place): Crossing {
  const raw = bytesAcross(
    chain.spans.filter(({ isRaw }) => isRaw),
    chain.steps.nodes.length,
    () => 1,
  );
  return {
    up,
    down: resultBytes(chain, cloud.held),
    isRaw: chain.cuts.map((cut) => raw[cut]! > 0),
  };
}

/** Bytes of the results that are made behind each cut. */
function resultBytes({ cuts, results }: Chain, held: Place['held']): Float64Array {
  return Float64Array.from(cuts, (cut) =>
    results.reduce((sum, { value, step }) => (step >= cut ? sum + (held(value) ?? NaN) : sum), 0),
  );
}

/** A place with what moving values to its chip and starting it takes. */
function tierAt({ inference }: Prepared, place: Place, chain: Chain): Tier {
  const { analysis, held } = place;
  const { chip, cost } = analysis;
  const parts = new Parts(place, chain);
  const across = bytesAtCuts(chain, held);
  const results = resultBytes(chain, held);
  const inputs = chain.spans.filter(({ value }) => inference.values[value]!.origin === 'input');
  const given = Float64Array.from(chain.cuts, (cut) =>
    inputs.reduce((sum, { value, first }) => (first < cut ? sum + (held(value) ?? NaN) : sum), 0),
  );
  const last = chain.cuts.length - 1;
  const isEmpty = (from: number, to: number): boolean =>
    from >= to || (from === 0 && parts.before[to]!.isEmpty) || (to === last && parts.behind[from]!.isEmpty);
  return {
    chip,
    parts,
    idleWatts: idleWatts(chip),
    ioSeconds: (from, to) => {
      if (isEmpty(from, to)) return 0;
      const reads = from === 0 ? given[to]! : across[from]!;
      const writes = (to === last ? 0 : across[to]!) + results[from]! - results[to]!;
      const moves = [moveSeconds(chip, reads), moveSeconds(chip, writes)];
      if (moves.some((one) => one === null)) return null;
      return moves[0]! + moves[1]! + (cost.total.startSeconds ?? 0);
    },
  };
}

/** Seconds to bring bytes over the link between host and chip; null while the bytes or the rate are unknown. */
function moveSeconds(chip: ChipAnalysis['chip'], bytes: number): number | null {
  if (traitsOf[chip.class].isHost || bytes === 0) return 0;
  return Number.isFinite(bytes) ? (linkSeconds(machineFor(chip, 'fp32'), bytes)?.value ?? null) : null;
}

/** A network in numbers. Nothing is known of a radio that states no joules; a line back is as quick as the way there. */
function connectionOf(network: Network): Connection {
  const { upBytesPerSecond: up, downBytesPerSecond: down = up } = network;
  return {
    upBytesPerSecond: up.value,
    downBytesPerSecond: down.value,
    rttSeconds: network.rttSeconds.value,
    upJoulesPerByte: network.upJoulesPerByte?.value ?? null,
    downJoulesPerByte: network.downJoulesPerByte?.value ?? null,
    activeWatts: network.activeWatts?.value ?? 0,
  };
}
