import type { CsvCell } from '../../../outside/csv';
import { isTailWithin, isWithin, type Service } from '../mapping/serve/serve';
import type { Workload } from '../workload';
import { column, type Section } from './print/section';
import { known, type PrintName, type Words } from './print/words';

/** A language model as a service. SI units; unknown is null. */
export interface ServingReport {
  readonly schemaVersion: 1;
  readonly path: string;
  readonly workload: Workload;
  /** Id of the system; null for a chip. */
  readonly system: string | null;
  readonly chip: string;
  /** Of all replicas. */
  readonly devices: number;
  /** Of the service that is shown the first, then the others that there are devices for; none for a chip. */
  readonly splits: readonly ServingSplit[];
  readonly service: Service;
}

/** Replicas of so many devices each, which divide matrices among them. */
interface ServingSplit {
  readonly tp: number;
  readonly replicas: number;
  readonly saturated: Service['steady']['saturated'];
  readonly ttft: number | null;
  readonly tpot: number | null;
  readonly within: boolean;
  /** The same of 99 % of simulated requests; null where none were simulated. */
  readonly tailWithin: boolean | null;
  readonly largestBatch: number;
  readonly mostPerSecond: number | null;
  /** At the best point within the limits, of one device. */
  readonly bestTokensPerSecondPerDevice: number | null;
}

function splitOf({ tp, service }: { readonly tp: number; readonly service: Service }): ServingSplit {
  const { steady, traffic, policy, room, best, mostPerSecond } = service;
  return {
    ...{ tp, replicas: policy.replicas, saturated: steady.saturated, ttft: steady.ttft, tpot: steady.tpot },
    ...{ within: isWithin(steady, traffic), tailWithin: isTailWithin(service) },
    ...{ largestBatch: room.wholeBatch, mostPerSecond },
    bestTokensPerSecondPerDevice: best?.tokensPerSecondPerDevice ?? null,
  };
}

/** @param services the one to show, and of a system the others by the devices of a replica */
export function servingReport(
  services: readonly [
    { readonly tp: number; readonly service: Service },
    ...{ readonly tp: number; readonly service: Service }[],
  ],
  asked: Pick<ServingReport, 'path' | 'workload' | 'system' | 'chip'>,
): ServingReport {
  const [{ service }] = services;
  // Infinity is no number to JSON: a model without a cache has room for any number of tokens.
  const tokens = Number.isFinite(service.room.tokens) ? service.room.tokens : null;
  const room = { ...service.room, tokens } as Service['room'];
  const devices = service.policy.replicas * service.devicesPerReplica;
  const splits = asked.system === null ? [] : services.map(splitOf);
  return { schemaVersion: 1, ...asked, devices, splits, service: { ...service, room } };
}

/** The report as tables: times, the other figures, the curve. */
export function servingSections(report: ServingReport, words: Words): Section[] {
  const splits = report.splits.length > 0 ? [splitTable(report, words)] : [];
  return [times(report, words), figures(report, words), ...splits, curve(report, words)];
}

function times({ path, service }: ServingReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const { steady, simulated, traffic, policy } = service;
  const isUntold = policy.prefillReplicas !== null && policy.transferBytesPerSecond === null;
  const row = (name: 'ttft' | 'tpot' | 'latency', limit: number | null): string[] => [
    text(`serving.${name}`),
    ...[steady[name], simulated?.[name].p50, simulated?.[name].p99].map((one) =>
      known(one, words.seconds, words),
    ),
    limit === null ? '' : words.seconds(limit),
  ];
  return {
    title: words.text('print.serving.of', { path }),
    columns: [
      column(text('serving.what')),
      ...(['mean', 'p50', 'p99', 'limit'] as const).map((name) => column(text(`serving.${name}`), 'right')),
    ],
    rows: [row('ttft', traffic.ttftLimit), row('tpot', traffic.tpotLimit), row('latency', null)],
    note: [
      simulated
        ? words.text('print.serving.simulated', { requests: simulated.requests, seed: simulated.seed })
        : text('serving.notSimulated'),
      ...(isUntold ? [text('serving.noTransfer')] : []),
    ].join('. '),
  };
}

