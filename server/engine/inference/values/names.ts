import { nearest } from '../../nearest';
import { problem, type Problem } from '../../problem';
import type { Values } from '../../workload';
import type { Inference } from '../types';

/** More names of a model are not held against a mistaken one. */
const mostCompared = 20_000;

/** Values of names that the model does not have: they are not used. */
export function unknownValues({ values, nodes }: Inference, given: Values): readonly Problem[] {
  const names = Object.keys(given);
  if (names.length === 0) return [];
  const own = new Set(values.map(({ name }) => name));
  for (const { node, operatorClass } of nodes) if (operatorClass === 'control') own.add(node.name);
  own.delete('');
  return names
    .filter((name) => !own.has(name))
    .map((name) => {
      const near = nearest(name, [...own].slice(0, mostCompared), 3);
      return near.length > 0
        ? problem('information', 'value.near', { name, near: near.join(', ') })
        : problem('information', 'value.unknown', { name });
    });
}
