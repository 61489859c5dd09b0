import { entryOf } from '../../../../../outside/table';
import type { DataType } from '../../../graph/dataTypes';
import type { Arguments } from '../bind';
import table from '../shapes.json';
import type { TensorValue } from '../values';
import { first } from './common';

const order: ReadonlyMap<string, number> = new Map(
  [...table.integers, ...table.floats].map((name, i) => [name, i]),
);

const fractions: ReadonlySet<string> = new Set(table.fractions);

const floats: ReadonlySet<string> = new Set(table.floats);

const results = table.results as Readonly<Record<string, DataType>>;

const types = table.types as Readonly<Record<string, DataType>>;

/** The type of a number of PyTorch's ScalarType. */
function typeOfCode(code: number | undefined): DataType | undefined {
  return code === undefined ? undefined : entryOf(types, String(code));
}

/** The type that tensors of several types have together: the widest, of single numbers only where they are of a wider kind. */
function promoted(tensors: readonly TensorValue[]): DataType | undefined {
  const rank = ({ dtype }: TensorValue): number => order.get(dtype ?? '') ?? -1;
  const kind = ({ dtype }: TensorValue): boolean => floats.has(dtype ?? '');
  const wide = tensors.filter(({ shape }) => shape === undefined || shape.length > 0);
  const isKept = wide.some(kind) || !tensors.some(kind);
  const counted = wide.length > 0 && isKept ? wide : tensors;
  if (counted.some(({ dtype }) => dtype === undefined)) return undefined;
  return counted.reduce<TensorValue | undefined>((a, b) => (!a || rank(b) > rank(a) ? b : a), undefined)
    ?.dtype;
}

/** Operators whose results have a type of their own. */
const typed: Readonly<Record<string, (args: Arguments) => DataType | undefined>> = {
  type_as: (args) => args.tensor('other')?.dtype,
  to: (args) => (args.has('other') ? args.tensor('other') : first(args))?.dtype,
  embedding: (args) => args.tensor('weight')?.dtype,
  where: (args) => promoted(args.all().filter((tensor) => tensor !== args.tensor('condition'))),
  arange: (args) => ([...args.given.values()].some(({ kind }) => kind === 'float') ? 'float' : 'int64'),
};

export function dtypeOf(args: Arguments, name: string): DataType | undefined {
  const stated = typeOfCode(args.int('dtype')) ?? entryOf(results, name);
  if (stated) return stated;
  if (table.comparisons.includes(name)) return 'bool';
  const own = entryOf(typed, name);
  if (own) return own(args);
  const tensors = args.all();
  if (tensors.length === 0) return table.made.includes(name) ? 'float' : undefined;
  const isJoint = table.broadcast.includes(name) || name === 'cat' || name === 'stack';
  const dtype = isJoint ? promoted(tensors) : first(args)?.dtype;
  return fractions.has(name) && dtype !== undefined && !floats.has(dtype) ? 'float' : dtype;
}
