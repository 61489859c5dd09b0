import { elementCount } from '../graph/dataTypes';
import type { Dim } from '../graph/dim';
import type { Shape } from '../graph/model';
import { sharper } from './helpers';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from './rule';

export interface Cell {
  /** Gate blocks in W and R: 4 LSTM, 3 GRU, 1 RNN. */
  readonly gates: number;
  /** Activations per hidden unit and step. */
  readonly activations: number;
  /** Vector operations per hidden unit and step besides the gates' sums and biases. */
  readonly update: number;
}

/** c = f·c + i·g (3), h = o·tanh(c) (1); sigmoid of i, o, f (3 vector, 1 special each) and tanh of g and c. */
export const lstmCell: Cell = { gates: 4, activations: 5, update: 13 };
/** r·h (1), h = (1 − z)·n + z·h (4); sigmoid of z and r (3 vector, 1 special each) and tanh of n. */
export const gruCell: Cell = { gates: 3, activations: 3, update: 11 };
export const rnnCell: Cell = { gates: 1, activations: 1, update: 0 };

/** Vector operations per hidden unit and step of a cell with biases: its gates' sums, their biases, its update. */
export function vectorOf({ gates, update }: Cell): number {
  return 2 * gates + update;
}

/**
 * The work of layers that are given their matrices one by one, from an input on: each meets every step of the sequence, and the
 * cell's own operations are done for each unit of the states.
 */
export function sequenceWork(context: WorkContext, cell: Cell, from: number): OperatorWork {
  const [first = 0, second = 0] = context.shape(0);
  const rows = first * second;
  let weights = 0;
  let units = 0;
  let before: number | undefined;
  for (let i = from; i < context.inputCount; i++) {
    const shape = context.shape(i);
    if (shape.length !== 2) continue;
    weights += elementCount(shape);
    // The matrix of the input stands before that of the state and has as many rows: all gates of all units.
    const isOfState = shape[0] === before;
    if (isOfState) units += shape[0]! / cell.gates;
    before = isOfState ? undefined : shape[0];
  }
  return {
    matrix: 2 * rows * weights,
    vector: vectorOf(cell) * rows * units,
    special: cell.activations * rows * units,
  };
}

interface Sizes<T> {
  readonly steps: T;
  readonly batch: T;
  readonly input: T;
}

/** X is [steps, batch, input], with layout 1 [batch, steps, input]. */
function sizesOf<T>(x: readonly T[], layout: number): Sizes<T> | undefined {
  const [first, second, input] = x;
  if (first === undefined || second === undefined || input === undefined) return undefined;
  return layout === 0 ? { steps: first, batch: second, input } : { steps: second, batch: first, input };
}

const directionsOf = (context: NodeContext | WorkContext): number =>
  context.string('direction', 'forward').toLowerCase() === 'bidirectional' ? 2 : 1;

function hiddenSize(context: NodeContext): Dim | undefined {
  const stated = context.int('hidden_size');
  // R is [directions, gates·hidden, hidden] and the bare name of hidden_size is required, but files omit it.
  return sharper(stated, context.shape(2)?.[2]);
}

/** Sets Y, Y_h and (for LSTM) Y_c. Shapes: ONNX operator specification, LSTM-22. */
export function inferRecurrent(context: NodeContext): void {
  const x = context.shape(0);
  const hidden = hiddenSize(context);
  const layout = context.int('layout', 0);
  const sizes = x?.length === 3 ? sizesOf(x, layout) : undefined;
  if (x !== undefined && x.length !== 3) context.report('error', 'recurrent-rank', { rank: x.length });
  context.tie(sizes?.input, context.shape(1)?.[2]);
  for (const state of [5, 6]) context.tie(sizes?.batch, context.shape(state)?.[layout === 0 ? 1 : 0]);
  const directions = directionsOf(context);
  let y: Shape | undefined;
  let last: Shape | undefined;
  if (sizes !== undefined && hidden !== undefined) {
    const { steps, batch } = sizes;
    y = layout === 0 ? [steps, directions, batch, hidden] : [batch, steps, directions, hidden];
    last = layout === 0 ? [directions, batch, hidden] : [batch, directions, hidden];
  }
  const outputs = [y, last, last];
  for (let output = 0; output < context.outputCount; output++)
    if (context.hasOutput(output)) context.setTensor(output, context.dtype(0), outputs[output]);
}

/**
 * Hand formula, per direction, step, sequence and hidden unit: gates × (input + hidden) multiply-accumulates
 * (2 matrix operations each); joining the two products 1 addition per gate, the biases 1 more; the cell's own update
 * and activations; peepholes 3 multiplications and 3 additions.
 * Source: the equations of LSTM, GRU and RNN in the ONNX operator specification (version 22).
 */
export function recurrentWork(
  context: WorkContext,
  cell: Cell,
  peephole: boolean,
): OperatorWork & { matrix: number; vector: number } {
  const sizes = sizesOf(context.shape(0), context.int('layout', 0));
  const { steps, batch, input } = sizes ?? { steps: 0, batch: 0, input: 0 };
  const directions = directionsOf(context);
  const hidden = context.int('hidden_size') ?? context.shape(2)[2] ?? 0;
  const units = directions * steps * batch * hidden;
  let perUnit = cell.gates + cell.update;
  if (context.hasInput(3)) perUnit += cell.gates;
  if (peephole) perUnit += 6;
  return {
    matrix: 2 * units * cell.gates * (input + hidden),
    vector: units * perUnit,
    special: units * cell.activations,
    matrixShape: {
      kind: 'recurrent',
      steps,
      batch,
      inputSize: input,
      hiddenSize: hidden,
      gates: cell.gates,
      directions,
    },
  };
}

function recurrent(name: string, cell: Cell, formula: string): OperatorRule {
  return {
    domain: '',
    name,
    operatorClass: 'recurrent',
    formula,
    infer: inferRecurrent,
    work: (context) => recurrentWork(context, cell, context.hasInput(7)),
  };
}

/** Recurrent layers; U = directions · steps · batch · hidden. */
export const recurrentOperators: readonly OperatorRule[] = [
  recurrent(
    'LSTM',
    lstmCell,
    'U = directions·steps·batch·H: matrix 8·U·(I + H); vector U·(17, + 4 bias, + 6 peepholes); special 5·U',
  ),
  recurrent(
    'GRU',
    gruCell,
    'U = directions·steps·batch·H: matrix 6·U·(I + H); vector U·(14, + 3 bias); special 3·U',
  ),
  recurrent(
    'RNN',
    rnnCell,
    'U = directions·steps·batch·H: matrix 2·U·(I + H); vector U·(1, + 1 bias); special U',
  ),
];
