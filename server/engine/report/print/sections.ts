import { wholeTotal } from '../../cost/totals';
import type { Report, ReportChip } from '../types';
import type { TrainingBytes, TrainingMemory } from '../../memory/training/training';
import { column, type Section } from './section';
import { hostSections } from './host';
import { levelSections } from './levels';
import { measuredCells, measuredColumns, measuredSections } from './measured';
import { fitsText, memoryText, shapeOf, throughputText, totalText, valuesText, weightsText } from './texts';
import { sharedSections } from '../parallelSections';
import { unitSections } from './units';
import { known, rangeText, type PrintName, type Words } from './words';
import { appendAll } from '../../lists';

export { column, type Section } from './section';

/** Rows of the tables of nodes, operators and problems. */
const costliest = 10;
const mostOperators = 10;
const mostProblems = 20;

/** The whole report as tables, the most important first. */
export function sectionsOf(report: Report, words: Words): Section[] {
  const sections = [modelSection(report, words)];
  if (report.chips.length > 0) sections.push(chipSection(report, words), energySection(report, words));
  for (const chip of report.chips) {
    // Where nothing has a time the problems say why; tables without rows say nothing.
    const timed = chip.nodes.some(({ seconds }) => seconds !== null && seconds.value > 0);
    appendAll(sections, unitSections(chip, words));
    appendAll(sections, levelSections(chip, words));
    appendAll(sections, sharedSections(chip, words));
    if (timed) sections.push(nodeSection(report, chip, words));
    appendAll(sections, measuredSections(report, chip, words));
    if (timed) sections.push(operatorSection(report, chip, words));
    appendAll(sections, hostSections(report, chip, words));
  }
  if (report.problems.length > 0) sections.push(problemSection(report, words));
  return sections;
}

function modelSection(report: Report, words: Words): Section {
  const { model, workload, coverage } = report;
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const stored = (count: number): string =>
    model.isLowerBound
      ? (words.bounds(count, null, words.count) ?? words.text('print.unknown'))
      : words.count(count);
  const assumed = new Set(workload.assumed);
  const bindings = Object.entries(workload.bindings).map(([name, value]) => {
    const binding = `${name}=${value}`;
    return assumed.has(name) ? words.text('print.workload.assumed', { binding }) : binding;
  });
  for (const { name, value, isAssumed } of workload.values) {
    if (value === null) continue;
    const binding = `${name}=${String(value)}`;
    bindings.push(isAssumed ? words.text('print.workload.assumed', { binding }) : binding);
  }
  const { cacheType, flashAttention, gpuLayers = null } = workload;
  if (cacheType) bindings.push(words.text('print.workload.cacheType', { type: cacheType }));
  if (flashAttention === false) bindings.push(words.text('print.workload.scores'));
  if (gpuLayers !== null) bindings.push(words.text('print.workload.gpuLayers', { count: gpuLayers }));
  const rows = [
    [text('model.nodes'), words.count(model.nodeCount)],
    [text('model.parameters'), stored(model.parameters)],
    [text('model.quantisation'), stored(model.quantizationParameters)],
    [text('model.buffers'), stored(model.buffers)],
    [text('model.weights'), weightsText(model, words)],
    [text('model.operations'), totalText(model.operations, words.operations, words)],
    [text('model.producer'), model.producer || text('none')],
    [
      text('model.opsets'),
      model.opsets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', '),
    ],
    [text('model.inputs'), valuesText(model.inputs, words)],
    [text('model.outputs'), valuesText(model.outputs, words)],
    [
      text('workload'),
      words.text('print.workload.of', {
        phase: workload.phase,
        precision: workload.precision,
        bindings: bindings.join(', ') || text('none'),
      }),
    ],
    [
      text('model.coverage'),
      words.text('print.model.coverageOf', {
        nodes: known(coverage.nodes, words.percent, words),
        operations: known(coverage.operations, words.percent, words),
      }),
    ],
  ];
  return { title: model.path, columns: [column(text('what')), column(text('value'))], rows };
}

