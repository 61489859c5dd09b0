import { commandText } from '../../../outside/shell';
import { largest } from '../lists';
import type { DeviceStage, SplitSummary } from '../mapping/parallel/spread';
import { devicesOf } from '../mapping/parallel/splits';
import type { ParallelReport, SplitReport, TrainingRun } from './parallelReport';
import { column, type Section } from './print/section';
import { known, rangeText, type PrintName, type Words } from './print/words';
import type { ReportChip } from './types';

/** The best, three others, and splits that are out, as tables. */
const shownSplits = 4;
const shownRejected = 12;

/** How a model is spread, as tables. */
export function parallelSections(report: ParallelReport, words: Words): Section[] {
  const [best] = report.splits;
  const devices = words.text('print.section.parallelDevices', { layers: words.count(report.layers) });
  return [
    splitsSection(report, words),
    ...(best ? [partsSection(report, words), devicesSection(report, best, devices, words)] : []),
    ...(best && report.gantt.length > 0 ? [stepSection(report, best, words)] : []),
    ...(report.run ? [runSection(report.run, words)] : []),
    ...(report.launch.length > 0 ? [launchSection(report, words)] : []),
    ...(report.rejected.length > 0 ? [rejectedSection(report, words)] : []),
  ];
}

const textOf =
  (words: Words) =>
  (key: PrintName, args?: Readonly<Record<string, string | number>>): string =>
    words.text(`print.${key}`, args);

function splitsSection(report: ParallelReport, words: Words): Section {
  const text = textOf(words);
  const { device, system, splits, objective, unit } = report;
  const tied = splits.filter(({ isTied }) => isTied).length;
  const left = splits.length - shownSplits;
  const notes = [
    splits.length === 0 ? text('parallel.none') : text('parallel.tied', { count: words.count(tied) }),
    ...(left > 0 ? [text('more', { count: words.count(left) })] : []),
    ...(device.capacityBytes === null ? [text('parallel.unknownRoom')] : []),
  ];
  return {
    title: text('section.parallel', {
      count: words.count(device.count),
      name: device.name,
      system: system.name,
      objective: text(objective === 'latency' ? 'latency' : 'parallel.throughput'),
    }),
    columns: [
      column(text('parallel.split')),
      column(text('parallel.devices'), 'right'),
      column(text('parallel.micro'), 'right'),
      column(text('parallel.step'), 'right'),
      column(text('range'), 'right'),
      column(text('basis')),
      column(text(unit === 'tokens' ? 'parallel.tokens' : 'parallel.samples'), 'right'),
      column(text('parallel.each'), 'right'),
      column(text('capacity'), 'right'),
      column(text('parallel.verdict')),
    ],
    rows: splits
      .slice(0, shownSplits)
      .map((one, at) => [
        one.label,
        words.count(one.devices),
        `${words.count(one.microBatches)} × ${words.count(one.microBatch)}`,
        words.seconds(one.seconds.value),
        rangeText(one.seconds, words.seconds, words),
        text(`basis.${one.seconds.basis}`),
        words.count(Math.round(one.perSecond)),
        words.bytes(largest(one.stages.map(({ bytes }) => bytes)) + (device.reserveBytes ?? 0)),
        known(device.capacityBytes, words.bytes, words),
        text(at === 0 ? 'parallel.best' : one.isTied ? 'parallel.isTied' : 'parallel.worse'),
      ]),
    note: notes.join('. '),
  };
}

const parts = ['compute', 'memory', 'link', 'bubble', 'overhead'] as const;

/** What the step of each is made of, which is why one is before the other. */
function partsSection({ splits }: ParallelReport, words: Words): Section {
  const text = textOf(words);
  return {
    title: text('section.parallelParts'),
    columns: [
      column(text('parallel.split')),
      ...parts.map((part) => column(text(`parallel.part.${part}`), 'right')),
      column(text('parallel.why')),
    ],
    rows: splits
      .slice(0, shownSplits)
      .map((one, at) => [
        one.label,
        ...parts.map((part) => words.seconds(one.parts[part])),
        at === 0 ? '' : differenceText(one, splits[0]!, words),
      ]),
  };
}

/** The part in which a split loses most against the best, and the one in which it gains most. */
function differenceText(one: SplitReport, best: SplitReport, words: Words): string {
  const differences = parts
    .map((part) => ({ part, by: one.parts[part] - best.parts[part] }))
    .filter(({ by }) => Math.abs(by) >= tellingShare * best.seconds.value)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
  const text = textOf(words);
  return differences
    .slice(0, 2)
    .map(
      ({ part, by }) =>
        `${text(`parallel.part.${part}`)} ${by > 0 ? '+' : '−'}${words.seconds(Math.abs(by))}`,
    )
    .join(', ');
}

const tellingShare = 0.001;

const classes = ['weights', 'state', 'activations', 'saved', 'gradients', 'optimizer', 'master'] as const;

/** Devices that share a model as an analysis was asked for, as tables; none where a chip has all of it. */
export function sharedSections({ id, spread, memory }: ReportChip, words: Words): Section[] {
  if (!spread) return [];
  const { system, devices, label, layers, perSecond, unit } = spread;
  const title = words.text('print.section.sharedDevices', {
    ...{ chip: id, system: system.name, devices: words.count(devices), split: label },
    ...{ layers: words.count(layers), rate: words.count(Math.round(perSecond)) },
    unit: words.text(`print.parallel.${unit}`),
  });
  return [devicesSection({ device: memory }, spread, title, words), stepSection(spread, spread, words)];
}