/** Load, verdict, rates, room and price. */
function figures({ chip, devices, service }: ServingReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const { steady, traffic, room, simulated, price, mostPerSecond } = service;
  const rounded = (value: number): string => words.decimal(Number(value.toPrecision(3)));
  const yesNo = (is: boolean): string => text(is ? 'serving.yes' : 'serving.no');
  const rows: [PrintName, string][] = [
    ['serving.load', loadText(service, words)],
    ['serving.keeps', text(`serving.keeps.${steady.saturated ?? 'yes'}`)],
    ['serving.within', yesNo(isWithin(steady, traffic))],
    ['serving.tailWithin', known(isTailWithin(service), yesNo, words)],
    ['serving.tokens', steady.saturated ? '–' : rounded(steady.tokensPerSecond)],
    ['serving.perDevice', steady.saturated ? '–' : rounded(steady.tokensPerSecondPerDevice)],
    ['serving.batch', known(steady.batch, rounded, words)],
    ['serving.prefillShare', words.percent(steady.prefillShare)],
    ['serving.cacheShare', known(steady.cacheShare, words.percent, words)],
    ['serving.largestBatch', words.count(room.wholeBatch)],
    ['serving.longestContext', known(room.context, words.count, words)],
  ];
  if (traffic.arrival.kind === 'rate') rows.push(['serving.most', known(mostPerSecond, rounded, words)]);
  if (simulated && simulated.preempted > 0)
    rows.push(['serving.preempted', words.count(simulated.preempted)]);
  if (price) {
    rows.push(['serving.price', known(price.now, rounded, words)]);
    rows.push(['serving.bestPrice', known(price.best, rounded, words)]);
  }
  return {
    title: words.text('print.serving.title', { devices: words.count(devices), chip }),
    columns: [column(text('serving.what')), column(text('serving.value'))],
    rows: rows.map(([name, value]) => [text(name), value]),
  };
}

/** Each way to make replicas of the devices. */
function splitTable({ splits }: ServingReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const rounded = (value: number): string => words.decimal(Number(value.toPrecision(3)));
  return {
    title: text('serving.splits'),
    columns: [
      ...(['replicas', 'devices', 'largestBatch', 'ttft', 'tpot', 'most', 'bestPerDevice'] as const).map(
        (name) => column(text(`serving.${name}`), 'right'),
      ),
      column(text('serving.keeps')),
      column(text('serving.within')),
      column(text('serving.tailWithin')),
    ],
    rows: splits.map((split) => [
      words.count(split.replicas),
      words.count(split.tp),
      words.count(split.largestBatch),
      known(split.ttft, words.seconds, words),
      known(split.tpot, words.seconds, words),
      known(split.mostPerSecond, rounded, words),
      known(split.bestTokensPerSecondPerDevice, rounded, words),
      text(`serving.keeps.${split.saturated ?? 'yes'}`),
      text(split.within ? 'serving.yes' : 'serving.no'),
      known(split.tailWithin, (is) => text(is ? 'serving.yes' : 'serving.no'), words),
    ]),
  };
}

function loadText({ traffic }: Service, words: Words): string {
  const { arrival, promptTokens, outputTokens } = traffic;
  const tokens = { in: words.count(promptTokens), out: words.count(outputTokens) };
  return arrival.kind === 'rate'
    ? words.text('print.serving.load.rate', { rate: words.decimal(arrival.perSecond), ...tokens })
    : words.text('print.serving.load.closed', { users: words.count(arrival.users), ...tokens });
}

function curve({ service }: ServingReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const rounded = (value: number): string => words.decimal(Number(value.toPrecision(3)));
  return {
    title: text('serving.curve'),
    columns: [
      column(text('phases.batch'), 'right'),
      column(text('serving.perUser'), 'right'),
      column(text('serving.perDevice'), 'right'),
      column(text('serving.ttft'), 'right'),
      column(text('serving.tpot'), 'right'),
      column(text('serving.within')),
    ],
    rows: service.curve.map((point) => [
      words.count(point.batch),
      rounded(point.tokensPerSecondPerUser),
      rounded(point.tokensPerSecondPerDevice),
      words.seconds(point.ttft),
      words.seconds(point.tpot),
      text(point.isWithin ? 'serving.yes' : 'serving.no'),
    ]),
  };
}

/** The report for other programs: means, percentiles and the curve as rows, the first of which names the columns; unknown cells are empty. */
export function servingRows({ service }: ServingReport): readonly (readonly CsvCell[])[] {
  const { steady, simulated, curve: points, traffic } = service;
  const shares = ['p50', 'p99'] as const;
  const within = (is: boolean): string => String(is);
  return [
    ['kind', 'batch', 'ttft', 'tpot', 'latency', 'tokensPerSecondPerDevice', 'within', 'saturated'],
    [
      ...['mean', steady.batch, steady.ttft, steady.tpot, steady.latency, steady.tokensPerSecondPerDevice],
      ...[within(isWithin(steady, traffic)), steady.saturated],
    ],
    ...shares.flatMap((share) =>
      simulated
        ? [
            [
              ...[share, null, simulated.ttft[share], simulated.tpot[share], simulated.latency[share]],
              ...[null, null, null],
            ],
          ]
        : [],
    ),
    ...points.map((point) => [
      ...['curve', point.batch, point.ttft, point.tpot, null, point.tokensPerSecondPerDevice],
      ...[within(point.isWithin), null],
    ]),
  ];
}
