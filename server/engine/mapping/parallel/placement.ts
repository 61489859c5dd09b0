import type { CollectiveCall, CollectiveTime } from '../../collectives/types';
import { scale, Total } from '../../cost/interval';
import type { Estimate } from '../../cost/types';
import { largest } from '../../lists';
import { usableBytes, type Room } from '../../memory/fit';
import type { Problem } from '../../problem';
import type { Call } from './calls';
import type { Element, MemoryClasses, RankChain, TimeParts } from './chain';
import { placedCall, type Layout } from './layout';
import { elementAtPlace, stageFits, stageMemory, type DeviceMemory, type StageLoad } from './memory';
import { flushed, inFlight, steady, type Schedule, type StepTime } from './schedule';
import type { ShardRefusal } from './shard/types';
import type { Split } from './splits';
import { stagesOf, type Stage } from './stages';

/** A way to spread a step over devices. */
export interface Candidate {
  readonly split: Split;
  /** Sequences of one micro-batch in one copy of the model. */
  readonly microBatch: number;
  readonly schedule: Schedule;
}

/** What all candidates have in common. */
export interface World {
  readonly time: (call: CollectiveCall) => CollectiveTime;
  readonly room: Room;
  /** Devices of a node. */
  readonly node: number;
  /** Decoding never empties its pipeline; other phases begin and end with an empty one. */
  readonly step: 'steady' | 'flushed' | 'training';
  /** Whether copies that train exchange gradients beside the way back, as frameworks do by now. */
  readonly overlaps: boolean;
}

/** A stage of a pipeline, on each of the devices that share it. */
interface PlacedStage extends Stage {
  /** Of one micro-batch, with what it sends. */
  readonly seconds: number;
  readonly memory: DeviceMemory;
}

/** A candidate that fits. */
export interface Placed extends Candidate {
  readonly stages: readonly PlacedStage[];
  /** The element of the short chain at each place of the whole one. */
  readonly places: Int32Array;
  readonly seconds: Estimate;
  readonly parts: TimeParts;
  /** Parts of the slowest stage for one micro-batch. */
  readonly ofStage: Omit<TimeParts, 'bubble'>;
}

/** The first limit that a candidate breaks. */
export type Limit =
  /** A device lacks room; `by` is the class that takes the most, or alone more than there is. */
  | {
      readonly kind: 'memory';
      readonly by: keyof MemoryClasses | 'all';
      readonly bytes: number;
      readonly usable: number;
    }
  /** The model cannot be divided so. */
  | { readonly kind: 'shard'; readonly refusal: ShardRefusal }
  /** Of a link nobody knows how long it takes. */
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'unknown' };

/** A candidate that is out. */
export interface Refused {
  readonly split: Split;
  readonly limit: Limit;
}

/** Places a candidate: cuts the chain into stages, holds their memory against a device, and adds up a step. */
export function placed(candidate: Candidate, chain: RankChain, world: World): Placed | Refused {
  const { split, schedule } = candidate;
  const layout: Layout = { split, isTraining: world.step === 'training', node: world.node };
  const timed = chain.elements.map((element) => timedElement(element, layout, world));
  const bad = timed.find((one) => 'kind' in one);
  if (bad) return { split, limit: bad };
  const elements = timed as readonly TimedElement[];
  const places = elementAtPlace(chain);
  const loadOf = (stage: number): StageLoad => {
    const saved = world.step === 'training' ? inFlight(schedule, stage, split.pp) : 0;
    return { state: schedule.microBatches, saved };
  };
  const usable = usableBytes(world.room);
  const seconds = Array.from(places, (at) => elements[at]!.seconds);
  const fits = stageFits(chain, places, usable, loadOf);
  const cut = stagesOf({ seconds, fits }, split.pp);
  const shape = cut ?? stagesOf({ seconds, fits: () => true }, split.pp);
  if (!shape) return { split, limit: { kind: 'unknown' } };
  const memories = shape.map((stage, at) => stageMemory(chain, places, stage, loadOf(at)));
  if (memories.some((one) => one === null)) return { split, limit: { kind: 'unknown' } };
  // What is unknown rules nothing out.
  if (!cut) return { split, limit: memoryLimit(memories as readonly DeviceMemory[], usable!) };
  const context: StepContext = { candidate, elements, places, world, layout };
  const stages = stageSums(shape, memories as readonly DeviceMemory[], context);
  if ('kind' in stages) return { split, limit: stages };
  return { ...candidate, places, ...stepOf(stages, context) };
}