function devicesSection(
  { device }: { readonly device: Pick<ParallelReport['device'], 'capacityBytes' | 'reserveBytes'> },
  { stages, split }: SplitSummary,
  title: string,
  words: Words,
): Section {
  const text = textOf(words);
  const used = classes.filter((one) => stages.some(({ memory }) => memory[one] > 0));
  const cells = ({ memory }: DeviceStage): string[] => used.map((one) => words.bytes(memory[one]));
  const copies = split.dp > 1 ? text('parallel.copies', { count: words.count(split.dp) }) : '';
  return {
    title,
    columns: [
      column(text('parallel.devices')),
      column(text('parallel.layers')),
      column(text('parallel.stageTime'), 'right'),
      ...used.map((one) => column(text(`parallel.class.${one}`), 'right')),
      column(text('parallel.reserve'), 'right'),
      column(text('parallel.all'), 'right'),
      column(text('capacity'), 'right'),
      column(text('parallel.filled'), 'right'),
    ],
    rows: stages.map((stage) => {
      const all = stage.bytes + (device.reserveBytes ?? 0);
      return [
        stage.devices[0] === stage.devices[1] ? `${stage.devices[0]}` : stage.devices.join('–'),
        layersText(stage, words),
        words.seconds(stage.seconds),
        ...cells(stage),
        known(device.reserveBytes, words.bytes, words),
        words.bytes(all),
        known(device.capacityBytes, words.bytes, words),
        known(device.capacityBytes, (capacity) => filledText(all / capacity, words), words),
      ];
    }),
    ...(copies !== '' && { note: copies }),
  };
}

/** From nine tenths on it is tight. */
const tight = 0.9;

function filledText(share: number, words: Words): string {
  const percent = words.percent(share);
  return share > tight ? `${percent} (${words.text('print.parallel.tight')})` : percent;
}

function layersText({ layers, hasFirst, hasLast }: DeviceStage, words: Words): string {
  const text = textOf(words);
  const own = layers === null ? [] : [layers[0] === layers[1] ? `${layers[0]}` : layers.join('–')];
  return [
    ...(hasFirst ? [text('parallel.first')] : []),
    ...own,
    ...(hasLast ? [text('parallel.last')] : []),
  ].join(' + ');
}

/** Columns of the chart of a step. */
const chartWidth = 64;

/** One step as a chart in letters: a row for each stage, micro-batches as the last digit of their number, dots where it waits. */
function stepSection(
  { gantt }: Pick<ParallelReport, 'gantt'>,
  { microBatches }: SplitSummary,
  words: Words,
): Section {
  const text = textOf(words);
  const end = largest(gantt.map(({ to }) => to));
  const stages = 1 + largest(gantt.map(({ stage }) => stage));
  const rows = Array.from({ length: stages }, () => Array<string>(chartWidth).fill('·'));
  for (const { stage, microBatch, from, to } of gantt) {
    const [first, last] = [from, to].map((time) => Math.round((time / end) * chartWidth));
    for (let at = first!; at < last!; at++) rows[stage]![at] = String((microBatch + 1) % 10);
  }
  return {
    title: text('section.parallelStep', { time: words.seconds(end) }),
    columns: [column(text('parallel.stage'), 'right'), column(text('parallel.chart'))],
    rows: rows.map((row, at) => [String(at + 1), row.join('')]),
    note: text('parallel.chartNote', { count: words.count(microBatches) }),
  };
}

const secondsPerDay = 86_400;
const joulesPerWattHour = 3600;

/** A training run of many steps of the best. */
function runSection({ tokens, seconds, joulesAtMost }: TrainingRun, words: Words): Section {
  const text = textOf(words);
  const rounded = (value: number): string => words.decimal(Number(value.toPrecision(3)));
  return {
    title: text('section.parallelRun', { tokens: words.count(tokens) }),
    columns: [column(text('parallel.days'), 'right'), column(text('parallel.energy'), 'right')],
    rows: [
      [
        rounded(seconds / secondsPerDay),
        known(joulesAtMost, (joules) => words.wattHours(joules / joulesPerWattHour), words),
      ],
    ],
    note: text('parallel.runNote'),
  };
}

function launchSection({ launch }: ParallelReport, words: Words): Section {
  return {
    title: words.text('print.section.parallelLaunch'),
    columns: [column(words.text('print.parallel.command'))],
    rows: launch.flatMap(({ commands }) =>
      commands.map((command) => [commandText('posix', { words: command })]),
    ),
  };
}

function rejectedSection({ rejected }: ParallelReport, words: Words): Section {
  const text = textOf(words);
  const left = rejected.length - shownRejected;
  return {
    title: text('section.parallelRejected'),
    columns: [
      column(text('parallel.split')),
      column(text('parallel.devices'), 'right'),
      column(text('parallel.limit')),
    ],
    rows: rejected
      .slice(0, shownRejected)
      .map(({ label, split, limit }) => [label, words.count(devicesOf(split)), limitText(limit, words)]),
    ...(left > 0 && { note: text('more', { count: words.count(left) }) }),
  };
}

function limitText(limit: ParallelReport['rejected'][number]['limit'], words: Words): string {
  const text = textOf(words);
  if (limit.kind === 'problem') return words.problem(limit.problem);
  if (limit.kind === 'unknown') return text('parallel.unknown');
  if (limit.kind === 'shard') return text(`parallel.shard.${limit.refusal.reason}`);
  const { by, bytes, usable } = limit;
  const what = text(`parallel.class.${by}`);
  const times = words.decimal(bytes / usable);
  return text('parallel.tooLarge', { what, bytes: words.bytes(bytes), room: words.bytes(usable), times });
}
