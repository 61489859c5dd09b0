import type { Bindings } from '../graph/dim';
import type { Graph } from '../graph/model';
import { nearest } from '../nearest';
import { problem } from '../problem';
import type { Problem } from '../problem';
import { cleanType, collectSymbols, inputNames } from './bindings';
import { roles, sizedSymbols } from './sizes/roles';
import type { Inference } from './types';

/** More names of a model than these help nobody. */
const mostNames = 12;
const mostCompared = 20_000;

/** Bindings in the model's own names, and what was wrong with those that were given. */
export interface ResolvedBindings {
  readonly bindings: Bindings;
  readonly problems: readonly Problem[];
}

/**
 * Puts the model's own names in the place of roles such as `batch`. Whether all other names are the model's is known only after
 * inference: {@link unknownBindings} says.
 * @param layers bindings in ascending order of their rank; two numbers for one symbol in a layer contradict each other
 */
export function resolveBindings(graph: Graph, layers: readonly Bindings[]): ResolvedBindings {
  const problems: Problem[] = [];
  const bindings = new Map<string, number>();
  const symbols = aliasedSymbols(graph);
  for (const layer of layers) {
    const own = new Map<string, { readonly given: string; readonly value: number }>();
    for (const [given, value] of Object.entries(layer)) {
      // A role that no input has may be the name of something else: unknownBindings says.
      const targets = symbols.get(given) ?? [];
      for (const name of targets.length > 0 ? targets : [given]) {
        const other = own.get(name);
        if (other && other.value !== value) {
          const args = { first: `${other.given}=${other.value}`, second: `${given}=${value}`, name };
          problems.push(problem('warning', 'binding.contradiction', args));
        }
        // Of two the model's own name is the more literal one.
        if (!other || given === name) own.set(name, { given, value });
      }
    }
    for (const [name, { value }] of own) bindings.set(name, value);
  }
  return { bindings: Object.fromEntries(bindings), problems };
}

/** The input symbols of each role; a role that inputs or outputs have as a name of their own stands for that alone. */
function aliasedSymbols(graph: Graph): ReadonlyMap<string, readonly string[]> {
  const inputs = inputNames(graph);
  const names = new Set(inputs);
  for (const { name, type } of graph.outputs) collectSymbols(cleanType(type, name), names);
  const symbols = sizedSymbols(graph);
  const free = roles.filter((role) => role !== 'other' && !names.has(role));
  const named = (role: string) => symbols.filter((one) => one.role === role).map(({ name }) => name);
  return new Map(free.map((role) => [role, named(role)]));
}

/** Roles by the symbol that alone they stand for. */
export function aliasesOf(graph: Graph): ReadonlyMap<string, string> {
  const single = [...aliasedSymbols(graph)].filter(([, found]) => found.length === 1);
  return new Map(single.map(([alias, [name]]) => [name!, alias]));
}

/** Bindings of names that the model does not have: their numbers are not used. */
export function unknownBindings({ names, symbols }: Inference, bindings: Bindings): readonly Problem[] {
  const given = Object.keys(bindings).filter((name) => !names.has(name));
  if (given.length === 0) return [];
  const loops = [...names].filter((name) => name.startsWith('loop:'));
  const own = [...symbols.map(({ name }) => name), ...loops];
  return given.map((name) => unknown(name, own));
}

/** Calm where settings say it: one pattern may stand for many models. */
function unknown(name: string, names: readonly string[]): Problem {
  if (names.length === 0) return problem('information', 'binding.no-names', { name });
  const near = nearest(name, names.slice(0, mostCompared), 3);
  if (near.length === 0) return problem('information', 'binding.unknown', { name, names: listed(names) });
  return problem('information', 'binding.near', { name, near: listed(near), names: listed(names) });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostNames);
  return names.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ');
}

/** The open sizes of a model that a role (`batch`, `sequence`) stands for, with their numbers. */
export function symbolsOfRole(
  graph: Graph,
  { symbols }: Pick<Inference, 'symbols'>,
  role: string,
): Inference['symbols'] {
  const { bindings } = resolveBindings(graph, [{ [role]: 1 }]);
  return symbols.filter(({ name }) => Object.hasOwn(bindings, name));
}
