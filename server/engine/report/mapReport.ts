import type { CsvCell } from '../../../outside/csv';
import { memoriesOf, type ChipAnalysis } from '../analyse';
import { wholeTotal } from '../cost/totals';
import type { TotalEstimate } from '../cost/types';
import type { Units } from '../cost/units';
import { allFit } from '../memory/fit';
import type { MapObjective } from '../mapping/partition/build';
import { besides, type Verdict } from '../mapping/partition/compare';
import type { Partition, Placement } from '../mapping/partition/partition';
import type { Inference } from '../inference/types';
import type { Workload } from '../workload';
import { lettersOf } from './letters';
import { column, type Section } from './print/section';
import { known, rangeText, type PrintName, type Words } from './print/words';

/** Which unit runs which node: what runtimes do by themselves, and the best cut. SI units; unknown is null. */
export interface MapReport {
  readonly schemaVersion: 1;
  readonly path: string;
  readonly workload: Workload;
  /** Id of the system; null for a chip with its host. */
  readonly system: string | null;
  readonly objective: MapObjective;
  /** Latencies, verdicts and the best are of units that run one after another, as runtimes do by themselves. */
  readonly schedule: 'sequential';
  readonly units: readonly MapUnit[];
  /** What each unit's runtime does by itself, then the best. */
  readonly placements: readonly MapPlacement[];
  /** Nodes of the best by unit, in the order of the file; what no kernel runs is left out. */
  readonly strip: readonly MapRun[];
  /** What the runtime of the first unit cannot run there, and what of the objective would be saved if it could. */
  readonly unsupported: readonly MapUnsupported[];
  /** The best is exact for costs as they are added up: two units, or a chain of kernels. */
  readonly isExact: boolean;
}

interface MapUnit {
  readonly id: string;
  /** What stands for it in the strip. */
  readonly letter: string;
  readonly chip: string;
  readonly name: string;
  readonly runtime: string | null;
}

interface MapPlacement {
  readonly kind: Placement['kind'];
  /** Id of the unit whose runtime makes the kernels. */
  readonly main: string;
  readonly latencySeconds: TotalEstimate | null;
  /** Latency if units worked at the same time, where nothing waits for the other; null where unknown, and by energy. */
  readonly overlappedSeconds: number | null;
  /** Seconds besides: start, inputs and outputs over the link. */
  readonly besidesSeconds: number;
  readonly joules: TotalEstimate | null;
  /** Kernels by unit, in the order of `units`. */
  readonly kernels: readonly number[];
  readonly transfers: { readonly count: number; readonly bytes: number; readonly seconds: number | null };
  readonly fits: boolean | null;
  /** Against the first; null for that itself. */
  readonly verdict: Verdict | null;
}

interface MapRun {
  readonly unit: string;
  /** Flat indices of the first and the last node. */
  readonly from: number;
  readonly to: number;
}

interface MapUnsupported {
  readonly operators: readonly string[];
  readonly nodes: readonly number[];
  readonly crossings: number;
  readonly saved: number;
}

/** What a partition says, without the chips' files. */
export function mapReport(
  { objective, units, placements, blame, isExact }: Partition,
  inference: Inference,
  asked: Pick<MapReport, 'path' | 'workload' | 'system'>,
): MapReport {
  const best = placements.at(-1)!;
  return {
    schemaVersion: 1,
    ...asked,
    objective,
    schedule: 'sequential',
    units: lettersOf(units.list).map((letter, at) => {
      const { id, chip, profile } = units.list[at]!;
      return { id, letter, chip: chip.id, name: chip.name, runtime: profile?.id ?? null };
    }),
    placements: placements.map((one) => placementOf(one, units)),
    strip: stripOf(inference, best),
    unsupported: blame,
    isExact,
  };
}