function chipSection(report: Report, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  return {
    title: text('section.chips'),
    columns: [
      column(text('chip')),
      column(text('runtime')),
      column(text('precision')),
      column(text('latency'), 'right'),
      column(text('range'), 'right'),
      column(text('basis')),
      column(text('throughput'), 'right'),
      column(text('transfer'), 'right'),
      column(text('energy'), 'right'),
      column(text('memory'), 'right'),
      column(text('capacity'), 'right'),
      column(text('fits')),
    ],
    rows: report.chips.map(({ id, runtime, precision, total, memory }) => [
      id,
      // Of several chips each has its own default.
      runtime === report.workload.runtime ? runtime : words.text('print.runtimeDefault', { runtime }),
      precision.compute,
      totalText(total.latencySeconds, words.seconds, words),
      rangeText(wholeTotal(total.latencySeconds), words.seconds, words),
      known(wholeTotal(total.latencySeconds), (estimate) => text(`basis.${estimate.basis}`), words),
      known(total.throughput, (throughput) => throughputText(throughput, words), words),
      // What a run costs besides its nodes: inputs and outputs over the link, and the runtime's start.
      known(total.io.seconds, (seconds) => words.seconds(seconds + (total.startSeconds ?? 0)), words),
      totalText(total.joules, words.joules, words),
      memoryText(memory, words),
      known(memory.capacityBytes, words.bytes, words),
      known(memory.fits, (fits) => fitsText(fits, memory.streamedBytes, words), words),
    ]),
    ...chipNote(report, words),
  };
}

/** Why the operations of a chip are fewer than the model's, how it is trained, and why it is unknown whether it fits. */
function chipNote(report: Report, words: Words): { readonly note?: string } {
  const notes: string[] = [];
  const fewer = report.chips.filter(({ total }) => (total.eliminatedOperations.value ?? 0) > 0);
  const list = fewer
    .map(({ id, total }) => `${id} ${totalText(total.eliminatedOperations, words.operations, words)}`)
    .join(', ');
  if (list !== '') notes.push(words.text('print.eliminated', { list }));
  const caches = report.chips
    .flatMap(({ id, memory }) => (memory.cache ? [`${id} ${words.text(`print.cache.${memory.cache}`)}`] : []))
    .join(', ');
  for (const { id, memory } of report.chips) {
    if (!memory.resident) continue;
    const { firstBytes, steadyBytes } = memory.resident;
    const args = { chip: id, first: words.bytes(firstBytes), steady: words.bytes(steadyBytes) };
    notes.push(words.text('print.resident', args));
  }
  if (caches !== '') notes.push(words.text('print.caches', { list: caches }));
  for (const { id, memory } of report.chips)
    if (memory.training) notes.push(trainingText(id, memory.training, words));
  if (report.chips.some(({ memory }) => memory.fitsUnknown === 'training'))
    notes.push(words.text('print.fitsUnknown.training'));
  if (report.chips.some(({ memory }) => memory.fitsUnknown === 'partial'))
    notes.push(words.text('print.fitsUnknown.partial'));
  return notes.length > 0 ? { note: notes.join('. ') } : {};
}

/** How a model is trained on a chip, and what takes how much where the most is taken. */
function trainingText(chip: string, training: TrainingMemory, words: Words): string {
  const { peak, trainedParameters, parameters } = training;
  const bytes = (part: keyof TrainingBytes): string => known(peak && peak[part], words.bytes, words);
  return words.text('print.training', {
    chip,
    how: training.label,
    weights: bytes('weights'),
    gradients: bytes('gradients'),
    optimizer: bytes('optimizer'),
    master: bytes('master'),
    saved: bytes('saved'),
    other: bytes('other'),
    trained: words.count(trainedParameters),
    parameters: words.count(parameters),
  });
}

/** Energy, performance per watt and per area, and carbon; of the chip alone. */
function energySection(report: Report, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const grid = report.carbonIntensity;
  const hasBattery = report.chips.some(({ efficiency }) => efficiency.requestsPerCharge !== undefined);
  return {
    title: text('section.energy'),
    columns: [
      column(text('chip')),
      column(text('energy'), 'right'),
      column(text('range'), 'right'),
      column(text('energyParts')),
      column(text('power'), 'right'),
      column(text('perWatt'), 'right'),
      column(text('samplesPerJoule'), 'right'),
      column(text('perArea'), 'right'),
      column(text('perThousand'), 'right'),
      column(text('carbon'), 'right'),
      ...(hasBattery ? [column(text('perCharge'), 'right')] : []),
    ],
    rows: report.chips.map(({ id, total, efficiency }) => [
      id,
      totalText(total.joules, words.joules, words),
      rangeText(wholeTotal(total.joules), words.joules, words),
      known(words.energy(total.joulesParts), (parts) => parts, words),
      known(efficiency.watts, words.watts, words),
      known(efficiency.operationsPerJoule, words.operationsPerJoule, words),
      known(efficiency.samplesPerJoule, words.decimal, words),
      known(
        efficiency.operationsPerSecondPerSquareMillimetre,
        words.operationsPerSecondPerSquareMillimetre,
        words,
      ),
      known(efficiency.wattHoursPerThousandRequests, (estimate) => words.wattHours(estimate.value), words),
      known(efficiency.gramsCo2PerThousandRequests, (estimate) => words.grams(estimate.value), words),
      ...(hasBattery
        ? [known(efficiency.requestsPerCharge, (estimate) => words.count(estimate.value), words)]
        : []),
    ]),
    note:
      grid === null ? text('carbon.unset') : words.text('print.carbon.of', { grams: words.decimal(grid) }),
  };
}

