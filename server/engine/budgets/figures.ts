import { entryOf } from '../../../outside/table';
import type { ChipAnalysis, Prepared } from '../analyse';
import type { Total, TotalEstimate } from '../cost/types';
import { isOpen } from '../inference/infer';
import type { Metric } from './metrics';

/** A figure of a model: what is estimated, and what of it is known. */
export interface Figure {
  /** In SI units; null where nothing of it is known. Of a lower bound the part that is known. */
  readonly value: number | null;
  /** The upper end of the range; the value itself where there is no range. */
  readonly high: number | null;
  /** The whole is at least that. */
  readonly isLowerBound: boolean;
  /** The most that the whole can be where it is a lower bound; null where nothing limits it. */
  readonly atMost: number | null;
}

const unknown: Figure = { value: null, high: null, isLowerBound: false, atMost: null };

/** A figure that has no range. */
export function exactFigure(value: number | null, isLowerBound = false): Figure {
  return { value, high: value, isLowerBound, atMost: null };
}

/** The figure of a metric of a model, on a chip where the metric is of one. */
export function figureOf({ name, level }: Metric, prepared: Prepared, analysis: ChipAnalysis | null): Figure {
  const { numbers, operations } = prepared;
  switch (name) {
    case 'operations':
      return ofTotal(operations);
    case 'parameters':
      return exactFigure(numbers.parameters, numbers.isLowerBound === true);
    case 'latency':
      return ofEstimate(analysis?.cost.total.latencySeconds ?? null);
    case 'energy':
      return ofEstimate(analysis?.cost.total.joules ?? null);
    case 'memory':
      return analysis ? memoryOf(analysis) : unknown;
    case 'unsupportedNodes':
      return analysis ? exactFigure(nodesElsewhere(analysis), isOpen(prepared.inference)) : unknown;
    case 'traffic':
      return analysis && level !== null ? trafficOf(level, analysis) : unknown;
  }
}

function memoryOf({ fit: { highWaterBytes, leastBytes, mostBytes } }: ChipAnalysis): Figure {
  if (highWaterBytes !== null) return exactFigure(highWaterBytes);
  return { ...exactFigure(leastBytes, true), atMost: mostBytes };
}

function ofTotal({ value, isLowerBound, atMost }: Total): Figure {
  return { value, high: value, isLowerBound, atMost };
}

function ofEstimate(total: TotalEstimate | null): Figure {
  if (!total) return unknown;
  const { value, high, isLowerBound, atMost } = total;
  return { value, high, isLowerBound, atMost };
}

/** Nodes of kernels that the chip itself does not run. */
function nodesElsewhere({ plan, cost }: ChipAnalysis): number {
  return plan.kernels.reduce((sum, { index, nodes }) => {
    const isHere = cost.kernels[index]!.unit === 0;
    return isHere ? sum : sum + nodes.length;
  }, 0);
}

/** Bytes that kernels on the chip move at a level in one run of the model. */
function trafficOf(level: string, { plan, cost }: ChipAnalysis): Figure {
  let [sum, isPart] = [0, cost.total.bytes.isLowerBound];
  for (const { index, repeat } of plan.kernels) {
    const { unit, bytes } = cost.kernels[index]!;
    if (unit !== 0) continue;
    if (repeat === null) isPart = true;
    else sum += (entryOf(bytes, level) ?? 0) * repeat;
  }
  return isPart && sum === 0 ? { ...unknown, isLowerBound: true } : exactFigure(sum, isPart);
}
