import { elementCount } from '../graph/dataTypes';
import type { OptimizerName, Training } from '../workload';
import table from './optimizers.json';

/** What an optimizer keeps and computes for each parameter. */
interface OptimizerFacts {
  readonly name: string;
  /** Values per parameter that stay from one update to the next. */
  readonly states: number;
  /** Operations of one update per parameter. */
  readonly operations: number;
  /** Bytes of one value of a state; left out: those of the weight that is updated. */
  readonly stateBytes?: number;
  /** Each so many elements have a scale of so many bytes. */
  readonly blockElements?: number;
  readonly blockBytes?: number;
  /** Tensors of fewer elements keep states of full size. */
  readonly smallest?: number;
  /** Of a matrix it keeps one value per row and one per column. */
  readonly isFactored?: boolean;
  readonly source: string;
}

const facts: Readonly<Record<OptimizerName, OptimizerFacts>> = table;

/** Bytes of a 32-bit float: what master weights and, with them, states are held in. */
export const singleBytes = 4;

/** A tensor that is trained: its sizes, and bytes of one of its elements. */
export interface Trained {
  readonly dims: readonly number[];
  readonly elementBytes: number;
}

/** A copy in 32 bits is kept, by wish or because the weights have fewer. */
export function hasMaster(
  { masterWeights }: Training,
  { elementBytes }: Pick<Trained, 'elementBytes'>,
): boolean {
  return masterWeights ?? elementBytes < singleBytes;
}

/** Bytes of one value of a state, as large as the weight that is updated. */
function stateBytes(training: Training, weight: Trained): number {
  return hasMaster(training, weight) ? singleBytes : weight.elementBytes;
}

/** Bytes that the optimizer keeps for a tensor from one update to the next, its copy in 32 bits not among them. */
export function optimizerBytes(training: Training, weight: Trained): number {
  const {
    states,
    smallest = 0,
    blockElements,
    blockBytes = 0,
    isFactored,
    stateBytes: own,
  } = facts[training.optimizer];
  const elements = elementCount(weight.dims);
  const size = stateBytes(training, weight);
  if (isFactored && weight.dims.length > 1) {
    const columns = weight.dims.at(-1)!;
    const rows = weight.dims.at(-2)!;
    const matrices = rows * columns > 0 ? elements / (rows * columns) : 0;
    return matrices * (rows + columns) * size;
  }
  if (own === undefined || elements < smallest) return states * elements * size;
  const scales = blockElements ? Math.ceil(elements / blockElements) * blockBytes : 0;
  return states * (elements * own + scales);
}

/**
 * Bytes per parameter that one update moves: the gradient is read, the weight that is updated and each state are read and
 * written, and where that weight is a copy the one that computes is written.
 */
export function updateBytes(training: Training, elementBytes: number): number {
  const { states, stateBytes: own, isFactored } = facts[training.optimizer];
  const isCopied = hasMaster(training, { elementBytes });
  const updated = isCopied ? singleBytes : elementBytes;
  const moved = isFactored ? 0 : 2 * states * (own ?? updated);
  return elementBytes + 2 * updated + moved + (isCopied ? elementBytes : 0);
}

/** Operations per parameter of one update. */
export function updateOperations({ optimizer }: Training): number {
  return facts[optimizer].operations;
}
