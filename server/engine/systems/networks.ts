import { entryOf } from '../../../outside/table';
import { checkSchema, isObject, type ChipProblem } from '../chips/schemaCheck';
import type { Figure } from '../chips/chip';
import { normalise } from '../chips/names';
import { figureOf, type Schema } from '../chips/schema';
import { argsWith, problem } from '../problem';
import schema from './network.schema.json';
import type { NetworkFacts } from './networkFacts';
import catalogue from './networks.json';

export type Network = NetworkFacts;

/** A network that was read. */
interface LoadedNetwork {
  /** Null when the text cannot become a network; the problems say why. */
  readonly network: Network | null;
  readonly problems: readonly ChipProblem[];
}

/** Holds a network against its schema. Bare numbers become figures that the user states. */
export function loadNetwork(json: unknown): LoadedNetwork {
  const form = checkSchema(json, schema);
  const isRead = isObject(json) && form.every(({ severity }) => severity !== 'error');
  const network = isRead ? (withFigures(json) as unknown as Network) : null;
  const problems = [...form, ...(network ? stillRates(network) : [])];
  const fails = problems.some(({ severity }) => severity === 'error');
  return { network: fails ? null : network, problems };
}

function withFigures(json: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields: Readonly<Record<string, Schema>> = schema.properties;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const field = entryOf(fields, name);
      if (typeof value !== 'number' || !field || !figureOf(field)) return [name, value];
      const figure: Figure = { value, sources: [], basis: 'stated' };
      return [name, figure];
    }),
  );
}

/** Nothing ever arrives at a rate of 0. */
function stillRates(network: Network): ChipProblem[] {
  const rates = ['upBytesPerSecond', 'downBytesPerSecond'] as const;
  return rates.flatMap((name) => {
    if (network[name] === undefined || network[name].value > 0) return [];
    const args = argsWith<'chip.schema-low', 'field'>({ field: name }, { value: 0, minimum: 1 });
    return [{ ...problem('error', 'chip.schema-low', args), path: [name], ofKey: false }];
  });
}

/** The networks of the catalogue. */
export const networks: readonly Network[] = catalogue.flatMap((json) => loadNetwork(json).network ?? []);

/** A network by its id, its name or another one, in English or Korean. */
export function networkNamed(name: string): Network | undefined {
  const wanted = normalise(name);
  return networks.find(({ id, name: own = id, nameKo = id, aliases = [] }) =>
    [id, own, nameKo, ...aliases].some((one) => normalise(one) === wanted),
  );
}
