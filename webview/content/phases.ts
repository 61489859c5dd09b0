import type { PhasesResult, Summary } from '../../server/protocol';
import { range, show, text, word } from '../text';
import type { ScatterData } from './chart';
import { curvesData, type Curve } from './curves';
import type { TableData } from './table';
import { termed } from './terms';

/** Prefill and decode on a chip. */
export type Phases = NonNullable<PhasesResult['phases']>;
type Point = Phases['batches'][number];

/** Whether a model has a cache of its own length, so that it has two phases. */
export function hasPhases({ workload }: Pick<Summary, 'workload'>): boolean {
  return workload.dimensions.some(({ name, alias }) => name === 'past' || alias === 'past');
}

/** Chips with their phases side by side. */
export function phasesData(found: readonly Phases[], nameOf: (chip: string) => string): TableData {
  const keys = [
    'first',
    'prefillRate',
    'prefillBound',
    'perToken',
    'rate',
    'bound',
    'batch',
    'context',
  ] as const;
  return {
    caption: text('webview.phases.caption'),
    columns: [
      termed('webview.chips.chip'),
      ...keys.map((key) => termed(`webview.phases.${key}`)),
      termed('webview.phases.request'),
    ],
    numeric: [1, 2, 4, 5, 7, 8, 9],
    rows: found.map((one) => ({
      title: one.timeToFirstToken ? range(one.timeToFirstToken) : '',
      cells: [
        nameOf(one.id),
        show.seconds(one.timeToFirstToken?.value),
        show.count(rounded(one.prefill.tokensPerSecond)),
        word('webview.bound', one.prefill.bound),
        show.seconds(one.decode?.seconds),
        show.count(rounded(one.decode?.tokensPerSecond)),
        word('webview.bound', one.decode?.bound ?? 'unknown'),
        largest(one, 'batch'),
        largest(one, 'past'),
        show.seconds(one.request.seconds?.value),
      ],
    })),
  };
}

function rounded(rate: number | null | undefined): number | null {
  return rate ? Math.round(rate) : null;
}

function largest({ limits }: Phases, wanted: 'batch' | 'past'): string {
  const limit = limits.find(({ dimension }) => dimension === wanted);
  if (limit?.isUnlimited) return text('webview.phases.unlimited');
  const count = show.count(limit?.value);
  return limit?.by === 'model' ? text('webview.phases.byModel', { count }) : count;
}

/** Where something else binds, and where memory ends. */
export function phasesNotes(found: readonly Phases[], nameOf: (chip: string) => string): string[] {
  return found.flatMap(({ id, memoryBoundBelowBatch, limits }) => {
    const chip = nameOf(id);
    const ends = limits.flatMap(({ dimension, by, value }) =>
      by === 'memory' && value && dimension !== 'sequence'
        ? [text(`webview.phases.ends.${dimension}`, { chip, value: show.count(value) })]
        : [],
    );
    const bound =
      memoryBoundBelowBatch === null
        ? []
        : [text('webview.phases.memoryBound', { chip, batch: show.count(memoryBoundBelowBatch) })];
    return [...bound, ...ends];
  });
}

/** Tokens per second over the batch, and the time of a token over the context; none without a curve. */
export function phasesCurves(found: readonly Phases[], nameOf: (chip: string) => string): ScatterData[] {
  const over = (
    name: 'batches' | 'contexts',
    figure: string,
    valueOf: (point: Point) => number | null,
    write: (value: number | null | undefined) => string,
  ): ScatterData[] => {
    const sizes = [...new Set(found.flatMap((one) => one[name].map(({ size }) => size)))].sort(
      (a, b) => a - b,
    );
    if (sizes.length === 0) return [];
    const curves = found.map((one): Curve => {
      const values = new Map(one[name].map((point) => [point.size, valueOf(point)]));
      return { name: nameOf(one.id), values: sizes.map((size) => values.get(size) ?? null) };
    });
    const title = text(`webview.phases.over.${name}`);
    const summary = text(`webview.phases.${name}Summary`);
    const dimension = text(name === 'batches' ? 'webview.phases.batchAxis' : 'webview.phases.contextAxis');
    return [
      curvesData({ id: `phases-${name}`, title, summary }, curves, { dimension, sizes, figure, write }),
    ];
  };
  const rate = (value: number | null | undefined): string => show.count(rounded(value));
  return [
    ...over('batches', text('webview.phases.rate'), ({ tokensPerSecond }) => tokensPerSecond, rate),
    ...over('contexts', text('webview.phases.perToken'), ({ seconds }) => seconds, show.seconds),
  ];
}
