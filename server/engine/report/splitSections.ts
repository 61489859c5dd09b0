import { column, type Section } from './print/section';
import { known, rangeText, type PrintName, type Words } from './print/words';
import type { CutRow, SplitReport } from './splitReport';

/** Cuts that the table shows beside the two ends, the best ones. */
const mostShown = 8;

/** The report as tables: places and networks, the cuts worth looking at, and which is the best at which rate. */
export function splitSections(report: SplitReport, words: Words): Section[] {
  return [
    placesSection(report, words),
    cutsSection(report, words),
    curveSection(report, words),
    requestsSection(report, words),
  ];
}

function placesSection(report: SplitReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const { device, edge, cloud, network, edgeNetwork } = report;
  const rate = (value: number): string => words.bitsPerSecond(value * 8);
  const places = [
    { tier: text('split.device'), place: device },
    ...(edge ? [{ tier: text('split.edge'), place: edge }] : []),
    { tier: text('split.cloud'), place: cloud },
  ];
  const networks = [network, ...(edgeNetwork ? [edgeNetwork] : [])].map((one) =>
    words.text('print.split.networkLine', {
      name: one.name,
      up: rate(one.upBytesPerSecond),
      down: rate(one.downBytesPerSecond),
      rtt: words.seconds(one.rttSeconds),
    }),
  );
  return {
    title: text('split.places'),
    columns: [
      column(text('split.tier')),
      column(text('split.target')),
      column(text('chip')),
      column(text('split.host')),
      column(text('runtime')),
      column(text('precision')),
    ],
    rows: places.map(({ tier, place }) => [
      tier,
      place.target,
      place.count > 1
        ? words.text('print.split.oneOf', { chip: place.chip, count: place.count })
        : place.chip,
      place.host ?? '',
      place.runtime,
      place.precision,
    ]),
    note: networks.join(' '),
  };
}

function cutsSection(report: SplitReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const hasEdge = report.edge !== null;
  const seconds = (part: CutRow['device']): string =>
    part ? known(part.seconds?.value, words.seconds, words) : '–';
  return {
    title: `${report.path}: ${words.text(`print.split.by.${report.objective}`)}`,
    columns: [
      column(text('split.cutAfter')),
      ...(hasEdge ? [column(text('split.edgeUntil'))] : []),
      column(text('split.device'), 'right'),
      column(text('split.sent'), 'right'),
      column(text('split.sentInt8'), 'right'),
      column(text('split.network'), 'right'),
      ...(hasEdge ? [column(text('split.edge'), 'right')] : []),
      column(text('split.cloud'), 'right'),
      column(text('split.total'), 'right'),
      column(text('range')),
      column(text('split.deviceJoules'), 'right'),
      column(text('split.allJoules'), 'right'),
      column(text('rank.notes')),
    ],
    rows: shownRows(report).map((i) => {
      const row = report.cuts[i]!;
      return [
        cutName(row, words),
        ...(hasEdge ? [row.edgeUntil?.name ?? '–'] : []),
        seconds(row.device),
        row.sends.length > 0 ? known(row.heldBytes, words.bytes, words) : '–',
        row.sends.length > 0 ? known(row.int8Bytes, words.bytes, words) : '–',
        row.sends.length === 0 ? '–' : known(networkSeconds(row), words.seconds, words),
        ...(hasEdge ? [seconds(row.edge)] : []),
        seconds(row.cloud),
        known(row.seconds?.value, words.seconds, words),
        rangeText(row.seconds, words.seconds, words),
        known(row.deviceJoules?.value, words.joules, words),
        known(row.joules, words.joules, words),
        notesOf(report, i, words),
      ];
    }),
    note: splitVerdict(report, words),
  };
}

