import { addTo, largest } from '../../lists';
import { evaluate, symbolsOf, type Bindings, type Dim } from '../../graph/dim';
import type { Graph, Shape } from '../../graph/model';
import { isInteger } from '../../operators/shared';
import type { Phase } from '../../workload';
import { collectSymbols, dataInputs } from '../bindings';
import table from './roles.json';

/** What a dimension measures. */
export type Role = keyof typeof table.roles;

/** What a symbol of the inputs measures, and whether its own name says so or only the places where it stands. */
export interface SizedSymbol {
  readonly name: string;
  readonly role: Role;
  readonly isNamed: boolean;
  /** It stands in the inputs as so many times itself: 32 for `32*h`, of which the product has the usual size. */
  readonly multiple: number;
}

interface RoleSizes {
  readonly size: number;
  readonly decode?: number;
  /** Sizes to try where the graph does not run with that one. */
  readonly tries: readonly number[];
  /** Multiples of it are tried before other sizes near the default. */
  readonly step?: number;
  /** Roles of one group are tried with one size. */
  readonly group?: string;
  /** The graph may say how large such a dimension is. */
  readonly isLearned?: boolean;
}

interface NamePattern {
  readonly role: Role;
  readonly pattern: RegExp;
  /** Means this only where the dimension leads an input, of so many axes at least. */
  readonly isLeading: boolean;
  readonly rank: number;
  /** Roles of places that say more than the name, where all its places are such. */
  readonly yields: readonly string[];
}

interface Place {
  readonly role: Role;
  /** Names of inputs. */
  readonly value: RegExp | null;
  readonly dtype: string | undefined;
  readonly rank: readonly number[];
  readonly axis: number | undefined;
  /** By axis: the numbers that stand there; any number where the list is empty. */
  readonly beside: readonly (readonly [axis: number, sizes: readonly number[]])[];
}

interface Row {
  readonly role: string;
  readonly pattern?: string;
  readonly isLeading?: boolean;
  readonly least?: number;
  readonly yields?: readonly string[];
  readonly value?: string;
  readonly dtype?: string;
  readonly rank?: readonly number[];
  readonly axis?: number;
  readonly beside?: Readonly<Record<string, readonly number[] | undefined>>;
}

const sizes: Readonly<Record<Role, RoleSizes>> = table.roles;

/** In the order in which they are tried: `past_sequence_length` is past-like although it also says "sequence". */
const names = (table.names as readonly Row[]).map(
  ({ role, pattern, isLeading, least, yields }): NamePattern => ({
    role: role as Role,
    pattern: new RegExp(pattern!, 'i'),
    isLeading: isLeading === true,
    rank: least ?? 1,
    yields: yields ?? [],
  }),
);

/** The first one that fits any place of a symbol says its role. */
const places = (table.places as readonly Row[]).map(({ role, value, dtype, rank, axis, beside }): Place => ({
  role: role as Role,
  value: value === undefined ? null : new RegExp(value, 'i'),
  dtype,
  rank: rank ?? [0, Infinity],
  axis,
  beside: Object.entries(beside ?? {}).map(([at, allowed]) => [Number(at), allowed ?? []]),
}));

/** A role whose numbers are sums of those of other roles, as its name says. */
export const sums = table.sums as readonly {
  readonly role: Role;
  readonly of: readonly Role[];
  /** Names may also mean a buffer that is longer. */
  readonly isCertain: boolean;
}[];

/** Longer names say nothing to people, and patterns over them would take long. */
const longestName = 200;

/** Names made from a value and an axis say what the value is, not what the axis measures. */
const nameOfValue = new RegExp(table.valueNames);

/** Roles by which a size can be given instead of by its name. */
export const roles = Object.keys(table.roles) as readonly Role[];

/** What a name says of a dimension; undefined where it says nothing. */
export function roleOf(name: string): Role | undefined {
  return patternOf(name, Infinity)?.role;
}

/** @param leads the axes of the largest input that the dimension leads, 0 where it leads none */
function patternOf(name: string, leads: number): NamePattern | undefined {
  if (name.length > longestName || nameOfValue.test(name)) return undefined;
  return names.find(({ isLeading, rank, pattern }) => (!isLeading || leads >= rank) && pattern.test(name));
}

/** The number that a dimension of the role has by default. */
export function defaultSize(role: Role, phase: Phase): number {
  const { size, decode } = sizes[role];
  return phase === 'decode' ? (decode ?? size) : size;
}

