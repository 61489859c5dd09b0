import { entryOf } from '../../../outside/table';
import type { Node } from '../graph/model';
import inputs from './constantInputs.json';
import { canonicalDomain } from './domain';
import { ruleOf } from './table';

/**
 * What a constant is to the operator that reads it: numbers that were trained, scales and zero points, or a table beside
 * them (running statistics, rotations by position), or lengths and factors of a shape.
 */
export type ConstantRole = 'weights' | 'quantisation' | 'buffers' | 'sizes';

/** An attribute by name, or a dimension of an input. */
type PackedFactor = string | { readonly input: number; readonly axis: number };

/** How many numbers a packed input holds, as its operator says. */
export type PackedElements =
  /** The product of attributes, by name, and dimensions of inputs. */
  | { readonly product: readonly PackedFactor[] }
  /** In a tensor of bytes, numbers of so many bits: those of the first attribute that is given, else `otherwise`. */
  | { readonly bits: readonly string[]; readonly otherwise: number }
  /** The product of what another input contains: a shape. */
  | { readonly shape: number }
  /** As many as another input. */
  | { readonly like: number };

interface OperatorInputs {
  readonly weights?: readonly number[];
  readonly quantisation?: readonly number[];
  readonly buffers?: readonly number[];
  readonly sizes?: readonly number[];
  /** From one input on they come in groups; the places in a group. */
  readonly every?: {
    readonly from: number;
    readonly period: number;
    readonly quantisation: readonly number[];
  };
  /** By input: the number that changes nothing. */
  readonly neutral?: Readonly<Record<string, number>>;
  /** By input. */
  readonly elements?: Readonly<Record<string, PackedElements>>;
}

type Domains = Readonly<Record<string, Readonly<Record<string, OperatorInputs>>>>;
const domains = inputs.domains as Domains;

const roles: readonly ConstantRole[] = ['weights', 'quantisation', 'buffers', 'sizes'];

/** What an operator takes constants for, and which of its inputs one is there; of other formats' operators by their counterparts. */
function inputOf(
  { domain, operator }: Node,
  input: number,
): { readonly known: OperatorInputs; readonly place: number } | undefined {
  const own = entryOf(entryOf(domains, canonicalDomain(domain)), operator);
  if (own) return { known: own, place: input };
  const counterpart = ruleOf(domain, operator)?.counterpart;
  const known = counterpart && entryOf(domains[''], counterpart.name);
  const place = counterpart?.input(input);
  return known && place !== undefined ? { known, place } : undefined;
}

/** What a constant at an input is; undefined where the operator takes constants and results alike. */
export function constantRole(node: Node, input: number): ConstantRole | undefined {
  const found = inputOf(node, input);
  if (!found) return undefined;
  const { known, place } = found;
  const { every } = known;
  if (every && place >= every.from)
    return every.quantisation.includes((place - every.from) % every.period) ? 'quantisation' : undefined;
  return roles.find((role) => known[role]?.includes(place));
}

/** How many numbers a packed input holds; undefined where it holds as many as it has elements. */
export function packedElements(node: Node, input: number): PackedElements | undefined {
  const found = inputOf(node, input);
  return found && entryOf(found.known.elements, String(found.place));
}

/** The number that an input is filled with where the operator is to do without it; undefined where there is none. */
export function neutralNumber(node: Node, input: number): number | undefined {
  const found = inputOf(node, input);
  return found && entryOf(found.known.neutral, String(found.place));
}

const angles: ReadonlySet<string> = new Set(inputs.angles.of);
const products: ReadonlySet<string> = new Set(inputs.angles.through);

/** Turns what it reads into a rotation. */
export function takesAngles({ operator }: Node): boolean {
  return angles.has(operator);
}

/** Multiplies what it reads, as frequencies and positions are to make an angle. */
export function multiplies({ operator }: Node): boolean {
  return products.has(operator);
}
