import { entryOf } from '../../../../outside/table';
import type { Bindings } from '../../graph/dim';
import { dataTypes, type DataType } from '../../graph/dataTypes';
import type { Graph, ValueType } from '../../graph/model';
import { isCounting } from '../../graph/tensors';
import { numericCount } from '../../operators/broadcast';
import type { Phase, Values, Workload } from '../../workload';
import { dataInputs } from '../bindings';
import { loneSymbol } from '../sizes/roles';
import table from './values.json';

/** More numbers are data and no setting of a model. */
const mostNumbers = 16;

interface Row {
  readonly name: RegExp;
  readonly type: string;
  readonly value: number;
  readonly decode: number | undefined;
  /** An input of more numbers, or of an open count, is something else. */
  readonly most: number;
}

type WrittenRow = Pick<Row, 'type' | 'value'> & Partial<Pick<Row, 'decode' | 'most'>> & { name: string };

const rowsOf = (written: readonly WrittenRow[]): readonly Row[] =>
  written.map(({ name, type, value, decode, most = Infinity }) => ({
    name: new RegExp(name, 'i'),
    type,
    value,
    decode,
    most,
  }));

const rows = rowsOf(table.inputs);
const sizeRows = rowsOf(table.sizes);

/** Longer names say nothing to people, and patterns over them would take long. */
const longestName = 200;

const isKind = new Map<string, (dtype: DataType) => boolean>([
  ['bool', (dtype) => dataTypes[dtype].kind === 'bool'],
  ['integer', (dtype) => isCounting(dtype) && dataTypes[dtype].kind !== 'bool'],
  ['number', (dtype) => dataTypes[dtype].kind !== 'bool' && dataTypes[dtype].kind !== 'string'],
]);

/** Whether a tensor is small enough for its content to be a setting: a scalar, or a list of a few numbers. */
export function isSetting(type: ValueType | undefined): boolean {
  if (type?.kind !== 'tensor' || !type.dtype || !type.shape || type.shape.length > 1) return false;
  const count = numericCount(type.shape);
  const { kind } = dataTypes[type.dtype];
  return kind !== 'string' && kind !== 'complex' && (count === undefined || count <= mostNumbers);
}

/** What inputs hold by their names until somebody gives other values. */
function defaultValues(graph: Graph, phase: Phase, table = rows): Values {
  const found = dataInputs(graph).flatMap(({ name, type }) => {
    if (name.length > longestName || type?.kind !== 'tensor' || !type.dtype || !isSetting(type)) return [];
    const { dtype } = type;
    const count = numericCount(type.shape) ?? Infinity;
    const row = table.find((one) => one.name.test(name) && isKind.get(one.type)!(dtype) && count <= one.most);
    if (!row) return [];
    return [[name, [phase === 'decode' ? (row.decode ?? row.value) : row.value]] as const];
  });
  return Object.fromEntries(found);
}

/** What a pass over a graph is told of contents. */
export interface KnownValues {
  /** By the user: of inputs, of other values, and of nodes which branch runs. */
  readonly given: Values;
  /** Of inputs, until the user gives others. */
  readonly defaults: Values;
  /** Of inputs without whose content sizes stay open. */
  readonly sizes: Values;
}

export function knownValues(graph: Graph, { values = {}, phase }: Workload): KnownValues {
  return { given: values, defaults: defaultValues(graph, phase), sizes: {} };
}

/** The same with sizes assumed of those inputs by their names; undefined where no name says which. */
export function withSizes(
  known: KnownValues,
  graph: Graph,
  phase: Phase,
  open: ReadonlySet<string>,
): KnownValues | undefined {
  const found = Object.entries(defaultValues(graph, phase, sizeRows)).filter(([name]) => open.has(name));
  if (found.length === 0) return undefined;
  const sizes = Object.fromEntries(found);
  return { ...known, defaults: { ...known.defaults, ...sizes }, sizes };
}

/** Lengths that lists give to the dimensions of their inputs. */
export function sizesOfValues(graph: Graph, values: Values): Bindings {
  const sizes = dataInputs(graph).flatMap(({ name, type }) => {
    const numbers = entryOf(values, name);
    const [dim, ...more] = type?.kind === 'tensor' ? (type.shape ?? []) : [];
    const symbol = dim !== undefined && more.length === 0 ? loneSymbol(dim) : undefined;
    return numbers && symbol !== undefined ? [[symbol, numbers.length] as const] : [];
  });
  return Object.fromEntries(sizes);
}

/** The numbers as content of a tensor of that type, one number filling it; undefined where their count does not fit. */
export function contentOf(
  type: ValueType | undefined,
  numbers: readonly number[],
): readonly number[] | undefined {
  if (type?.kind !== 'tensor') return undefined;
  const count = numericCount(type.shape);
  if (count === numbers.length || count === undefined) return numbers;
  return numbers.length === 1 && count <= mostNumbers
    ? new Array<number>(count).fill(numbers[0]!)
    : undefined;
}
