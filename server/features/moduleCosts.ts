import { appendAll } from '../engine/lists';
import { Query } from '../engine/query';
import { runThrough, type Steps } from '../engine/scheduler';
import { wholeSeconds, type Analysis } from '../workspace/analysis';
import { lineSeconds, type LineSeconds } from './lineCosts';
import { outline, type OutlineItem } from './outline';

/** A module of the listing with the time of its lines on the first chip. */
export interface ModuleCost {
  readonly name: string;
  readonly lines: { readonly first: number; readonly last: number };
  readonly seconds: number;
  /** Of the whole run, 0..1. */
  readonly share: number;
  /** Modules beside it of the same name up to numbers, with as many entries and as long: itself counts too. */
  readonly alike: number;
}

/** Modules by their first line; of several that begin on one line the outermost, which its fold belongs to. */
export type ModuleCosts = ReadonlyMap<number, ModuleCost>;

const known = new Query<Analysis, ModuleCosts>();

/** Times of modules, made once per analysis; a module with a node of unknown time has none. */
export function moduleCosts(analysis: Analysis): ModuleCosts {
  return runThrough(indexModules(analysis));
}

/** Makes them; who has time does it before the first question. */
export function indexModules(analysis: Analysis): Steps<ModuleCosts> {
  return known.steps(analysis, () => costsOf(analysis));
}

function* costsOf(analysis: Analysis): Steps<ModuleCosts> {
  const cost = analysis.chips[0]?.cost;
  const costs = new Map<number, ModuleCost>();
  if (!cost) return costs;
  const sums = yield* sumsBefore(yield* lineSeconds(analysis), analysis.listing.lineCount);
  const whole = wholeSeconds(cost);
  let level = outline(analysis.listing.positions).roots.map(({ children }) => children);
  while (level.length > 0) {
    const next: OutlineItem[][] = [];
    for (const siblings of level) {
      yield;
      for (const [first, one] of modulesOf(siblings, sums, whole))
        if (!costs.has(first)) costs.set(first, one);
      appendAll(
        next,
        siblings.map(({ children }) => children).filter((children) => children.length > 0),
      );
    }
    level = next;
  }
  return costs;
}

/** Seconds of all lines before each line, and how many of unknown time stand there. */
interface LineSums {
  readonly seconds: Float64Array;
  readonly unknown: Uint32Array;
}

function* sumsBefore(lines: LineSeconds, count: number): Steps<LineSums> {
  const [seconds, unknown] = [new Float64Array(count + 1), new Uint32Array(count + 1)];
  for (let line = 0; line < count; line++) {
    yield;
    const own = lines.get(line);
    seconds[line + 1] = seconds[line]! + (own ?? 0);
    unknown[line + 1] = unknown[line]! + (own === null ? 1 : 0);
  }
  return { seconds, unknown };
}

/** The modules of one level by first line. */
function modulesOf(
  siblings: readonly OutlineItem[],
  { seconds, unknown }: LineSums,
  whole: number,
): [number, ModuleCost][] {
  const modules = siblings
    .filter(({ kind, start, end }) => kind === 'module' && end.line > start.line)
    .flatMap((item) => {
      const [from, to] = [item.start.line, item.end.line + 1];
      const value = seconds[to]! - seconds[from]!;
      return unknown[to] === unknown[from] ? [{ item, value, key: kindOf(item, value) }] : [];
    });
  const count = new Map<string, number>();
  for (const { key } of modules) count.set(key, (count.get(key) ?? 0) + 1);
  return modules.map(({ item: { name, start, end }, value, key }): [number, ModuleCost] => {
    const lines = { first: start.line, last: end.line };
    return [
      start.line,
      { name, lines, seconds: value, share: whole > 0 ? value / whole : 0, alike: count.get(key)! },
    ];
  });
}

/** Layers of one kind agree in their name up to numbers, in how many entries they have, and in their time. */
function kindOf({ name, children }: OutlineItem, seconds: number): string {
  return `${name.replace(/\d+/g, '#')} ${children.length} ${seconds.toPrecision(3)}`;
}