function placementOf(
  { kind, units, analysis, overlappedSeconds, verdict }: Placement,
  { list }: Units,
): MapPlacement {
  const { cost, plan } = analysis;
  const counts = new Map<string, number>();
  for (const { unit } of cost.kernels.slice(0, plan.kernels.length)) {
    const id = unit === null ? undefined : cost.units[unit]!.id;
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return {
    kind,
    main: units.list[0]!.id,
    latencySeconds: cost.total.latencySeconds,
    overlappedSeconds,
    besidesSeconds: besides(cost.total),
    joules: cost.total.joules,
    kernels: list.map(({ id }) => counts.get(id) ?? 0),
    transfers: transfersOf(analysis),
    fits: allFit(memoriesOf(analysis)),
    verdict,
  };
}

function transfersOf({ cost, plan }: ChipAnalysis): MapPlacement['transfers'] {
  const links = cost.kernels.slice(plan.kernels.length);
  let seconds: number | null = 0;
  for (const link of links) seconds = seconds === null || !link.seconds ? null : seconds + link.seconds.value;
  const bytes = links.reduce(
    (sum, one) => sum + Object.values(one.bytes).reduce((all, part) => all + part, 0),
    0,
  );
  return { count: links.length, bytes, seconds };
}

function stripOf({ nodes }: Inference, { units, unitOfNode }: Placement): MapRun[] {
  const runs: { unit: string; from: number; to: number }[] = [];
  for (const { index, parent } of nodes) {
    const unit = unitOfNode[index]!;
    if (parent !== null || unit < 0) continue;
    const { id } = units.list[unit]!;
    const last = runs.at(-1);
    if (last?.unit === id) last.to = index;
    else runs.push({ unit: id, from: index, to: index });
  }
  return runs;
}

/** Runs of the strip on a line, and lines of it. */
const runsPerLine = 8;
const mostLines = 10;
/** Operators that are named together. */
const namedOperators = 4;

/** A partition as tables. */
export function mapSections(report: MapReport, words: Words): Section[] {
  return [
    placementSection(report, words),
    stripSection(report, words),
    ...(report.unsupported.length > 0 ? [unsupportedSection(report, words)] : []),
  ];
}

function placementSection(report: MapReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const { units, placements } = report;
  return {
    title: words.text('print.section.map', { objective: text(report.objective) }),
    columns: [
      column(text('map.placement')),
      column(text('latency'), 'right'),
      column(text('range'), 'right'),
      column(text('map.overlapped'), 'right'),
      column(text('transfer'), 'right'),
      column(text('energy'), 'right'),
      ...units.map(({ id }) => column(id, 'right')),
      column(text('map.transfers'), 'right'),
      column(text('map.bytes'), 'right'),
      column(text('map.linkTime'), 'right'),
      column(text('fits')),
      column(text('map.verdict')),
    ],
    rows: placements.map((one) => [
      labelOf(report, one, words),
      words.total(one.latencySeconds, words.seconds) ?? text('unknown'),
      rangeText(wholeTotal(one.latencySeconds), words.seconds, words),
      known(one.overlappedSeconds, words.seconds, words),
      words.seconds(one.besidesSeconds),
      words.total(one.joules, words.joules) ?? text('unknown'),
      ...one.kernels.map((count) => words.count(count)),
      words.count(one.transfers.count),
      words.bytes(one.transfers.bytes),
      known(one.transfers.seconds, words.seconds, words),
      one.fits === null ? text('unknown') : text(one.fits ? 'yes' : 'no'),
      one.verdict === null ? text('none') : text(`map.verdict.${one.verdict}`),
    ]),
    note: notesOf(report, words).join('. '),
  };
}

function labelOf({ units }: MapReport, { kind, main, kernels }: MapPlacement, words: Words): string {
  if (kind === 'best') return words.text('print.map.best');
  const runtime = units.find(({ id }) => id === main)?.runtime ?? '';
  const isAll = units.every(({ id }, at) => id === main || kernels[at] === 0);
  return words.text(isAll ? 'print.map.all' : 'print.map.runtime', { unit: main, runtime });
}

function notesOf({ isExact, objective }: MapReport, words: Words): string[] {
  return [
    words.text('print.map.note.besides'),
    words.text('print.map.note.schedule'),
    words.text(isExact ? 'print.map.note.exact' : 'print.map.note.search'),
    ...(objective === 'energy' ? [words.text('print.map.note.energy')] : []),
  ];
}

function stripSection({ units, strip }: MapReport, words: Words): Section {
  const letters = new Map(units.map(({ id, letter }) => [id, letter]));
  const lines: string[] = [];
  for (let at = 0; at < strip.length; at += runsPerLine) {
    const runs = strip.slice(at, at + runsPerLine).map(({ unit, from, to }) => {
      return `${letters.get(unit)} ${from === to ? from : `${from}–${to}`}`;
    });
    lines.push(runs.join(' · '));
  }
  const left = strip.length - mostLines * runsPerLine;
  const legend = units.map(({ id, letter, name }) => `${letter} ${id} (${name})`).join(', ');
  return {
    title: words.text('print.section.strip'),
    columns: [column(words.text('print.map.nodes'))],
    rows: lines.slice(0, mostLines).map((line) => [line]),
    note: left > 0 ? `${legend}. ${words.text('print.more', { count: words.count(left) })}` : legend,
  };
}

function unsupportedSection({ units, unsupported, objective }: MapReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const [first] = units;
  const write = objective === 'latency' ? words.seconds : words.joules;
  return {
    title: words.text('print.section.unsupported', { unit: first!.id, runtime: first!.runtime ?? '' }),
    columns: [
      column(text('operator')),
      column(text('model.nodes'), 'right'),
      column(text('map.crossings'), 'right'),
      column(text('map.saved'), 'right'),
    ],
    rows: unsupported.map(({ operators, nodes, crossings, saved }) => [
      operators.slice(0, namedOperators).join(', ') + (operators.length > namedOperators ? ', …' : ''),
      words.count(nodes.length),
      words.count(crossings),
      saved < 0 ? `−${write(-saved)}` : write(saved),
    ]),
    note: words.text('print.map.note.saved'),
  };
}

/** A row for each placement, in base units; unknown is empty. */
export function mapRows({ units, placements }: MapReport): CsvCell[][] {
  const head = ['kind', 'main', 'seconds', 'seconds_low', 'seconds_high', 'besides_seconds', 'joules'];
  const rest = ['transfers', 'transfer_bytes', 'transfer_seconds', 'fits', 'verdict'];
  return [
    [...head, ...units.map(({ id }) => `kernels_${id}`), ...rest, 'overlapped_seconds'],
    ...placements.map((one) => [
      one.kind,
      one.main,
      one.latencySeconds?.value ?? null,
      one.latencySeconds?.low ?? null,
      one.latencySeconds?.high ?? null,
      one.besidesSeconds,
      one.joules?.value ?? null,
      ...one.kernels,
      one.transfers.count,
      one.transfers.bytes,
      one.transfers.seconds,
      one.fits === null ? null : String(one.fits),
      one.verdict,
      one.overlappedSeconds,
    ]),
  ];
}
