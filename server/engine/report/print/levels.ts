import type { LevelUse } from '../../memory/levels';
import type { ReportChip } from '../types';
import { column, type Section } from './section';
import { known, type PrintName, type Words } from './words';

/** What becomes of the model in each memory of a chip; no section where the chip states none. */
export function levelSections({ id, memory: { levels } }: ReportChip, words: Words): Section[] {
  if (levels.length === 0) return [];
  const text = (key: PrintName): string => words.text(`print.${key}`);
  return [
    {
      title: words.text('print.section.levels', { chip: id }),
      columns: [
        column(text('level')),
        column(text('level.verdict')),
        column(text('level.needed'), 'right'),
        column(text('capacity'), 'right'),
        column(text('level.traffic'), 'right'),
        column(text('level.achieved'), 'right'),
        column(text('level.peak'), 'right'),
      ],
      rows: levels.map((level) => [
        level.name,
        verdictText(level, words),
        known(level.neededBytes, words.bytes, words),
        known(level.capacityBytes, words.bytes, words),
        known(level.trafficBytes, words.bytes, words),
        known(level.bytesPerSecond, words.bytesPerSecond, words),
        known(level.peakBytesPerSecond, words.bytesPerSecond, words),
      ]),
    },
  ];
}

function verdictText(level: LevelUse, words: Words): string {
  const { verdict, neededBytes, capacityBytes } = level;
  const share = neededBytes !== null && capacityBytes ? neededBytes / capacityBytes : null;
  return known(
    verdict,
    (one) =>
      words.text(`print.level.${one}`, {
        streamed: known(level.streamedBytes, words.bytes, words),
        spilled: known(level.spilledBytes, words.bytes, words),
        times: known(share, words.decimal, words),
      }),
    words,
  );
}