/** The best cuts by value, and both ends of the chain, in the order of the chain. */
function shownRows({ cuts, objective }: SplitReport): number[] {
  const figure = ({ seconds, deviceJoules }: CutRow): number =>
    (objective === 'latency' ? seconds?.value : deviceJoules?.value) ?? Infinity;
  const byFigure = cuts
    .map((_, i) => i)
    .filter((i) => cuts[i]!.refusal === null)
    .sort((a, b) => figure(cuts[a]!) - figure(cuts[b]!));
  const shown = new Set([0, cuts.length - 1, ...byFigure.slice(0, mostShown)]);
  return [...shown].filter((i) => i >= 0).sort((a, b) => a - b);
}

/** Where a cut lies, in words. */
function cutName({ after, device, nodes }: CutRow, words: Words): string {
  if (nodes.edge + nodes.cloud === 0) return words.text('print.split.allOnDevice');
  return after && device ? after.name : words.text('print.split.nothingOnDevice');
}

function notesOf(report: SplitReport, i: number, words: Words): string {
  const { refusal, sends } = report.cuts[i]!;
  const notes: string[] = [];
  if (i === report.best) notes.push(words.text('print.split.best'));
  else if (report.tied.includes(i)) notes.push(words.text('print.split.tied'));
  if (refusal) notes.push(words.text(`print.split.refusal.${refusal}`));
  else if (sends.some(({ isRaw }) => isRaw)) notes.push(words.text('print.split.rawLeaves'));
  return notes.join('; ');
}

/** The answer in a few sentences. */
function splitVerdict(report: SplitReport, words: Words): string {
  const { best, cuts, tied } = report;
  const row = best === null ? undefined : cuts[best];
  if (!row) return words.text('print.split.none');
  const sentences = [answerOf(report, row, words)];
  const others = tied.filter((i) => i !== best);
  if (others.length > 0) {
    const names = others.slice(0, 3).map((i) => cutName(cuts[i]!, words));
    sentences.push(words.text('print.split.cannotTell', { count: others.length, names: names.join(', ') }));
  }
  const { deadlineSeconds, leastBytesPerSecond: least } = report;
  if (deadlineSeconds !== null && least !== null && least > 0) {
    const rate = words.bitsPerSecond(least * 8);
    sentences.push(words.text('print.split.leastRate', { deadline: words.seconds(deadlineSeconds), rate }));
  }
  sentences.push(words.text('print.split.basis'));
  return sentences.join(' ');
}

/** Where to cut, in a sentence. */
export function answerOf({ device, edge, cloud, objective }: SplitReport, row: CutRow, words: Words): string {
  const figure =
    objective === 'latency'
      ? known(row.seconds?.value, words.seconds, words)
      : known(row.deviceJoules?.value, words.joules, words);
  if (row.nodes.edge + row.nodes.cloud === 0)
    return words.text('print.split.answerDevice', { place: device.target, figure });
  const rest = [row.edge && edge ? edge.target : '', row.cloud ? cloud.target : ''].filter(
    (one) => one !== '',
  );
  const args = { rest: rest.join(', '), bytes: known(row.transfer?.upBytes, words.bytes, words), figure };
  if (!row.after || !row.device) return words.text('print.split.answerCloud', args);
  const names = row.sends.map(({ value }) => value);
  const values = names.length > 3 ? `${names.slice(0, 3).join(', ')}, …` : names.join(', ');
  return words.text('print.split.answerCut', { ...args, node: row.after.name, place: device.target, values });
}

function curveSection(report: SplitReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const rate = (value: number | null): string =>
    value === null ? '∞' : value === 0 ? '0' : words.bitsPerSecond(value * 8);
  return {
    title: text('split.curve'),
    columns: [
      column(text('split.from'), 'right'),
      column(text('split.to'), 'right'),
      column(text('split.toRange')),
      column(text('split.cutAfter')),
      column(text('split.sent'), 'right'),
    ],
    rows: report.curve.map(({ cut, fromBytesPerSecond, toBytesPerSecond, toRange }) => [
      rate(fromBytesPerSecond),
      rate(toBytesPerSecond),
      toRange ? `${rate(toRange.low)} – ${rate(toRange.high)}` : '',
      cutName(report.cuts[cut]!, words),
      known(report.cuts[cut]!.transfer?.upBytes ?? 0, words.bytes, words),
    ]),
    note: text('split.curveNote'),
  };
}

