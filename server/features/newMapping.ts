import { formatterOf } from '../../l10n/format';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/server';
import { mostUnits, unitsAmong, type Among } from '../engine/mapping/partition/among';
import { partition, type Placement } from '../engine/mapping/partition/partition';
import { mappingFileOf } from '../engine/mapping/pinned/save';
import { targetName } from '../engine/report/targetName';
import type { Scheduler } from '../engine/scheduler';
import type { System } from '../engine/systems/system';
import type { NewMappingParams, NewMappingResult } from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { chosenHost } from '../workspace/chosenChips';
import { modelName } from './names';
import { freeId } from './newChip';
import { known } from './format';

/** The best mapping of a model on the units of a system, or on a chip and its host, as a file. */
export async function newMapping(
  { prepared, catalogue, choices, listing }: Analysis,
  { target, objective }: NewMappingParams,
  { systems, mappings }: { readonly systems: readonly System[]; readonly mappings: readonly string[] },
  language: Language,
  scheduler: Scheduler,
): Promise<NewMappingResult> {
  const refused = (why: string): NewMappingResult => ({ id: '', text: null, said: why });
  const system = systems.find(({ id }) => id === target);
  const chip = catalogue.byId(target);
  const of: Among['of'] | undefined = system ? { system } : chip && { chip };
  const host = chosenHost(choices, catalogue);
  const { runtime, phase } = prepared.workload;
  const among = of && { of, host, runtime, format: listing.model.origin.format };
  const units = among && unitsAmong(among, (id) => catalogue.byId(id));
  if (!units || units.list.length > mostUnits || phase === 'training')
    return refused(message(language, 'newMapping.impossible', { target }));
  const { placements } = await partition(prepared, units, objective, scheduler);
  const [first, best] = [placements[0]!, placements.at(-1)!];
  const file = mappingFileOf(prepared.inference, best.units, best.unitOfNode, system?.id ?? null);
  const name = `${modelName(listing.uri).replace(/\.[^.]*$/, '')}-${target}-${objective}`;
  const id = freeId(name, 'mapping', (one) => mappings.includes(one));
  const figure = ({ figure: value }: Placement): string => {
    const format = formatterOf(language);
    return known(value, objective === 'latency' ? format.seconds : format.joules, language);
  };
  const said = message(language, `newMapping.${best.verdict ?? 'same'}`, {
    units: targetName(best.analysis),
    best: figure(best),
    runtime: figure(first),
  });
  return { id, text: `${JSON.stringify(file, null, 2)}\n`, said };
}
