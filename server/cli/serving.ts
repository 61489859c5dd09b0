import { csvText } from '../../outside/csv';
import type { Chip } from '../engine/chips/chip';
import { bindingsInForce } from '../engine/report/build';
import { parseQuantity } from '../engine/mapping/parseLimits';
import type { Policy, Traffic } from '../engine/mapping/serve/types';
import { servingReport, servingRows, servingSections } from '../engine/report/servingReport';
import { uninterrupted } from '../engine/scheduler';
import { servingOf } from '../engine/servingOf';
import { servingSplits, type ServingSplitsQuestion, type SplitService } from '../engine/servingSplits';
import type { ServeOptions } from '../engine/mapping/serve/serve';
import { chipsOf } from '../engine/systems/chosen';
import type { System } from '../engine/systems/system';
import { reportWords } from '../reportWords';
import { parseAmount, type Arguments } from './arguments';
import { failed, usage, type Outcome } from './failure';
import { otherInputs } from './inputs';
import { refuseTooMuch, roomIn } from './memory';
import { openModel } from './openModel';
import { inFormat, tableFormats } from './tableFormats';
import type { Call } from './spread';
import type { Task } from './task';
import { prepareAsked, settingsNotes } from './workload';

/** Numbers that a load of requests is described by. */
type Kind = 'count' | 'amount' | 'share' | 'seconds';

const kinds = {
  ...{ rate: 'amount', users: 'count', in: 'count', out: 'count', ttft: 'seconds', tpot: 'seconds' },
  ...{ replicas: 'count', batch: 'count', chunk: 'count', prefill: 'count', transfer: 'amount' },
  ...{ prefix: 'share', kv: 'count', seed: 'count' },
} as const satisfies Readonly<Record<string, Kind>>;
type Name = keyof typeof kinds;
const names = Object.keys(kinds) as Name[];

/** What is served where nothing else is said. */
const usual = { in: 1024, out: 256, batch: 256, chunk: 2048 } as const;
/** vLLM's pages. */
const pageTokens = 16;
/** Larger sizes are no service that anybody runs, and would take long to simulate. */
const mostBatch = 4096;
const mostTokens = 1_048_576;
const mostUsers = 65_536;

type Numbers = Readonly<Partial<Record<Name, number>>>;

/** `siliconlens map MODEL --serving …`: a language model as a service of equal replicas. */
export async function serving(
  { words, language, heapBytes }: Call,
  task: Task,
  system: System | null,
): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const asked = parseServing(words.text('serving') ?? '');
  const { path, choice, host } = task;
  const place = placeOf(words, task, system);
  const opened = await openModel(path, language, roomIn(heapBytes));
  refuseTooMuch(opened, 1, heapBytes);
  const cache = task.asked.cache ?? 'paged';
  // Bits of a number that the service states stand for the type of the cache.
  const cacheType = asked.kv === undefined ? task.asked.cacheType : null;
  const service = {
    ...task.asked,
    phase: 'decode' as const,
    cache,
    ...(cacheType !== undefined && { cacheType }),
  };
  const { prepared, remarks } = await prepareAsked(opened.model, service);
  const question = {
    ...{ prepared, host, traffic: trafficOf(asked), policy: policyOf(asked, place.count) },
    ...{ cacheBits: asked.kv ?? null, usdPerDeviceHour: place.price },
    ...(asked.seed !== undefined && { seed: asked.seed }),
  };
  const [first, ...others] = await servicesOf(question, place, asked, (id) => choice.byId(id));
  const { chip } = place;
  if (!first) throw failed('cli.serving.unknown', { chip: chip.id });
  const workload = { ...prepared.workload, bindings: bindingsInForce(prepared) };
  const report = servingReport([first, ...others], {
    path,
    workload,
    system: system?.id ?? null,
    chip: chip.id,
  });
  return {
    text: inFormat(
      format,
      report,
      () => servingSections(report, reportWords(language)),
      () => csvText(servingRows(report)),
    ),
    failure: opened.failure,
    notes: settingsNotes(words, remarks, language).join('\n'),
    inputs: await otherInputs(words, [opened], choice),
  };
}

/** What a model is served on: a chip, or equal devices of a system, and what an hour of one costs. */
interface ServingPlace {
  readonly chip: Chip;
  readonly count: number;
  readonly price: number | null;
  /** Null for a chip. */
  readonly at: { readonly system: System; readonly device: string } | null;
}

