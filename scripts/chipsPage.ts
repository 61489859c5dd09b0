import { chips } from '../server/engine/chips/catalogue';
import { chipClasses, mainMemory, type Chip, type ChipClass } from '../server/engine/chips/chip';
import interconnects from '../server/engine/chips/technologies/interconnects.json';
import technologies from '../server/engine/chips/technologies/memoryTechnologies.json';
import { appendAll } from '../server/engine/lists';
import { mark, si, table } from './pageParts';
import { chipFields } from './schemaFields';

const titles: Readonly<Record<ChipClass, string>> = {
  cpu: 'CPUs',
  gpu: 'GPUs',
  tpu: 'TPUs',
  npu: 'NPUs',
  ipu: 'IPUs',
  lpu: 'LPUs',
  asic: 'ASICs',
  fpga: 'FPGAs',
  wafer: 'Wafer-scale',
  neuromorphic: 'Neuromorphic',
  pim: 'In or near memory',
  mcu: 'Microcontrollers',
  quantum: 'Quantum',
};
function peaks(chip: Chip): string {
  const own = Object.entries(chip.peakOpsPerSecond);
  const rates =
    own.length > 0
      ? own
      : Object.entries({ ...chip.estimatedPeakOpsPerSecond, ...chip.otherPeakOpsPerSecond });
  const shown = rates.filter(([format]) => format !== 'fp64' && format !== 'tf32');
  return (
    shown.map(([format, figure]) => `${format} ${si(figure.value, '')}${mark(figure)}`).join(', ') || '–'
  );
}

function row(chip: Chip): string {
  const memory = mainMemory(chip) ?? chip.memory[0];
  const capacity = memory?.capacityBytes;
  const bandwidth = memory?.bandwidthBytesPerSecond;
  const watts = chip.power.tdpWatts;
  const cells = [
    `\`${chip.id}\``,
    chip.name,
    chip.place.join(', '),
    chip.phase.join(', '),
    peaks(chip),
    memory ? memory.name : '–',
    capacity ? si(capacity.value, 'B') + mark(capacity) : '–',
    bandwidth ? si(bandwidth.value, 'B/s') + mark(bandwidth) : '–',
    watts ? `${watts.value} W${mark(watts)}` : '–',
    chip.deployPrecision ?? '–',
    chip.defaultRuntime,
    chip.confidence,
  ];
  return `| ${cells.join(' | ')} |`;
}

const columns = [
  'id',
  'name',
  'place',
  'phase',
  'dense peak, ops/s',
  'memory',
  'capacity',
  'bandwidth',
  'power',
  'deployed in',
  'runtime',
  'confidence',
];

function statistics(): { read: number; all: number } {
  let read = 0;
  let all = 0;
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const record = value as Record<string, unknown>;
    if ('value' in record && 'basis' in record) {
      all++;
      if (record['basis'] === 'read') read++;
      return;
    }
    for (const [key, item] of Object.entries(record)) if (key !== 'sources') walk(item);
  };
  walk(chips);
  return { read, all };
}

const value = (entry: object, key: string): string => {
  const figure = (entry as Record<string, { value: number } | undefined>)[key];
  return figure === undefined ? '–' : String(figure.value);
};

/** The page of all chips; a test fails when the committed one is stale. */
export function chipsPage(): string {
  const { read, all } = statistics();
  const lines = [
    '# Chips',
    '',
    'Made from `server/engine/chips/catalogue/*.json` by `npm run chips:docs`: correct those files, not this page.',
    '',
    `${chips.length} chips with ${all} figures, of which ${read} were read in their source. A question mark means recalled`,
    'and still to be checked, *est.* a third party’s estimate; a dash means unknown or unpublished. One multiply-accumulate',
    'is 2 operations, peaks are dense, prefixes are decimal. Each file names the source of every figure.',
    '',
    'CPU peaks are ceilings at the highest all-core clock; the clock that always holds stands beside them in the file.',
    'Capacities are what the driver reports where that is known, else the marketed size.',
    '',
  ];
  for (const chipClass of chipClasses) {
    const members = chips.filter((chip) => chip.class === chipClass);
    appendAll(lines, [`## ${titles[chipClass]}`, '', ...table(columns, members.map(row))]);
  }
  appendAll(lines, [
    '## Memory technologies',
    '',
    ...table(
      ['id', 'bandwidth of one stack, device or channel, B/s', 'largest stack or device, B', 'J per bit'],
      technologies.map(
        (entry) =>
          `| \`${entry.id}\` | ${value(entry, 'bandwidthBytesPerSecond')} | ${value(entry, 'maxCapacityBytesPerStack')} | ${value(entry, 'energyJoulesPerBit')} |`,
      ),
    ),
    '## Interconnects',
    '',
    ...table(
      ['id', 'name', 'B/s per direction', 'links'],
      interconnects.map(
        (entry) =>
          `| \`${entry.id}\` | ${entry.name} | ${value(entry, 'bandwidthBytesPerSecond')} | ${value(entry, 'links')} |`,
      ),
    ),
    '## Adding a chip',
    '',
    'A chip of your own is a JSON file in `.siliconlens/chips/` of a workspace folder, with completion, hover and validation by',
    '`chip.schema.json`. **Siliconlens: New Chip…** writes one; it takes effect when it is saved. A mistake is told at its line,',
    'and the chip stays as it was before until the mistake is corrected. The setting `siliconlens.customChips` holds chips by id',
    'without a file. Both are read by the command line too (`--settings FILE`).',
    '',
    '`"extends": "nvidia-h100-sxm"` takes everything that the file does not give from that chip, another own chip included:',
    '',
    '```json',
    '{',
    '  "id": "my-h100",',
    '  "extends": "nvidia-h100-sxm",',
    '  "name": "H100 with half the memory bandwidth",',
    '  "memory": [{ "name": "HBM3", "bandwidthBytesPerSecond": 1.7e12 }]',
    '}',
    '```',
    '',
    'Plain numbers count as figures with basis `stated`. Memory levels are matched by name; a new name is a new level.',
    'A chip that extends a measured one runs at its measured shares of the peaks, but does not count as calibrated. An accelerator',
    'without an fp32 peak needs `deployPrecision`, the format that models are converted to; without it their times are unknown.',
    'Ids are unique: none of the catalogue and none of another file. Files that are links out of the folder are not read.',
    '',
    '### Fields',
    '',
    'Figures are plain values, or objects with `value`, `sources` (places in the list `sources`), `basis` (how it is known: `read`,',
    '`recalled`, `estimated`, `measured` or `stated`) and, where they help, `derivation` and `note`.',
    '',
    ...chipFields(),
    '',
    'To add a chip to the catalogue, put its file beside the others, run `npm run catalogues` and `npm run chips:docs`.',
    '',
  ]);
  return lines.join('\n');
}
