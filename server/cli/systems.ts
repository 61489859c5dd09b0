import { csvText } from '../../outside/csv';
import type { Language } from '../../l10n/language';
import { column, type Section } from '../engine/report/print/section';
import { known, type PrintName, type Words } from '../engine/report/print/words';
import type { System } from '../engine/systems/system';
import { reportWords } from '../reportWords';
import type { Arguments } from './arguments';
import { ChipChoice } from './chipChoice';
import type { Outcome } from './failure';
import { SystemChoice } from './systemChoice';
import { inFormat, tableFormats } from './tableFormats';

/** `siliconlens systems [QUERY]`: the systems of the project and the catalogue, or those that a query finds. */
export async function listSystems(words: Arguments, language: Language): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const choice = await SystemChoice.here(language, await ChipChoice.here(language));
  const found = choice.found(words.positionals.join(' '));
  const text = inFormat(
    format,
    found,
    () => [systemSection(found, language)],
    () => systemsCsv(found),
  );
  return { text, failure: null, ...(choice.faults.length > 0 && { notes: choice.faults.join('\n') }) };
}

function systemSection(systems: readonly System[], language: Language): Section {
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
    ],
    rows: systems.map((system) => [
      system.id,
      language === 'ko' ? (system.nameKo ?? system.name) : system.name,
      system.place.join(', '),
      system.devices.map(({ chip, count }) => `${count} × ${chip}`).join(', '),
      poolsText(system, words),
      linksText(system, words),
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

function systemsCsv(systems: readonly System[]): string {
  const head = ['id', 'name', 'place', 'device', 'chip', 'count'];
  const rows = systems.flatMap(({ id, name, place, devices }) =>
    devices.map((device) => [id, name, place.join(' '), device.id, device.chip, device.count]),
  );
  return csvText([head, ...rows]);
}