/** Stages with what their devices say to others; a limit where nobody knows how long that takes. */
function stageSums(
  shape: readonly Stage[],
  memories: readonly DeviceMemory[],
  { candidate, elements, places, world, layout }: StepContext,
): readonly StageSum[] | Limit {
  const stages: StageSum[] = [];
  for (const [at, stage] of shape.entries()) {
    const own = Array.from(places.subarray(stage.from, stage.to), (place) => elements[place]!);
    const sent = at === shape.length - 1 ? null : sendOf(own.at(-1)!, candidate.schedule, layout, world);
    if (sent && 'kind' in sent) return sent;
    const exchange = world.step === 'training' ? exchangeOf(own, layout, world) : null;
    if (exchange && 'kind' in exchange) return exchange;
    stages.push({ ...stage, ...sumOf(own), sent, exchange, memory: memories[at]! });
  }
  return stages;
}

interface TimedElement {
  readonly seconds: number;
  readonly parts: Omit<TimeParts, 'bubble'>;
  readonly element: Element;
  readonly links: readonly { readonly call: Call; readonly seconds: Estimate }[];
}

function timedElement(element: Element, layout: Layout, world: World): TimedElement | Limit {
  if (element.seconds === null) return { kind: 'unknown' };
  const links: { call: Call; seconds: Estimate }[] = [];
  let link = 0;
  for (const call of element.calls) {
    const seconds = timeOf(call, layout, world);
    if ('kind' in seconds) return seconds;
    links.push({ call, seconds });
    link += seconds.value * call.times;
  }
  return { element, links, seconds: element.seconds + link, parts: { ...element.parts, link } };
}

interface StageTime {
  readonly seconds: number;
  readonly parts: Omit<TimeParts, 'bubble'>;
}

function sumOf(elements: readonly StageTime[]): StageTime {
  const parts = { compute: 0, memory: 0, link: 0, overhead: 0 };
  let seconds = 0;
  for (const one of elements) {
    seconds += one.seconds;
    for (const key of Object.keys(parts) as (keyof typeof parts)[]) parts[key] += one.parts[key];
  }
  return { seconds, parts };
}

/** What a stage gives to the next one, in training back again too. */
function sendOf(
  { element }: TimedElement,
  schedule: Schedule,
  layout: Layout,
  world: World,
): Estimate | Limit {
  const sent = timeOf({ group: 'pp', collective: 'send', bytes: element.carriedBytes }, layout, world);
  if ('kind' in sent) return sent;
  return scale(sent, world.step === 'training' ? 2 * schedule.chunks : 1);
}

/** The all-reduce of a stage's gradients between the copies of the model. */
function exchangeOf(own: readonly TimedElement[], layout: Layout, world: World): Estimate | Limit {
  const bytes = own.reduce((sum, { element }) => sum + element.gradientBytes, 0);
  return timeOf({ group: 'dp', collective: 'all_reduce', bytes }, layout, world);
}

/** Time of what devices say to each other, or why nobody knows it. */
function timeOf(call: Omit<Call, 'times'>, layout: Layout, world: World): Estimate | Limit {
  const { bytes } = call;
  if (bytes === null) return { kind: 'unknown' };
  const { seconds, problem } = world.time(placedCall({ ...call, bytes }, layout));
  return seconds ?? { kind: 'problem', problem };
}

