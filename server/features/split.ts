import { formatterOf } from '../../l10n/format';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/server';
import type { Catalogue } from '../engine/chips/catalogue';
import {
  cutPlaces,
  targetOfChip,
  targetOfSystem,
  type Target,
  type TierName,
} from '../engine/mapping/cut/targets';
import { modelFor } from '../engine/cost/classes/index';
import { bindingsInForce } from '../engine/report/build';
import { markdownOf } from '../engine/report/print/markdown';
import { splitReport } from '../engine/report/splitReport';
import { splitSections } from '../engine/report/splitSections';
import type { Scheduler } from '../engine/scheduler';
import { networkNamed, networks, type Network } from '../engine/systems/networks';
import type { System } from '../engine/systems/system';
import { whereToCut } from '../engine/whereToCut';
import type { SplitChoice, SplitChoices, SplitParams } from '../protocol';
import { reportWords } from '../reportWords';
import type { Analysis } from '../workspace/analysis';
import { usualRates } from '../workspace/rates';
import { chipChoices, systemChoices } from './choices';
import { keepSplit } from './cutLens';
import { modelName } from './names';

/** Where a model is best cut between a device and a cloud, as a page, and from now on over its line; in training why there is none. */
export async function splitPage(
  { prepared, inference, catalogue, choices, listing }: Analysis,
  { device, cloud, network }: SplitParams,
  systems: readonly System[],
  language: Language,
  scheduler: Scheduler,
): Promise<string> {
  if (prepared.workload.phase === 'training') return message(language, 'split.training');
  const targetOf = (id: string, tier: TierName): Target | undefined => {
    const system = systems.find((one) => one.id === id);
    const chip = catalogue.byId(id);
    if (system) return targetOfSystem(system, tier, (one) => catalogue.byId(one));
    return chip && targetOfChip(chip);
  };
  const places = { device: targetOf(device, 'device'), cloud: targetOf(cloud, 'cloud') };
  const link = networkNamed(network);
  // What was picked may be gone meanwhile.
  if (!places.device || !places.cloud || !link) return message(language, 'split.gone');
  const question = {
    device: places.device,
    edge: null,
    cloud: places.cloud,
    network: link,
    edgeNetwork: null,
    demand: { objective: 'latency', deadlineSeconds: null, keepsInput: false, offline: false },
    int8: false,
    inputBytes: null,
  } as const;
  const answer = await whereToCut(prepared, question, scheduler);
  const workload = { ...prepared.workload, bindings: bindingsInForce(prepared) };
  const rates = usualRates(choices, places.cloud);
  const asked = { path: modelName(listing.uri), workload, rates };
  const report = splitReport(prepared, asked, question, answer);
  keepSplit({ inference }, report);
  return markdownOf(splitSections(report, reportWords(language)));
}

/** What may stand at each place of a cut, systems before chips, and the networks between. */
export function splitChoices(
  catalogue: Catalogue,
  systems: readonly System[],
  language: Language,
): SplitChoices {
  const at = (tier: TierName): SplitChoice[] => {
    const isThere = ({ place }: { readonly place: readonly string[] }): boolean =>
      cutPlaces[tier].some((one) => place.includes(one));
    const chips = catalogue.chips.filter((chip) => isThere(chip) && modelFor(chip));
    return [
      ...systemChoices(systems.filter(isThere), catalogue, language),
      ...chipChoices({ ...catalogue, chips }, language),
    ].map(({ id, name, description }) => ({ id, name, description }));
  };
  return {
    devices: at('device'),
    clouds: at('cloud'),
    networks: networks.map((one) => networkChoice(one, language)),
  };
}

function networkChoice(
  { id, name = id, nameKo = name, upBytesPerSecond: up, rttSeconds }: Network,
  language: Language,
): SplitChoice {
  const format = formatterOf(language);
  const rate = up ? format.bitsPerSecond(up.value * 8) : message(language, 'unknown');
  const description = message(language, 'split.network', { rate, rtt: format.seconds(rttSeconds.value) });
  return { id, name: language === 'ko' ? nameKo : name, description };
}
