import { entryOf } from '../../../outside/table';
import type { Node } from '../graph/model';
import inputs from './constantInputs.json';
import { canonicalDomain } from './table';

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

function inputsOf({ domain, operator }: Node): OperatorInputs | undefined {
  return entryOf(entryOf(domains, canonicalDomain(domain)), operator);
}

/** What a constant at an input is; undefined where the operator takes constants and results alike. */
export function constantRole(node: Node, input: number): ConstantRole | undefined {
  const known = inputsOf(node);
  if (!known) return undefined;
  const { every } = known;
  if (every && input >= every.from)
    return every.quantisation.includes((input - every.from) % every.period) ? 'quantisation' : undefined;
  return roles.find((role) => known[role]?.includes(input));
}

/** How many numbers a packed input holds; undefined where it holds as many as it has elements. */
export function packedElements(node: Node, input: number): PackedElements | undefined {
  return entryOf(inputsOf(node)?.elements, String(input));
}

/** The number that an input is filled with where the operator is to do without it; undefined where there is none. */
export function neutralNumber(node: Node, input: number): number | undefined {
  return entryOf(inputsOf(node)?.neutral, String(input));
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