/** Sizes other than the default that dimensions of the role often have. */
export function usualSizes(role: Role): readonly number[] {
  return sizes[role].tries;
}

export function stepOf(role: Role): number {
  return sizes[role].step ?? 1;
}

/** Roles with the same answer are tried with one size. */
export function groupOf(role: Role): string {
  return sizes[role].group ?? role;
}

export function isLearned(role: Role): boolean {
  return sizes[role].isLearned === true;
}

/** Where a role stands in the order in which sizes are chosen; what follows from others comes last. */
export function rankOf(role: Role, phase: Phase): number {
  const order: readonly string[] = phase === 'decode' ? table.order.decode : table.order.inference;
  const at = order.indexOf(role);
  if (at >= 0) return at;
  return sums.some((sum) => sum.role === role) ? order.length + 1 : order.length;
}

/** A dimension of an input that is a symbol or a multiple of one. */
interface Occurrence {
  readonly multiple: number;
  readonly value: string;
  readonly dtype: string | undefined;
  readonly shape: Shape;
  readonly axis: number;
}

/**
 * The free symbols of the graph's inputs in order of appearance, with what they measure.
 * @param known numbers of some of them, which tell what stands beside
 */
export function sizedSymbols(graph: Graph, known: Bindings = {}): SizedSymbol[] {
  const all = new Set<string>();
  const occurrences = new Map<string, Occurrence[]>();
  for (const { name: value, type } of dataInputs(graph)) {
    collectSymbols(type, all);
    if (type?.kind !== 'tensor' || !type.shape) continue;
    const { shape, dtype } = type;
    const bound = shape.map((dim) => evaluate(dim, known));
    shape.forEach((dim, axis) => {
      const found = multipleOf(dim);
      if (found === undefined) return;
      const { name, multiple } = found;
      const place = { multiple, value, dtype: isInteger(dtype) ? 'integer' : 'float', shape: bound, axis };
      addTo(occurrences, name, place);
    });
  }
  return [...all].map((name) => sized(name, occurrences.get(name) ?? []));
}

function sized(name: string, occurrences: readonly Occurrence[]): SizedSymbol {
  const leads = occurrences.map(({ axis, shape }) => (axis === 0 ? shape.length : 0));
  const named = patternOf(name, occurrences.length === 0 ? Infinity : largest(leads));
  const multiple = occurrences[0]?.multiple ?? 1;
  const place = places.find((one) => occurrences.some((occurrence) => fits(one, occurrence)));
  const yielded = occurrences.map((one) => places.find((other) => fits(other, one))?.role ?? 'other');
  const isClear = yielded.length > 0 && yielded.every((role) => named?.yields.includes(role));
  if (named && !isClear) return { name, role: named.role, isNamed: true, multiple };
  return { name, role: place?.role ?? 'other', isNamed: false, multiple };
}

function fits(place: Place, { value, dtype, shape, axis }: Occurrence): boolean {
  const { length } = shape;
  const [least = 0, most = least] = place.rank;
  return (
    (place.axis === undefined || (place.axis < 0 ? place.axis + length : place.axis) === axis) &&
    length >= least &&
    length <= most &&
    (place.dtype === undefined || place.dtype === dtype) &&
    (place.value === null || (value.length <= longestName && place.value.test(value))) &&
    place.beside.every(([at, allowed]) => {
      const dim = shape[at];
      return typeof dim === 'number' && (allowed.length === 0 || allowed.includes(dim));
    })
  );
}

/** The name of a dimension that is one symbol. */
export function loneSymbol(dim: Dim): string | undefined {
  const found = multipleOf(dim);
  return found?.multiple === 1 ? found.name : undefined;
}

/** The symbol of a dimension that is a multiple of one. */
function multipleOf(dim: Dim): { readonly name: string; readonly multiple: number } | undefined {
  if (typeof dim === 'number') return undefined;
  const [name, ...others] = symbolsOf(dim);
  const [term, ...more] = dim.terms;
  const isLone = others.length === 0 && more.length === 0 && term!.coefficient >= 1;
  const [factor] = term!.factors;
  const isSymbol = term!.factors.length === 1 && factor!.power === 1 && factor!.atom.kind === 'symbol';
  return isLone && isSymbol && name !== undefined ? { name, multiple: term!.coefficient } : undefined;
}
