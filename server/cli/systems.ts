import { csvText } from '../../outside/csv';
import type { Language } from '../../l10n/language';
import { column, type Section } from '../engine/report/print/section';
import { known, type PrintName, type Words } from '../engine/report/print/words';
import type { ChipLookUp } from '../engine/systems/load';
import { phasesOf, ratedWatts } from '../engine/systems/ratings';
import type { Reference } from '../engine/systems/references';
import { searchReferences, searchSystems } from '../engine/systems/search';
import type { System } from '../engine/systems/system';
import { reportWords } from '../reportWords';
import type { Arguments } from './arguments';
import { ChipChoice } from './chipChoice';
import type { Outcome } from './failure';
import { SystemChoice } from './systemChoice';
import { inFormat, tableFormats } from './tableFormats';

/**
 * `siliconlens systems [QUERY]`: the systems of the project and the catalogue, or those that a query finds, with what their
 * power is compared with.
 */
export async function listSystems(words: Arguments, language: Language): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const choice = await SystemChoice.here(language, await ChipChoice.here(language));
  const query = words.positionals.join(' ');
  const compared = searchReferences(query);
  const isCompared = compared.length > 0 && query.trim() !== '';
  const found = isCompared ? searchSystems(query, choice.all, choice.lookUp) : choice.found(query);
  const text = inFormat(
    format,
    [...found, ...compared.map((one) => ({ ...one, isTarget: false }))],
    () => sections(found, compared, choice, language),
    () => systemsCsv(found, compared),
  );
  return { text, failure: null, ...(choice.faults.length > 0 && { notes: choice.faults.join('\n') }) };
}

function sections(
  found: readonly System[],
  compared: readonly Reference[],
  { all, lookUp }: SystemChoice,
  language: Language,
): readonly Section[] {
  return [
    ...(found.length > 0 ? [systemSection(found, lookUp, language)] : []),
    ...(compared.length > 0 ? [referenceSection(compared, language)] : []),
    // Asked for by name, a reference is held against all systems.
    ...(found.length === 0 ? compared.map((one) => againstSection(one, all, lookUp, language)) : []),
  ];
}

function systemSection(systems: readonly System[], lookUp: ChipLookUp, language: Language): Section {
  const words = reportWords(language);
  const text = (key: PrintName): string => words.text(`print.${key}`);
  return {
    title: text('section.systems'),
    columns: [
      column(text('id')),
      column(text('system.name')),
      column(text('place')),
      column(text('system.devices')),
      column(text('system.pools')),
      column(text('system.links')),
      column(text('system.rated'), 'right'),
      column(text('phase')),
      column(text('system.purpose')),
      column(text('system.needs')),
    ],
    rows: systems.map((system) => [
      system.id,
      nameIn(language, system),
      system.place.join(', '),
      system.devices.map(({ chip, count }) => `${count} × ${chip}`).join(', '),
      poolsText(system, words),
      linksText(system, words),
      powerText(system, lookUp, words),
      phasesOf(system, lookUp).join(', '),
      (language === 'ko' ? (system.purposeKo ?? system.purpose) : system.purpose) ?? '',
      needsText(system, words),
    ]),
    note: text('system.perDirection'),
  };
}

function poolsText({ pools }: System, words: Words): string {
  return pools
    .map(({ kind, capacityBytes, bandwidthBytesPerSecond }) => {
      const size = known(capacityBytes?.value, words.bytes, words);
      return `${kind} ${size}, ${known(bandwidthBytesPerSecond?.value, words.bytesPerSecond, words)}`;
    })
    .join('; ');
}

function linksText({ links }: System, words: Words): string {
  return links
    .map(
      ({ kind, topology, bytesPerSecondPerDirection: rate }) =>
        `${kind} (${topology}) ${known(rate?.value, words.bytesPerSecond, words)}`,
    )
    .join('; ');
}

/** The rated power of all chips, and what the machine was said to draw. */
function powerText(system: System, lookUp: ChipLookUp, words: Words): string {
  const rated = known(ratedWatts(system, lookUp), words.watts, words);
  const stated = system.powerWatts?.value;
  return stated === undefined
    ? rated
    : words.text('print.system.stated', { rated, stated: words.watts(stated) });
}

function needsText({ needs = {} }: System, words: Words): string {
  const { streams, deadlineSeconds, watts, learning, offline, privateInput } = needs;
  const text = (key: PrintName): string => words.text(`print.${key}`);
  return [
    streams ? [`${words.count(streams.count)} × ${words.decimal(streams.perSecond.value)}/s`] : [],
    deadlineSeconds ? [`≤ ${words.seconds(deadlineSeconds.value)}`] : [],
    watts ? [`≤ ${words.watts(watts.value)}`] : [],
    learning ? [text('system.learning')] : [],
    offline ? [text('system.offline')] : [],
    privateInput ? [text('system.privateInput')] : [],
  ]
    .flat()
    .join(', ');
}

function referenceSection(compared: readonly Reference[], language: Language): Section {
  const words = reportWords(language);
  const text = (key: PrintName): string => words.text(`print.${key}`);
  return {
    title: text('section.references'),
    columns: [
      column(text('id')),
      column(text('system.name')),
      column(text('power'), 'right'),
      column(text('system.neurons'), 'right'),
      column(text('system.synapses'), 'right'),
    ],
    rows: compared.map((one) => [
      one.id,
      nameIn(language, one),
      words.watts(one.watts.value),
      words.count(one.neurons.value),
      words.count(one.synapses.value),
    ]),
    note: text('system.references'),
  };
}

/** Systems of which the rated power is known, by how many times that of the reference it is. */
function againstSection(
  reference: Reference,
  systems: readonly System[],
  lookUp: ChipLookUp,
  language: Language,
): Section {
  const words = reportWords(language);
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const rated = systems.flatMap((system) => {
    const watts = ratedWatts(system, lookUp);
    return watts === null ? [] : [{ system, watts }];
  });
  rated.sort((a, b) => a.watts - b.watts);
  return {
    title: words.text('print.section.against', { name: nameIn(language, reference) }),
    columns: [
      column(text('id')),
      column(text('system.rated'), 'right'),
      column(text('system.times'), 'right'),
    ],
    rows: rated.map(({ system, watts }) => [
      system.id,
      words.watts(watts),
      words.decimal(watts / reference.watts.value),
    ]),
    note: text('system.against'),
  };
}

function nameIn(
  language: Language,
  { name, nameKo = name }: { readonly name: string; readonly nameKo?: string },
): string {
  return language === 'ko' ? nameKo : name;
}

function systemsCsv(systems: readonly System[], compared: readonly Reference[]): string {
  const head = ['id', 'name', 'place', 'device', 'chip', 'count'];
  const rows = systems.flatMap(({ id, name, place, devices }) =>
    devices.map((device) => [id, name, place.join(' '), device.id, device.chip, device.count]),
  );
  const others = compared.map(({ id, name }) => [id, name, 'reference', null, null, null]);
  return csvText([head, ...rows, ...others]);
}