function nodeSection(report: Report, chip: ReportChip, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const whole = chip.total.latencySeconds?.value ?? null;
  const dear = chip.nodes
    .filter((node) => node.seconds !== null && node.seconds.value > 0)
    .sort((a, b) => b.seconds!.value - a.seconds!.value);
  return {
    title: words.text('print.section.nodes', { chip: chip.id }),
    columns: [
      column(text('time'), 'right'),
      column(text('range'), 'right'),
      ...measuredColumns(chip, words),
      column(text('share'), 'right'),
      column(text('bound')),
      ...(chip.units.length > 1 ? [column(text('unit'))] : []),
      column(text('operator')),
      column(text('shape')),
      column(text('name')),
      column(text('line'), 'right'),
    ],
    rows: dear.slice(0, costliest).map(({ index, seconds, bound, placement }) => {
      const node = report.nodes[index]!;
      return [
        words.seconds(seconds!.value),
        rangeText(seconds, words.seconds, words),
        ...measuredCells(report, chip, index, words),
        whole ? words.percent(seconds!.value / whole) : text('unknown'),
        text(`bound.${bound}`),
        ...(chip.units.length > 1 ? [placement ?? text('none')] : []),
        node.operator,
        shapeOf(node),
        node.name,
        node.line === null ? text('none') : String(node.line),
      ];
    }),
    ...sharesNote(chip, dear.length - costliest, words),
  };
}

/** How many rows are left out, and of what the shares are where not all of the time is known. */
function sharesNote({ total }: ReportChip, left: number, words: Words): { readonly note?: string } {
  const notes: string[] = [];
  if (left > 0) notes.push(words.text('print.more', { count: words.count(left) }));
  if (total.latencySeconds?.isLowerBound) notes.push(words.text('print.sharesOfKnown'));
  return notes.length > 0 ? { note: notes.join('. ') } : {};
}

/** Seconds and nodes by operator, the most expensive first. */
function operatorSection(report: Report, chip: ReportChip, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const whole = chip.total.latencySeconds?.value ?? null;
  const shares = new Map<string, { seconds: number; nodes: number }>();
  for (const { index, seconds } of chip.nodes) {
    const { operator } = report.nodes[index]!;
    const share = shares.get(operator) ?? { seconds: 0, nodes: 0 };
    shares.set(operator, { seconds: share.seconds + (seconds?.value ?? 0), nodes: share.nodes + 1 });
  }
  const sorted = [...shares]
    .filter(([, share]) => share.seconds > 0)
    .sort((a, b) => b[1].seconds - a[1].seconds);
  return {
    title: words.text('print.section.operators', { chip: chip.id }),
    columns: [
      column(text('operator')),
      column(text('time'), 'right'),
      column(text('share'), 'right'),
      column(text('count'), 'right'),
    ],
    rows: sorted
      .slice(0, mostOperators)
      .map(([operator, share]) => [
        operator,
        words.seconds(share.seconds),
        whole ? words.percent(share.seconds / whole) : text('unknown'),
        words.count(share.nodes),
      ]),
    ...sharesNote(chip, sorted.length - mostOperators, words),
  };
}

function problemSection(report: Report, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const shown = report.problems.slice(0, mostProblems);
  return {
    title: text('section.problems'),
    columns: [column(text('severity')), column(text('message')), column(text('node'), 'right')],
    rows: shown.map(({ severity, message, node, line, column: at }) => [
      text(`severity.${severity}`),
      line === undefined ? message : `${line}:${at}: ${message}`,
      node === null ? text('none') : String(node),
    ]),
    ...(report.problems.length > shown.length
      ? { note: words.text('print.more', { count: words.count(report.problems.length - shown.length) }) }
      : {}),
  };
}
