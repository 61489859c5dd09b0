import type { QuantityName } from '../mapping/parseLimits';

/** What a budget can limit, in the order in which it is told. */
export const metrics = [
  'latency',
  'memory',
  'traffic',
  'energy',
  'operations',
  'parameters',
  'unsupportedNodes',
] as const;
export type MetricName = (typeof metrics)[number];

/** What is the same for all figures of a metric. */
interface MetricFacts {
  /** In which units it is written. */
  readonly quantity: QuantityName;
  /** It is of a model on a chip; else of the model alone. */
  readonly isOfChip: boolean;
}

export const metricFacts: Readonly<Record<MetricName, MetricFacts>> = {
  latency: { quantity: 'latency', isOfChip: true },
  memory: { quantity: 'memory', isOfChip: true },
  traffic: { quantity: 'memory', isOfChip: true },
  energy: { quantity: 'energy', isOfChip: true },
  operations: { quantity: 'operations', isOfChip: false },
  parameters: { quantity: 'parameters', isOfChip: false },
  unsupportedNodes: { quantity: 'nodes', isOfChip: true },
};

/** A metric; of traffic that of one memory level. */
export interface Metric {
  readonly name: MetricName;
  /** Name of the memory level; null for metrics that have none. */
  readonly level: string | null;
}

/** One text for a metric: `latency`, `traffic GDDR6`. */
export function metricId({ name, level }: Metric): string {
  return level === null ? name : `${name} ${level}`;
}

/** The metric of a text that {@link metricId} made; null for any other text. */
export function metricOf(id: string): Metric | null {
  const at = id.indexOf(' ');
  const name = metrics.find((one) => one === (at < 0 ? id : id.slice(0, at)));
  return name ? { name, level: at < 0 ? null : id.slice(at + 1) } : null;
}
