import type { MemoryClasses } from '../../server/engine/mapping/parallel/chain';
import type { DeviceStage, Spread } from '../../server/engine/mapping/parallel/spread';
import type { SummaryChip } from '../../server/protocol';
import { show, text } from '../text';
import type { LanesData, Stretch } from './lanes';
import type { Paint } from './paint';
import type { TableData } from './table';
import { termed } from './terms';

/** What lies in the memory of a device, in the order in which it is told. */
const classes = [
  ['weights', 'charts-blue'],
  ['state', 'charts-orange'],
  ['activations', 'charts-green'],
  ['saved', 'charts-purple'],
  ['gradients', 'charts-red'],
  ['optimizer', 'charts-foreground'],
  ['master', 'foreground'],
] as const satisfies readonly (readonly [keyof MemoryClasses, Paint])[];

/** Micro-batches that follow each other are told apart by colour, and by their numbers. */
const paints: readonly Paint[] = ['charts-blue', 'charts-orange', 'charts-green', 'charts-purple'];

/** How devices share a model, in a sentence. */
export function spreadLine(spread: Spread): string {
  const { system, device, devices, label, seconds, perSecond, unit, microBatches, microBatch } = spread;
  return text('webview.spread.line', {
    ...{ system: system.name, chip: device.name, devices: show.count(devices), split: label },
    ...{ time: show.seconds(seconds.value), rate: show.count(Math.round(perSecond)) },
    unit: text(`webview.spread.${unit}`),
    ...{ runs: show.count(microBatches), batch: show.count(microBatch) },
  });
}

/** What a step is made of, on the slowest stage. */
export function partsData({ parts }: Spread): TableData {
  const names = ['compute', 'memory', 'link', 'bubble', 'overhead'] as const;
  return {
    caption: text('webview.spread.parts'),
    columns: names.map((name) => termed(`webview.spread.part.${name}`)),
    numeric: names.map((_, at) => at),
    rows: [{ cells: names.map((name) => show.seconds(parts[name])) }],
  };
}

/** Layers and memory of each stage's devices. */
export function devicesData({ stages, layers }: Spread, { memory }: Pick<SummaryChip, 'memory'>): TableData {
  const used = classes.filter(([name]) => stages.some((stage) => stage.memory[name] > 0));
  const share = ({ bytes }: DeviceStage): string =>
    memory.usableBytes ? show.percent(bytes / memory.usableBytes) : text('webview.unknown');
  return {
    caption: text('webview.spread.devices', { layers: show.count(layers) }),
    columns: [
      termed('webview.spread.device'),
      termed('webview.spread.layers'),
      termed('webview.spread.each'),
      ...used.map(([name]) => termed(`webview.spread.class.${name}`)),
      termed('webview.spread.all'),
      termed('webview.spread.share'),
    ],
    numeric: Array.from({ length: used.length + 3 }, (_, at) => at + 2),
    rows: stages.map((stage) => ({
      cells: [
        devicesText(stage),
        layersText(stage),
        show.seconds(stage.seconds),
        ...used.map(([name]) => show.bytes(stage.memory[name])),
        show.bytes(stage.bytes),
        share(stage),
      ],
    })),
  };
}

function devicesText({ devices: [first, last] }: DeviceStage): string {
  return first === last ? `${first}` : `${first}–${last}`;
}

function layersText({ layers, hasFirst, hasLast }: DeviceStage): string {
  const own = layers ? [layers[0] === layers[1] ? `${layers[0]}` : `${layers[0]}–${layers[1]}`] : [];
  const before = hasFirst ? [text('webview.spread.first')] : [];
  const behind = hasLast ? [text('webview.spread.last')] : [];
  return [...before, ...own, ...behind].join(' + ');
}

/** The memory of each stage's devices against what a model can have of one. */
export function memoryLanes({ stages }: Spread, { memory }: Pick<SummaryChip, 'memory'>): LanesData {
  const used = classes.filter(([name]) => stages.some((stage) => stage.memory[name] > 0));
  const most = stages.reduce((all, { bytes }) => Math.max(all, bytes), 0);
  const end = memory.usableBytes ?? most;
  return {
    id: 'memory-by-device',
    title: text('webview.spread.memoryTitle'),
    summary: text('webview.spread.memory', { most: show.bytes(most), end: show.bytes(memory.usableBytes) }),
    lanes: stages.slice(0, mostStages).map((stage) => {
      let from = 0;
      const stretches = used.map(([name, paint]): Stretch => {
        const bytes = stage.memory[name];
        const label = text(`webview.spread.class.${name}`);
        const tip = `${label} ${show.bytes(bytes)}`;
        const stretch = { from, to: from + bytes, paint, label: show.bytes(bytes), tip };
        from += bytes;
        return stretch;
      });
      return { label: text('webview.spread.lane', { devices: devicesText(stage) }), stretches };
    }),
    end,
    endLabel: show.bytes(end),
    legend: used.map(([name, paint]) => ({ label: text(`webview.spread.class.${name}`), paint })),
  };
}

/** Stages that are drawn. */
const mostStages = 64;

/** One step: which stage works on which micro-batch when. */
export function stepLanes({ stages, gantt, microBatches }: Spread): LanesData {
  const end = gantt.reduce((last, { to }) => Math.max(last, to), 0);
  return {
    id: 'step',
    title: text('webview.spread.stepTitle'),
    summary: text('webview.spread.step', {
      ...{ time: show.seconds(end), stages: show.count(stages.length), runs: show.count(microBatches) },
    }),
    lanes: stages.slice(0, mostStages).map((stage, at) => ({
      label: text('webview.spread.lane', { devices: devicesText(stage) }),
      stretches: gantt
        .filter((slot) => slot.stage === at)
        .map(({ from, to, microBatch }): Stretch => {
          const number = show.count(microBatch + 1);
          const time = `${show.seconds(from)} – ${show.seconds(to)}`;
          const tip = text('webview.spread.slot', { number, time });
          return { from, to, paint: paints[microBatch % paints.length]!, label: number, tip };
        }),
    })),
    end,
    endLabel: show.seconds(end),
    legend: [],
  };
}
