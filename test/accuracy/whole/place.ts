// Where figures without a score belong, so that what was left out stands beside each score.
import { chipById } from '../../../server/engine/chips/catalogue';
import { isScored, type Net, type Scored } from './estimate';
import { chipOf, familyOf, graphFor, settingOf, rules, type Excluded, type Names } from './interpret';
import { textOf } from './published';
import type { Placed } from './scores';

/** As far as chip, graph and quantity are known; texts of the table stand for what is not. */
export function placing(results: readonly (Scored | Excluded)[], names: Names): (one: Excluded) => Placed {
  const nets = new Map<string, Net>();
  for (const one of results) if (isScored(one)) nets.set(one.asked.graph.id, one.net);
  return ({ figure }) => {
    const id = chipOf(figure, names)?.chip;
    const chip = id === undefined ? undefined : chipById(id);
    const graph = graphFor(figure, names.models);
    const more = {
      class: chip?.class ?? '',
      net: nets.get(graph?.id ?? '') ?? '',
      quantity: settingOf(figure, rules.quantity) ?? '',
      phase: settingOf(figure, rules.phase) ?? '',
    };
    return {
      family: familyOf(figure, more),
      chipClass: chip?.class ?? 'not in the catalogue',
      chip: id ?? textOf(figure, 'chip'),
      model: graph?.id ?? textOf(figure, 'model'),
    };
  };
}
