import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { entryOf } from '../../../outside/table';
import { usage } from '../failure';
import variables from './shards.json';

/** One of equal parts of a sweep. */
export interface Shard {
  /** From 0 on. */
  readonly index: number;
  readonly count: number;
  /** The variable that said so; null: the option. */
  readonly from: string | null;
}

/** How a scheduler tells each of its tasks which one it is. */
interface Variables {
  readonly name: string;
  readonly index: string;
  readonly count: string;
  /** The variable that has the number of the first task, where that is free. */
  readonly first?: string;
  /** The variable that has the distance of two tasks. */
  readonly step?: string;
  /** The number of the first task where it is fixed; 0 where left out. */
  readonly firstIndex?: number;
}

const mostShards = 1_000_000;

/**
 * The part that `--shard I/N` (from 1 on) asks for, else the one that a scheduler's variables name (shards.json); null: all of
 * it. Throws a usage `Failure`, also where a scheduler says which task this is but not of how many.
 */
export function shardOf(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Shard | null {
  if (option !== undefined) {
    const [, index, count] = /^(\d{1,7})\/(\d{1,7})$/.exec(option) ?? [];
    if (index === undefined || !isShard(Number(index) - 1, Number(count)))
      throw usage('cli.sweep.shard', { value: option });
    return whole({ index: Number(index) - 1, count: Number(count), from: null });
  }
  const known = (variables as readonly Variables[]).find(
    ({ index }) => (entryOf(environment, index) ?? '') !== '',
  );
  return known ? whole(fromVariables(known, environment)) : null;
}

function fromVariables(
  { name, index, count, first, step, firstIndex = 0 }: Variables,
  environment: Readonly<Record<string, string | undefined>>,
): Shard {
  const number = (variable: string | undefined): number | null => {
    const text = variable === undefined ? undefined : entryOf(environment, variable);
    return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;
  };
  const all = number(count);
  if (all === null) throw usage('cli.sweep.shardCount', { name, index, count });
  const start = first === undefined ? firstIndex : (number(first) ?? firstIndex);
  const at = ((number(index) ?? NaN) - start) / (number(step) ?? 1);
  if (!isShard(at, all))
    throw usage('cli.sweep.shardVariables', {
      name,
      index,
      value: entryOf(environment, index) ?? '',
      count,
      all,
    });
  return { index: at, count: all, from: index };
}

function isShard(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count && count <= mostShards;
}

function whole(shard: Shard): Shard | null {
  return shard.count === 1 ? null : shard;
}

/** Whether a model belongs to a part: by its name in the plan alone, so that every machine and every later run says the same. */
export function isInShard(name: string, { index, count }: Pick<Shard, 'index' | 'count'>): boolean {
  return createHash('sha256').update(name).digest().readUIntBE(0, 6) % count === index;
}

/** Where a part of the results goes: tasks of one array are given the same command. */
export function shardPath(path: string, shard: Pick<Shard, 'index' | 'count'> | null): string {
  if (!shard) return path;
  const ending = extname(path);
  const number = String(shard.index + 1).padStart(String(shard.count).length, '0');
  return `${path.slice(0, path.length - ending.length)}.${number}-of-${shard.count}${ending}`;
}
