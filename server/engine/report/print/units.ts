import type { Fit } from '../../memory/fit';
import type { ReportChip, ReportKernel } from '../types';
import { column, type Section } from './section';
import { fitsText } from './texts';
import { known, type PrintName, type Words } from './words';

/** Where a mapping puts kernels: by unit how many, how long they take, and what lies there; none where the runtime put them. */
export function unitSections(chip: ReportChip, words: Words): Section[] {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  if (chip.units.every(({ memory }) => memory === null)) return [];
  const ofModel = chip.kernels.filter(({ bound }) => bound !== 'link');
  const links = chip.kernels.filter(({ bound }) => bound === 'link');
  const rows = chip.units.map(({ id, name, runtime, memory }) => {
    const own = ofModel.filter(({ placement }) => placement === id);
    return [
      id,
      name,
      runtime ?? text('none'),
      words.count(own.length),
      known(secondsOf(own), words.seconds, words),
      memory ? known(memory.highWaterBytes, words.bytes, words) : text('none'),
      memory ? known(memory.capacityBytes, words.bytes, words) : text('none'),
      memory ? fitText(memory, words) : text('none'),
    ];
  });
  const bytes = links.reduce(
    (sum, one) => sum + Object.values(one.bytes).reduce((all, part) => all + part, 0),
    0,
  );
  const note = words.text('print.unit.links', {
    count: words.count(links.length),
    bytes: words.bytes(bytes),
    seconds: known(secondsOf(links), words.seconds, words),
  });
  return [
    {
      title: words.text('print.section.units', { chip: chip.id }),
      columns: [
        column(text('unit')),
        column(text('chip')),
        column(text('runtime')),
        column(text('unit.kernels'), 'right'),
        column(text('time'), 'right'),
        column(text('memory'), 'right'),
        column(text('capacity'), 'right'),
        column(text('fits')),
      ],
      rows,
      note: [note, ...sharedNotes(chip, words)].join('. '),
    },
  ];
}

/** Units whose figures of memory are of one that they share. */
function sharedNotes({ units }: ReportChip, words: Words): string[] {
  const groups = new Set(
    units.flatMap(({ id, sharesWith }) =>
      sharesWith.length > 0 ? [[id, ...sharesWith].sort().join(', ')] : [],
    ),
  );
  return [...groups].map((ids) => words.text('print.unit.shared', { units: ids }));
}

/** Of all runs; null while one is unknown. */
function secondsOf(kernels: readonly ReportKernel[]): number | null {
  let sum = 0;
  for (const { seconds, repeat } of kernels) {
    if (!seconds || repeat === null) return null;
    sum += seconds.value * repeat;
  }
  return sum;
}

function fitText({ fits, streamedBytes }: Fit, words: Words): string {
  return fits === null ? words.text('print.unknown') : fitsText(fits, streamedBytes, words);
}