function placeOf(words: Arguments, { choice, chips }: Task, system: System | null): ServingPlace {
  const price = parseAmount('price', words.text('price')) ?? null;
  const [chip] = chips;
  if (!system) {
    if (!chip || words.texts('chip').length !== 1) throw usage('cli.map.chip');
    return { chip, count: 1, price, at: null };
  }
  const lookUp = (id: string) => choice.byId(id);
  const [lead = ''] = chipsOf(system, lookUp).chips;
  const device = system.devices.find((one) => one.chip === lead);
  const known = lookUp(lead);
  if (!device || !known) throw usage('cli.map.chip');
  const stated = device.price?.usdPerHour?.value ?? null;
  return { chip: known, count: device.count, price: price ?? stated, at: { system, device: device.id } };
}

type ServiceQuestion = Pick<ServingSplitsQuestion, 'prepared' | 'host' | 'traffic' | 'policy' | 'cacheBits'> &
  ServeOptions;

/** The services that there are, the best first: of a chip one. */
async function servicesOf(
  question: ServiceQuestion,
  { chip, count, at }: ServingPlace,
  asked: Numbers,
  lookUp: ServingSplitsQuestion['lookUp'],
): Promise<readonly SplitService[]> {
  if (at && count > 1) {
    const replicas = asked.replicas ?? null;
    return servingSplits({ ...question, ...at, chip, count, lookUp, replicas }, uninterrupted);
  }
  const { host, ...rest } = question;
  const service = await servingOf({ ...rest, ...(host && { host }) }, chip, uninterrupted);
  return service ? [{ tp: 1, service }] : [];
}

/** `rate=4,in=1024,out=1024,ttft=1s,tpot=50ms`; throws for what is none of it. */
function parseServing(text: string): Numbers {
  const found = new Map<Name, number>();
  for (const pair of text.split(',')) {
    const [word = '', value = ''] = pair.split('=').map((part) => part.trim());
    const name = names.find((one) => one === word);
    const number = name && (name === 'chunk' && value === 'off' ? 0 : numberOf(kinds[name], value));
    if (!name || number === undefined || found.has(name))
      throw usage('cli.error.serving', { value: pair.trim(), names: names.join(', ') });
    found.set(name, number);
  }
  const numbers: Numbers = Object.fromEntries(found);
  if ((numbers.rate === undefined) === (numbers.users === undefined)) throw usage('cli.serving.arrival');
  return refuseLarge(numbers);
}

function refuseLarge(numbers: Numbers): Numbers {
  const most: Numbers = { in: mostTokens, out: mostTokens, batch: mostBatch, users: mostUsers };
  for (const name of names) {
    const [value, limit] = [numbers[name] ?? 0, most[name] ?? Infinity];
    if (value > limit) throw usage('cli.serving.large', { name, value, most: limit });
  }
  return numbers;
}

function numberOf(kind: Kind, text: string): number | undefined {
  if (kind === 'seconds') return parseQuantity('latency', text).value ?? undefined;
  const value = /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  const isMeant: Readonly<Record<Exclude<Kind, 'seconds'>, boolean>> = {
    count: Number.isSafeInteger(value) && value >= 1,
    amount: value > 0 && Number.isFinite(value),
    share: value >= 0 && value <= 1,
  };
  return isMeant[kind] ? value : undefined;
}

function trafficOf({ rate, users, ...asked }: Numbers): Traffic {
  return {
    arrival: users === undefined ? { kind: 'rate', perSecond: rate! } : { kind: 'closed', users },
    promptTokens: asked.in ?? usual.in,
    outputTokens: asked.out ?? usual.out,
    prefixShare: asked.prefix ?? 0,
    ttftLimit: asked.ttft ?? null,
    tpotLimit: asked.tpot ?? null,
  };
}

/** @param devices of the system: as many replicas where nothing else is said */
function policyOf(asked: Numbers, devices: number): Policy {
  const replicas = asked.replicas ?? devices;
  const { prefill } = asked;
  if (replicas > devices && devices > 1)
    throw usage('cli.serving.large', { name: 'replicas', value: replicas, most: devices });
  if (prefill !== undefined && prefill >= replicas)
    throw usage('cli.serving.large', { name: 'prefill', value: prefill, most: replicas - 1 });
  const chunk = asked.chunk ?? usual.chunk;
  return {
    ...{ replicas, mostBatch: asked.batch ?? usual.batch, pageTokens },
    chunkTokens: chunk === 0 || prefill !== undefined ? null : chunk,
    prefillReplicas: prefill ?? null,
    transferBytesPerSecond: asked.transfer ?? null,
  };
}
