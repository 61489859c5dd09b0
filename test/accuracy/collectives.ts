// Fits the laws of collectives to measured calls: `npm run accuracy:collectives [-- collectives.csv] [--write]`. Scored with
// sizes held out, and with one chip left out.
import { existsSync, readFileSync } from 'node:fs';
import { chipById } from '../../server/engine/chips/catalogue';
import { round } from '../../server/engine/cost/calibrate/fit';
import { foldOf, minimise, type Free, type Values } from '../../server/engine/cost/calibrate/optimise';
import { parseCsv } from '../../server/engine/cost/calibrate/rows';
import { score, type Pair } from '../../server/engine/cost/calibrate/score';
import { lawSeconds } from '../../server/engine/collectives/law';
import { familyOf } from '../../server/engine/collectives/laws';
import { linksOf } from '../../server/engine/collectives/topology';
import type { Collective, CollectiveLaw, Protocol } from '../../server/engine/collectives/types';
import { systems } from '../../server/engine/systems/load';
import { publishedPath } from './rows';
import { saveJson } from './save';

/** Calls of one size, put together. */
interface Row {
  readonly chip: string;
  readonly collective: Collective;
  readonly members: number;
  readonly bytes: number;
  readonly seconds: number;
}

const folds = 5;
const free = (name: string, start: number, low: number, high: number): Free => ({ name, start, low, high });
/** Seconds are in microseconds here, so that all constants are of like size. */
const base: readonly Free[] = [
  free('llStart', 5, 0.5, 50),
  free('llStep', 0.8, 0.02, 10),
  free('llShare', 0.03, 0.001, 1),
  free('midStart', 6, 0.5, 50),
  free('midStep', 0.9, 0.02, 10),
  free('midShare', 0.2, 0.01, 1),
  free('largeStart', 18, 1, 200),
  free('largeStep', 1, 0.02, 20),
  free('largeShare', 0.75, 0.2, 1),
  free('own', 2, 0.3, 10),
];
const inSwitch: readonly Free[] = [free('switchStart', 40, 2, 200), free('switchShare', 0.55, 0.2, 1)];
/** NVSwitch reduces since its third generation; NCCL lets it where eight take part. */
const reducing: Readonly<Record<string, number>> = { nvlink4: 8, nvlink: 8 };

const freeOf = (link: string, collective: Collective): readonly Free[] =>
  link in reducing && collective === 'all_reduce' ? [...base, ...inSwitch] : base;

function protocolsOf(link: string, collective: Collective, values: Values): Protocol[] {
  const us = (name: string): number => round(values[name]! * 1e-6);
  const own = round(values['own']!);
  const share = (name: string): number => round(values[name]!);
  const steps = 'switch';
  const list: Protocol[] = [
    { name: 'LL', steps, start: us('llStart'), step: us('llStep'), share: share('llShare') },
    { name: 'LL128', steps, start: us('midStart'), step: us('midStep'), share: share('midShare') },
    {
      name: 'Simple',
      steps,
      start: us('largeStart'),
      step: us('largeStep'),
      share: share('largeShare'),
      own,
    },
  ];
  if (!(link in reducing) || collective !== 'all_reduce') return list;
  const start = us('switchStart');
  const least = reducing[link]!;
  return [...list, { name: 'NVLS', start, step: 0, share: share('switchShare'), inSwitch: true, least }];
}

/** The system that a chip's rows were measured in: eight of it at an NVSwitch. */
function linkOf(chip: string): { readonly family: string; readonly rate: number } {
  for (const system of systems) {
    const device = system.devices.find((one) => one.chip === chip);
    const link = device && linksOf(system, device.id).inside;
    const rate = link?.bytesPerSecondPerDirection?.value;
    if (link && rate !== undefined) return { family: familyOf(link.kind), rate };
  }
  throw new Error(`no system has ${chip}`);
}

const clockOf = (chip: string): number => chipById(chip)!.clockHz!.value;

