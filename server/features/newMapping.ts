import { formatterOf } from '../../l10n/format';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/server';
import { mostUnits, unitsAmong, type Among } from '../engine/mapping/partition/among';
import { partition, type Placement } from '../engine/mapping/partition/partition';
import { mappingFileOf } from '../engine/mapping/pinned/save';
import { splitMappingOf } from '../engine/mapping/pinned/shared';
import { splitLabel } from '../engine/mapping/parallel/splits';
import { howMany, type HowManyQuestion } from '../engine/howMany';
import type { Chip } from '../engine/chips/chip';
import { chipsOf } from '../engine/systems/chosen';
import { equalDevices, type EqualDevices } from '../engine/systems/equal';
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
  analysis: Analysis,
  { target, objective }: NewMappingParams,
  { systems, mappings }: { readonly systems: readonly System[]; readonly mappings: readonly string[] },
  language: Language,
  scheduler: Scheduler,
): Promise<NewMappingResult> {
  const { prepared, catalogue, choices, listing } = analysis;
  const system = systems.find(({ id }) => id === target);
  const equal = system && equalDevices(system, (one) => catalogue.byId(one));
  if (system && equal && equal.count > 1)
    return newSplit({ analysis, system, equal }, { mappings, language }, scheduler);
  const chip = catalogue.byId(target);
  const of: Among['of'] | undefined = system ? { system } : chip && { chip };
  const host = chosenHost(choices, catalogue);
  const { runtime, phase } = prepared.workload;
  const among = of && { of, host, runtime, format: listing.model.origin.format };
  const units = among && unitsAmong(among, (id) => catalogue.byId(id));
  if (!units || units.list.length > mostUnits || phase === 'training')
    return { id: '', text: null, said: message(language, 'newMapping.impossible', { target }) };
  const { placements } = await partition(prepared, units, objective, scheduler);
  const [first, best] = [placements[0]!, placements.at(-1)!];
  const file = mappingFileOf(prepared.inference, best.units, best.unitOfNode, system?.id ?? null);
  const id = idFor(listing, `${target}-${objective}`, mappings);
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

/** A name that no mapping has yet. */
function idFor({ uri }: Analysis['listing'], what: string, mappings: readonly string[]): string {
  const name = `${modelName(uri).replace(/\.[^.]*$/, '')}-${what}`;
  return freeId(name, 'mapping', (one) => mappings.includes(one));
}

/** More devices than that are not searched while somebody waits. */
const mostDevices = 64;

/** The best way for equal devices of a system to share a model, as a file. */
async function newSplit(
  {
    analysis: { prepared, catalogue, choices, listing },
    system,
    equal,
  }: { readonly analysis: Analysis; readonly system: System; readonly equal: EqualDevices },
  { mappings, language }: { readonly mappings: readonly string[]; readonly language: Language },
  scheduler: Scheduler,
): Promise<NewMappingResult> {
  const lookUp = (id: string): Chip | undefined => catalogue.byId(id);
  const own = chipsOf(system, lookUp).host;
  const question: HowManyQuestion = {
    ...{ ...equal, prepared, system, lookUp, objective: 'latency' },
    count: Math.min(equal.count, mostDevices),
    host: chosenHost(choices, catalogue) ?? (own === null ? undefined : lookUp(own)),
  };
  const { ranked } = await howMany(question, scheduler);
  const [best, second] = ranked;
  if (!best)
    return { id: '', text: null, said: message(language, 'newMapping.noSplit', { system: system.name }) };
  const format = formatterOf(language);
  const said = message(language, second ? 'newMapping.split' : 'newMapping.onlySplit', {
    system: system.name,
    split: splitLabel(best.split),
    best: format.seconds(best.seconds.value),
    ...(second && { other: splitLabel(second.split), second: format.seconds(second.seconds.value) }),
    ties: format.count(ranked.filter(({ isTied }) => isTied).length),
  });
  const text = `${JSON.stringify(splitMappingOf(system.id, best.split), null, 2)}\n`;
  return { id: idFor(listing, system.id, mappings), text, said };
}
