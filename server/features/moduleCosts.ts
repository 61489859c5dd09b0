import { appendAll } from '../engine/lists';
import { Query } from '../engine/query';
import { runThrough, type Steps } from '../engine/scheduler';
import { wholeSeconds, type Analysis } from '../workspace/analysis';
import { lineSeconds } from './lineCosts';
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
  const costs = new Map<number, ModuleCost>();
  const sums = yield* lineSums(analysis);
  if (!sums) return costs;
  let level = outline(analysis.listing.positions).roots.map(({ children }) => children);
  while (level.length > 0) {
    const next: OutlineItem[][] = [];
    for (const siblings of level) {
      yield;
      for (const [first, one] of modulesOf(siblings, sums)) if (!costs.has(first)) costs.set(first, one);
      appendAll(
        next,
        siblings.map(({ children }) => children).filter((children) => children.length > 0),
      );
    }
    level = next;
  }
  return costs;
}

/** Seconds of all lines before each line, and how many of unknown time, and of no limit, stand there. */
export interface LineSums {
  readonly seconds: Float64Array;
  readonly unknown: Uint32Array;
  /** What they are at the most, lines without a limit left out. */
  readonly most: Float64Array;
  readonly limitless: Uint32Array;
  /** Seconds of a whole run. */
  readonly whole: number;
}

const sums = new Query<Analysis, LineSums | null>();

/** Made once per analysis; null without a chip. */
export function lineSums(analysis: Analysis): Steps<LineSums | null> {
  return sums.steps(analysis, () => sumsOf(analysis));
}

/** Seconds of the lines of an entry; null where that of one of them is unknown. */
export function secondsOf({ start, end }: OutlineItem, { seconds, unknown }: LineSums): number | null {
  const [from, to] = [start.line, end.line + 1];
  return unknown[to] === unknown[from] ? seconds[to]! - seconds[from]! : null;
}

/** Seconds between which those of the lines of an entry lie; null for no limit. */
export function limitsOf(
  { start, end }: OutlineItem,
  { seconds, most, limitless }: LineSums,
): { readonly least: number; readonly most: number | null } {
  const [from, to] = [start.line, end.line + 1];
  const isLimited = limitless[to] === limitless[from];
  return { least: seconds[to]! - seconds[from]!, most: isLimited ? most[to]! - most[from]! : null };
}

function* sumsOf(analysis: Analysis): Steps<LineSums | null> {
  const [first] = analysis.chips;
  if (!first) return null;
  const lines = yield* lineSeconds(analysis);
  const count = analysis.listing.lineCount;
  const [seconds, most] = [new Float64Array(count + 1), new Float64Array(count + 1)];
  const [unknown, limitless] = [new Uint32Array(count + 1), new Uint32Array(count + 1)];
  for (let line = 0; line < count; line++) {
    yield;
    const own = lines.get(line);
    seconds[line + 1] = seconds[line]! + (own?.least ?? 0);
    most[line + 1] = most[line]! + (own?.most ?? 0);
    unknown[line + 1] = unknown[line]! + (own?.isKnown === false ? 1 : 0);
    limitless[line + 1] = limitless[line]! + (own?.most === null ? 1 : 0);
  }
  return { seconds, unknown, most, limitless, whole: wholeSeconds(first) };
}

/** The modules of one level by first line. */
export function modulesOf(siblings: readonly OutlineItem[], sums: LineSums): [number, ModuleCost][] {
  const { whole } = sums;
  const modules = siblings
    .filter(({ kind, start, end }) => kind === 'module' && end.line > start.line)
    .flatMap((item) => {
      const value = secondsOf(item, sums);
      return value === null ? [] : [{ item, value, key: kindOf(item.name, item.children.length, value) }];
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

/** Layers of one kind agree in their name up to numbers, in how many parts they have, and in their time as it is shown. */
export function kindOf(name: string, parts: number, seconds: number): string {
  return `${withoutNumbers(name)} ${parts} ${seconds.toPrecision(3)}`;
}

export function withoutNumbers(name: string): string {
  return name.replace(/\d+/g, '#');
}