/** Energy, carbon and price of 1,000 requests: of the best cut and of both ends. */
function requestsSection(report: SplitReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const { cuts, best, rates } = report;
  const { deviceGrams, cloudGrams, batteryWattHours, pricePerHour, powerUsageEffectiveness } = rates;
  const shown = [...new Set([best ?? 0, 0, cuts.length - 1])].filter((i) => i >= 0).sort((a, b) => a - b);
  const hasBattery = batteryWattHours !== null;
  const hasPrice = pricePerHour !== null;
  const grids =
    deviceGrams === null || cloudGrams === null
      ? text('split.gridsUnset')
      : words.text('print.split.gridsOf', {
          device: words.decimal(deviceGrams),
          cloud: words.decimal(cloudGrams),
        });
  return {
    title: text('split.requests'),
    columns: [
      column(text('split.cutAfter')),
      column(text('split.deviceEnergy'), 'right'),
      column(text('split.cloudEnergy'), 'right'),
      column(text('carbon'), 'right'),
      ...(hasPrice ? [column(text('split.price'), 'right')] : []),
      ...(hasBattery ? [column(text('perCharge'), 'right')] : []),
    ],
    rows: shown.map((i) => {
      const { perThousand: per } = cuts[i]!;
      return [
        cutName(cuts[i]!, words),
        known(per.deviceWattHours, words.wattHours, words),
        known(per.farWattHours, words.wattHours, words),
        known(per.gramsCo2, words.grams, words),
        ...(hasPrice ? [known(per.price, words.decimal, words)] : []),
        ...(hasBattery ? [known(per.requestsPerCharge, words.count, words)] : []),
      ];
    }),
    note: words.text('print.split.requestsNote', { pue: words.decimal(powerUsageEffectiveness), grids }),
  };
}

const csvColumns = [
  'after',
  'edgeUntil',
  'nodesOnDevice',
  'nodesOnEdge',
  'nodesInCloud',
  'deviceSeconds',
  'heldBytes',
  'int8Bytes',
  'networkSeconds',
  'edgeSeconds',
  'cloudSeconds',
  'seconds',
  'secondsLow',
  'secondsHigh',
  'deviceJoules',
  'joules',
  'isBest',
  'isTied',
  'refusal',
] as const;

/** All cuts, the first row naming the columns; unknown cells are empty. */
export function splitRows(report: SplitReport): readonly (readonly (string | number | null)[])[] {
  return [
    csvColumns,
    ...report.cuts.map((row, i) => [
      row.after?.name ?? null,
      row.edgeUntil?.name ?? null,
      row.nodes.device,
      row.nodes.edge,
      row.nodes.cloud,
      secondsOf(row.device),
      row.heldBytes,
      row.int8Bytes,
      networkSeconds(row),
      secondsOf(row.edge),
      secondsOf(row.cloud),
      ...rangeCells(row.seconds),
      row.deviceJoules?.value ?? null,
      row.joules,
      String(i === report.best),
      String(report.tied.includes(i)),
      row.refusal,
    ]),
  ];
}

/** Of a part that is empty 0. */
function secondsOf(part: CutRow['device']): number | null {
  return part ? (part.seconds?.value ?? null) : 0;
}

function rangeCells(figure: CutRow['seconds']): readonly (number | null)[] {
  return figure ? [figure.value, figure.low, figure.high] : [null, null, null];
}

/** Of both networks; null while what crosses is unknown. */
function networkSeconds({ transfer, edgeTransfer, sends }: CutRow): number | null {
  if (!transfer) return sends.length > 0 ? null : 0;
  return transfer.seconds + (edgeTransfer?.seconds ?? 0);
}
