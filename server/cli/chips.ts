import { entryOf } from '../../outside/table';
import type { Language } from '../../l10n/language';
import { searchChips } from '../engine/chips/search';
import { modelMemory, precisions, type Chip, type Figure } from '../engine/chips/chip';
import { csvText } from '../../outside/csv';
import { visible } from '../../outside/hidden';
import { column, type Section } from '../engine/report/print/sections';
import { known, type PrintName, type Words } from '../engine/report/print/words';
import { reportWords } from '../reportWords';
import type { Arguments } from './arguments';
import { ChipChoice } from './chipChoice';
import { inFormat, tableFormats } from './tableFormats';

/** `siliconlens chips [QUERY]`: the catalogue, or what a query finds in it. */
export async function listChips(words: Arguments, language: Language): Promise<string> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const choice = await ChipChoice.here(language);
  const query = words.positionals.join(' ');
  const { found, related } = searchChips(query, choice.all);
  const isForReaders = format === 'table' || format === 'markdown';
  // A program that reads the answer would take a related chip for the one it asked for.
  if (found.length === 0 && !(isForReaders && related.length > 0)) throw choice.unknown(query);
  const text = reportWords(language);
  const sections = [
    ...(found.length > 0 ? [foundSection(found, text)] : []),
    ...(related.length > 0 ? [relatedSection(query, found.length > 0, related, text)] : []),
  ];
  return inFormat(
    format,
    found,
    () => sections,
    () => printChipsCsv(found),
  );
}

/** The rate that a chip is known by: of the common formats the widest of 16 bits, else what it has. */
function headlinePeak(chip: Chip): { precision: string; figure: Figure } | null {
  for (const rates of [chip.peakOpsPerSecond, chip.estimatedPeakOpsPerSecond, chip.otherPeakOpsPerSecond]) {
    const order = ['bf16', 'fp16', 'int8', ...precisions, ...Object.keys(rates ?? {})];
    for (const precision of order) {
      const figure = entryOf(rates, precision);
      if (figure) return { precision, figure };
    }
  }
  return null;
}

/** What stands for a peak: operations per second, or the own unit of chips that have no such rate. */
function peakCell(chip: Chip, words: Words): { text: string; figure: Figure } | null {
  const peak = headlinePeak(chip);
  if (peak) {
    const text = `${peak.precision} ${words.operationsPerSecond(peak.figure.value)}`;
    return { text, figure: peak.figure };
  }
  const neurons = chip.neuromorphic?.neurons;
  const figure = neurons ?? chip.quantum?.qubits;
  if (!figure) return null;
  const key = neurons ? 'print.neurons' : 'print.qubits';
  return { text: words.text(key, { count: words.count(figure.value) }), figure };
}

function foundSection(chips: readonly Chip[], words: Words): Section {
  return catalogueSection(words.text('print.section.catalogue'), chips, words);
}

/** Chips that are other models than was asked for: with its number as a part of theirs, or of its vendor or class. */
function relatedSection(query: string, areOthers: boolean, chips: readonly Chip[], words: Words): Section {
  const key = areOthers ? 'print.section.otherModels' : 'print.section.related';
  return catalogueSection(words.text(key, { query: visible(query) }), chips, words);
}

function catalogueSection(title: string, chips: readonly Chip[], words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  return {
    title,
    columns: [
      column(text('id')),
      column(text('class')),
      column(text('place')),
      column(text('phase')),
      column(text('peak'), 'right'),
      column(text('bandwidth'), 'right'),
      column(text('capacity'), 'right'),
      column(text('power'), 'right'),
      column(text('basis')),
    ],
    rows: chips.map((chip) => {
      const peak = peakCell(chip, words);
      const memory = modelMemory(chip);
      return [
        chip.id,
        chip.class,
        chip.place.join(', '),
        chip.phase.join(', '),
        known(peak?.text, (text) => text, words),
        known(memory?.bandwidthBytesPerSecond?.value, words.bytesPerSecond, words),
        known(memory?.capacityBytes?.value, words.bytes, words),
        known(chip.power.tdpWatts?.value, words.watts, words),
        known(peak, ({ figure }) => words.text(`print.figure.${figure.basis}`), words),
      ];
    }),
  };
}

function printChipsCsv(chips: readonly Chip[]): string {
  const head = [
    'id',
    'name',
    'vendor',
    'class',
    'place',
    'phase',
    'year',
    'status',
    'default_runtime',
    ...precisions.map((precision) => `peak_${precision}_ops_per_second`),
    'bandwidth_bytes_per_second',
    'capacity_bytes',
    'tdp_watts',
  ];
  const rows = chips.map((chip) => {
    const memory = modelMemory(chip);
    return [
      chip.id,
      chip.name,
      chip.vendor,
      chip.class,
      chip.place.join(' '),
      chip.phase.join(' '),
      chip.year?.value ?? null,
      chip.status,
      chip.defaultRuntime,
      ...precisions.map((precision) => chip.peakOpsPerSecond[precision]?.value ?? null),
      memory?.bandwidthBytesPerSecond?.value ?? null,
      memory?.capacityBytes?.value ?? null,
      chip.power.tdpWatts?.value ?? null,
    ];
  });
  return csvText([head, ...rows]);
}