/** The stage that lacks the most room, by the first class that alone is too large, else by all. */
function memoryLimit(memories: readonly DeviceMemory[], usable: number): Limit {
  const worst = memories.reduce((most, one) => (one.bytes > most.bytes ? one : most));
  const classes = Object.entries(worst.classes) as [keyof MemoryClasses, number][];
  const alone = classes.find(([, bytes]) => bytes > usable);
  return { kind: 'memory', by: alone?.[0] ?? 'all', bytes: alone?.[1] ?? worst.bytes, usable };
}

type StageSum = Stage &
  StageTime & {
    /** To the next stage; null of the last one. */
    readonly sent: Estimate | null;
    /** Of gradients; null but in training. */
    readonly exchange: Estimate | null;
    readonly memory: DeviceMemory;
  };

interface StepContext {
  readonly candidate: Candidate;
  readonly elements: readonly TimedElement[];
  readonly places: Int32Array;
  readonly world: World;
  readonly layout: Layout;
}

function stepOf(
  stages: readonly StageSum[],
  context: StepContext,
): Pick<Placed, 'stages' | 'seconds' | 'parts' | 'ofStage'> {
  const { candidate, elements, places, world } = context;
  const { schedule } = candidate;
  const { microBatches } = schedule;
  const whole = stages.map(({ from, to, seconds, sent, memory }): PlacedStage => {
    return { from, to, memory, seconds: seconds + (sent?.value ?? 0) };
  });
  const times = whole.map(({ seconds }) => seconds);
  const step: StepTime = world.step === 'steady' ? steady(times, microBatches) : flushed(times, schedule);
  const slowest = times.indexOf(largest(times));
  const { parts, sent } = stages[slowest]!;
  const ofStage = { ...parts, link: parts.link + (sent?.value ?? 0) };
  const end = world.step === 'training' ? endOf(stages, context) : { update: 0, exchange: 0 };
  return {
    stages: whole,
    seconds: ranged(step.seconds + end.update + end.exchange, stages, elements, places),
    parts: {
      compute: ofStage.compute * microBatches,
      memory: ofStage.memory * microBatches + end.update,
      link: ofStage.link * microBatches + end.exchange,
      overhead: ofStage.overhead * microBatches,
      bubble: step.bubble,
    },
    ofStage,
  };
}

/** Way back ÷ forward and back, where each matrix has two products on the way back. */
const backwardShare = 2 / 3;

/**
 * The end of a training step: copies exchange gradients, an all-reduce of each element as soon as the last micro-batch has made it, beside the rest of its
 * way back; what is left over, and at least that of the last element, is waited for. Then weights are updated.
 */
function endOf(
  stages: readonly StageSum[],
  { elements, places, world }: StepContext,
): { readonly update: number; readonly exchange: number } {
  let [update, exchange] = [0, 0];
  for (const { from, to, seconds, exchange: gradients } of stages) {
    const own = Array.from(places.subarray(from, to), (place) => elements[place]!.element);
    const all = gradients?.value ?? 0;
    const hidden = world.overlaps ? Math.min(seconds * backwardShare, all - all / own.length) : 0;
    exchange = Math.max(exchange, all - hidden);
    update = Math.max(
      update,
      own.reduce((sum, one) => sum + one.updateSeconds, 0),
    );
  }
  return { update, exchange };
}

/** A step is off by as much as its elements and collectives are, one micro-batch through all stages. */
function ranged(
  seconds: number,
  stages: readonly StageSum[],
  elements: readonly TimedElement[],
  places: Int32Array,
): Estimate {
  const sum = new Total();
  const counts = new Map<number, number>();
  for (const at of places) counts.set(at, (counts.get(at) ?? 0) + 1);
  for (const [at, count] of counts) {
    const { element, links } = elements[at]!;
    for (const { operatorClass, seconds: part, times, common } of element.terms)
      sum.add(operatorClass, part, times * count, common);
    for (const { call, seconds: part } of links) sum.add(`link ${call.collective}`, part, call.times * count);
  }
  for (const { sent } of stages) if (sent) sum.add('link send', sent);
  const all = sum.get();
  return all.value > 0 ? scale(all, seconds / all.value) : all;
}