function readRows(path: string): Row[] {
  const byCall = new Map<string, { row: Omit<Row, 'seconds'>; logs: number[] }>();
  for (const { chip, collective, devices, elements, seconds } of parseCsv(readFileSync(path, 'utf8'))) {
    const row = {
      ...{ chip: chip!, collective: collective as Collective },
      ...{ members: Number(devices), bytes: 2 * Number(elements) },
    };
    const key = Object.values(row).join(' ');
    const known = byCall.get(key) ?? { row, logs: [] };
    known.logs.push(Math.log(Number(seconds)));
    byCall.set(key, known);
  }
  return [...byCall.values()].map(({ row, logs }) => ({
    ...row,
    seconds: Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length),
  }));
}

type Law = Pick<CollectiveLaw, 'protocols' | 'clockHz'>;

/** A switch that reduces is of the link that a row was measured on, whatever the law was fitted to. */
function predict({ protocols, clockHz }: Law, row: Row): number {
  const { family, rate } = linkOf(row.chip);
  const used = family in reducing ? protocols : protocols.filter((protocol) => !protocol.inSwitch);
  const law = { protocols: used } as unknown as CollectiveLaw;
  return lawSeconds(law, { ...row, rate, slower: clockHz! / clockOf(row.chip) });
}

function fit(link: string, rows: readonly Row[], clockHz: number): Law {
  const { collective } = rows[0]!;
  const law = (values: Values): Law => ({ clockHz, protocols: protocolsOf(link, collective, values) });
  const loss = (values: Values): number => {
    const of = law(values);
    return rows.reduce((sum, row) => sum + Math.abs(Math.log(predict(of, row) / row.seconds)), 0);
  };
  return law(minimise(freeOf(link, collective), loss, 3000));
}

const pairs = (law: Law, rows: readonly Row[]): Pair[] =>
  rows.map((row) => ({ predicted: predict(law, row), measured: row.seconds }));

/**
 * Factors from predicted to measured that hold nine of ten calls that are still to come: with few calls the ends lie a rank further
 * out than those of the calls themselves (split conformal prediction). Where `even`, as far on one side as on the other.
 */
function rangeOf(found: readonly Pair[], even: boolean): { low: number; high: number } {
  const logs = found.map(({ predicted, measured }) => Math.log(measured / predicted)).sort((a, b) => a - b);
  const rank = Math.min(logs.length, Math.ceil((logs.length + 1) * 0.95));
  const [low, high] = [Math.min(0, logs[logs.length - rank]!), Math.max(0, logs[rank - 1]!)];
  const most = Math.max(-low, high);
  return even
    ? { low: round(Math.exp(-most)), high: round(Math.exp(most)) }
    : { low: round(Math.exp(low)), high: round(Math.exp(high)) };
}

const insideShare = (found: readonly Pair[], { low, high }: { low: number; high: number }): number =>
  found.filter(({ predicted: p, measured: m }) => m >= p * low && m <= p * high).length / found.length;

const source =
  'fitted to NCCL tables of ai-dynamo/aiconfigurator (SGLang 0.5.10, Apache-2.0), two, four and eight members';

interface Scored {
  readonly law: CollectiveLaw;
  readonly pairs: readonly Pair[];
  readonly inside: number;
}

/** The law of a chip's link, scored on sizes that its fit had not seen. */
function ofLink(chip: string, own: readonly Row[]): Scored {
  const { family } = linkOf(chip);
  const clockHz = clockOf(chip);
  const { protocols } = fit(family, own, clockHz);
  const perFold = Array.from({ length: folds }, (_, fold) => {
    const isHeld = ({ bytes }: Row): boolean => foldOf(String(bytes), folds) === fold;
    const others = own.filter((row) => !isHeld(row));
    return pairs(fit(family, others, clockHz), own.filter(isHeld));
  });
  const byFold = perFold.filter(({ length }) => length > 0);
  const held = byFold.flat();
  const range = rangeOf(held, false);
  // Each fold against the range that the other folds give.
  const inside = byFold.map((fold) => {
    const others = byFold.filter((other) => other !== fold).flat();
    return insideShare(fold, rangeOf(others, false)) * fold.length;
  });
  const law: CollectiveLaw = {
    ...{ link: family, collective: own[0]!.collective, basis: 'calibrated', clockHz },
    ...{ protocols, ...range, source: `${source}: ${own.length} calls on ${chip}` },
  };
  return { law, pairs: held, inside: inside.reduce((sum, one) => sum + one, 0) / held.length };
}

