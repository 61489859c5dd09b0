import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { chipById } from '../engine/chips/catalogue';
import { modelMemory, mainMemory } from '../engine/chips/chip';
import { defaultRuntimeOf, drives } from '../engine/cost/runtimes';
import { cachePolicyIn } from '../engine/kernels/caches';
import { runtimeProfiles } from '../engine/kernels/profile';
import { aliasesOf } from '../engine/inference/bindingNames';
import { valueText } from '../engine/inference/values/parse';
import type { Catalogue } from '../engine/chips/catalogue';
import type { Chip } from '../engine/chips/chip';
import type { System } from '../engine/systems/system';
import { chipsOf } from '../engine/systems/chosen';
import { systems as shippedSystems } from '../engine/systems/load';
import { targetName } from '../engine/report/targetName';
import type { ChipChoice, ChoicesResult, DimensionChoice, SystemChoice, ValueChoice } from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { known } from './format';

/** What is in force for a model and what may be chosen. */
export function choices(
  analysis: Analysis,
  { systems, mappings }: { readonly systems: readonly System[]; readonly mappings: readonly string[] },
  key: string,
  language: Language,
): ChoicesResult {
  const { workload } = analysis.choices;
  const { phase, precision, runtime, cache = null, gpuLayers = null, flashAttention = null } = workload;
  const profiles = analysis.chips.map(({ profile }) => profile);
  return {
    key,
    chips: chipChoices(analysis.catalogue, language),
    systems: systemChoices(systems, analysis.catalogue, language),
    chosen: analysis.chips.map(({ chip }) => chip.id),
    dimensions: dimensionChoices(analysis),
    values: valueChoices(analysis),
    phase,
    precision,
    runtime,
    cache,
    offload: profiles.some(({ offload }) => offload) ? { layers: gpuLayers } : null,
    flashAttention: profiles.some((one) => one.flashAttention) ? { isOn: flashAttention } : null,
    mapping: analysis.mapping?.name ?? null,
    target: analysis.chips[0]?.spread ? targetName(analysis.chips[0]) : null,
    mappings,
    cacheInForce: analysis.chips.flatMap(({ chip, plan }) => {
      const inForce = cachePolicyIn(plan);
      return inForce ? [{ chip: chip.name, cache: inForce }] : [];
    }),
    ...runtimeChoices(analysis),
    profiles: analysis.profiles.map(({ chip, file }) => {
      const name = analysis.catalogue.byId(chip)?.name ?? chip;
      return { chip, name, file };
    }),
  };
}

/** The runtimes that drive a chosen chip, and the one in force whatever it drives. */
export function runtimeChoices({
  chips,
  choices: { workload },
  listing,
}: Analysis): Pick<ChoicesResult, 'runtimes' | 'defaultRuntimes'> {
  const offered = runtimeProfiles.map((profile) => {
    const refused = chips.filter(({ chip }) => !drives(profile, chip)).map(({ chip }) => chip.name);
    return { id: profile.id, name: profile.name, refused };
  });
  return {
    runtimes: offered.filter(({ id, refused }) => refused.length < chips.length || id === workload.runtime),
    defaultRuntimes: chips.map(({ chip }) => {
      const { name } = defaultRuntimeOf(chip, listing.model.origin.format);
      return { chip: chip.name, runtime: name };
    }),
  };
}

export function dimensionChoices(analysis: Analysis): DimensionChoice[] {
  const aliases = aliasesOf(analysis.listing.model.graph);
  return analysis.inference.symbols.map(({ name, value, origin }) => {
    const alias = aliases.get(name);
    return { name, value, origin, ...(alias !== undefined && { alias }) };
  });
}

/** Contents that were given, and those that decide shapes or branches. */
export function valueChoices({ inference }: Pick<Analysis, 'inference'>): ValueChoice[] {
  return inference.contents.map(({ name, numbers, isTruth, origin }) => {
    return { name, value: numbers && valueText(numbers, isTruth), origin, isContent: true };
  });
}

/** Every chip that can be chosen, the user's own first. */
export function chipChoices({ chips }: Catalogue, language: Language): ChipChoice[] {
  return chips.map((chip) => chipChoice(chip, language));
}

function chipChoice(chip: Chip, language: Language): ChipChoice {
  const { id, name, vendor, aliases } = chip;
  const own = chipById(id) !== chip;
  const className = message(language, `class.${chip.class}`);
  return { id, name, vendor, class: className, aliases, own, description: chipLine(chip, language) };
}

/** Every system that can be chosen, the user's own first; those of which no chip is known are left out. */
export function systemChoices(
  systems: readonly System[],
  catalogue: Catalogue,
  language: Language,
): SystemChoice[] {
  return systems.flatMap((system) => {
    const { id, name, nameKo = name, aliases, place, devices } = system;
    const { chips, host } = chipsOf(system, (chip) => catalogue.byId(chip));
    const shown = language === 'ko' ? nameKo : name;
    const others = [name, nameKo, ...aliases, ...place].filter((one) => one !== shown);
    const named = devices.map(({ chip, count }) => `${count} × ${catalogue.byId(chip)?.name ?? chip}`);
    const own = !shippedSystems.includes(system);
    const description = named.join(', ');
    return chips.length > 0
      ? [{ id, name: shown, aliases: [...new Set(others)], own, description, chips, host }]
      : [];
  });
}

/** Peak, bandwidth and capacity in one line. */
export function chipLine(chip: Chip, language: Language): string {
  const peaks = Object.entries(chip.peakOpsPerSecond).filter(([, figure]) => figure.value > 0);
  const best = peaks.sort(([, a], [, b]) => b.value - a.value)[0];
  const memory = modelMemory(chip);
  const bandwidth = (mainMemory(chip) ?? memory)?.bandwidthBytesPerSecond?.value;
  const capacity = memory?.capacityBytes?.value ?? memory?.marketedBytes?.value;
  const format = formatterOf(language);
  return [
    best ? `${format.operationsPerSecond(best[1].value)} ${best[0]}` : message(language, 'unknown'),
    known(bandwidth, format.bytesPerSecond, language),
    known(capacity, format.bytes, language),
  ].join(' · ');
}
