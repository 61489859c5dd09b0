import { addTo } from '../../lists';
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
  /** Means this only where the dimension leads an input. */
  readonly isLeading: boolean;
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
  readonly value?: string;
  readonly dtype?: string;
  readonly rank?: readonly number[];
  readonly axis?: number;
  readonly beside?: Readonly<Record<string, readonly number[] | undefined>>;
}

const sizes: Readonly<Record<Role, RoleSizes>> = table.roles;

/** In the order in which they are tried: `past_sequence_length` is past-like although it also says "sequence". */
const names = (table.names as readonly Row[]).map(({ role, pattern, isLeading }): NamePattern => ({
  role: role as Role,
  pattern: new RegExp(pattern!, 'i'),
  isLeading: isLeading === true,
}));

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
export function roleOf(name: string, isLeading = true): Role | undefined {
  if (name.length > longestName || nameOfValue.test(name)) return undefined;
  return names.find((one) => (isLeading || !one.isLeading) && one.pattern.test(name))?.role;
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

/** A dimension of an input that is a symbol and nothing else. */
interface Occurrence {
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
      const name = loneSymbol(dim);
      if (name === undefined) return;
      const place = { value, dtype: isInteger(dtype) ? 'integer' : 'float', shape: bound, axis };
      addTo(occurrences, name, place);
    });
  }
  return [...all].map((name) => sized(name, occurrences.get(name) ?? []));
}

function sized(name: string, occurrences: readonly Occurrence[]): SizedSymbol {
  const isLeading = occurrences.length === 0 || occurrences.some(({ axis }) => axis === 0);
  const role = roleOf(name, isLeading);
  if (role) return { name, role, isNamed: true };
  const place = places.find((one) => occurrences.some((occurrence) => fits(one, occurrence)));
  return { name, role: place?.role ?? 'other', isNamed: false };
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
  if (typeof dim === 'number') return undefined;
  const [name, ...others] = symbolsOf(dim);
  const [term, ...more] = dim.terms;
  const isLone = others.length === 0 && more.length === 0 && term!.coefficient === 1;
  const [factor] = term!.factors;
  return isLone && term!.factors.length === 1 && factor!.power === 1 && factor!.atom.kind === 'symbol'
    ? name
    : undefined;
}