/**
 * How much wider the intervals of a chip that was left out are on each side, by the kernels of GPUs (docs/accuracy.md): two
 * chips alone can't tell without looking at the one that is scored.
 */
const otherChip = 1.25;

/** The law of a kind of link that was not measured, from those that were; and what one chip says of the other. */
function ofClass(
  all: ReadonlyMap<string, readonly Row[]>,
  own: ReadonlyMap<string, Scored>,
): { law: CollectiveLaw; left: Map<string, Scored> } {
  const names = [...all.keys()];
  const rowsOf = (some: readonly string[]): Row[] => some.flatMap((name) => all.get(name)!);
  const clockHz = clockOf(names.at(-1)!);
  const found = new Map(
    names.map((chip) => {
      const others = names.filter((other) => other !== chip);
      const law = fit(linkOf(others[0]!).family, rowsOf(others), clockOf(others[0]!));
      return [chip, pairs(law, all.get(chip)!)] as const;
    }),
  );
  const { protocols } = fit('nvlink', rowsOf(names), clockHz);
  const range = rangeOf([...found.values()].flat(), true);
  const law: CollectiveLaw = {
    ...{ link: 'nvlink', collective: rowsOf(names)[0]!.collective, basis: 'class', clockHz },
    ...{ protocols, ...range },
    source: `${source}: ${rowsOf(names).length} calls on ${names.join(' and ')}; range from fits that leave one of them out`,
  };
  const left = new Map(
    names.map((chip) => {
      // The range of the others alone, which has seen nothing of this chip.
      const seen = names.filter((other) => other !== chip).flatMap((other) => own.get(other)!.pairs);
      const { low, high } = rangeOf(seen, true);
      const range = { low: low / otherChip, high: high * otherChip };
      return [chip, { law, pairs: found.get(chip)!, inside: insideShare(found.get(chip)!, range) }];
    }),
  );
  return { law, left };
}

function line(name: string, collective: string, scored: readonly Pick<Scored, 'pairs' | 'inside'>[]): void {
  const { rows: count, median, p90 } = score(scored.flatMap((one) => one.pairs));
  const inside = scored.reduce((sum, one) => sum + one.inside * one.pairs.length, 0) / count;
  const percent = [median, p90, inside].map((share) => `${Math.round(100 * share)} %`);
  console.log(`| ${[name, collective, count, ...percent].join(' | ')} |`);
}

const path =
  process.argv.slice(2).find((word) => !word.startsWith('-')) ?? `${publishedPath()}/collectives.csv`;
if (!existsSync(path)) throw new Error(`no measurements at ${path}`);
const rows = readRows(path);
const chips = [...new Set(rows.map(({ chip }) => chip))].sort();
const laws: CollectiveLaw[] = [];
const sizes: Scored[] = [];
const others: Scored[] = [];
console.log(
  '| scored | collective | calls | median | p90 | inside |\n| --- | --- | ---: | ---: | ---: | ---: |',
);
for (const collective of [...new Set(rows.map((row) => row.collective))].sort()) {
  const of = new Map(
    chips.map((chip) => [chip, rows.filter((row) => row.chip === chip && row.collective === collective)]),
  );
  const own = new Map([...of].map(([chip, calls]) => [chip, ofLink(chip, calls)]));
  for (const [chip, scored] of own) {
    laws.push(scored.law);
    sizes.push(scored);
    line(`${chip}, sizes held out`, collective, [scored]);
  }
  const { law, left } = ofClass(of, own);
  laws.push(law);
  for (const [chip, scored] of left) {
    others.push(scored);
    line(`${chip} from the other chip`, collective, [scored]);
  }
}
line('sizes held out', 'all', sizes);
line('chip left out', 'all', others);
if (process.argv.includes('--write'))
  saveJson('server/engine/collectives/fitted.json', {
    comment: 'Written by test/accuracy/collectives.ts from measurements that are not part of the repository.',
    laws,
  });
