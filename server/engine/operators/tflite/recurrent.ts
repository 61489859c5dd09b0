import type { Dim } from '../../graph/dim';
import type { Shape } from '../../graph/model';
import { lstmCell, vectorOf } from '../recurrent';
import type { MatrixShape, NodeContext, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { layerWork, tflite } from './rule';

/** Where a cell has its operands. A weight of the input gate that is left out: input and forget gate are one. */
interface CellPlaces {
  /** W of the gates i, f, c, o. */
  readonly input: readonly number[];
  /** R of the gates. */
  readonly recurrent: readonly number[];
  readonly peepholes: readonly number[];
  readonly biases: readonly number[];
  readonly projection?: number;
  /** Coefficients of a normalisation of each gate. */
  readonly norms: readonly number[];
}

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** An LSTM whose operands begin at a place: gates, recurrence, peepholes, biases, projection and its bias. */
function cellAt(from: number, norms: readonly number[]): CellPlaces {
  return {
    input: range(from, 4),
    recurrent: range(from + 4, 4),
    peepholes: range(from + 8, 3),
    biases: range(from + 11, 4),
    projection: from + 15,
    norms,
  };
}

const forward = cellAt(1, range(20, 4));
const backward = cellAt(18, []);

interface Sequence<T> {
  readonly steps: T;
  readonly batch: T;
  readonly width: T;
}

/** X is [steps, batch, width] or, batch first, [batch, steps, width]; of a single step [batch, width]. */
function sequenceOf<T>(x: readonly T[], one: T, isTimeMajor: boolean): Sequence<T> | undefined {
  const [a, b, c] = x;
  if (a === undefined || b === undefined) return undefined;
  if (c === undefined) return { steps: one, batch: a, width: b };
  return isTimeMajor ? { steps: a, batch: b, width: c } : { steps: b, batch: a, width: c };
}

/** The loop nest of a cell in one direction. */
function loops({ steps, batch, width }: Sequence<number>, hiddenSize: number, gates: number): MatrixShape {
  return { kind: 'recurrent', steps, batch, inputSize: width, hiddenSize, gates, directions: 1 };
}

/** States the first output: the input with another size of its last axis. */
function setResult(context: NodeContext, size: Dim | undefined): void {
  const x = context.shape(0);
  context.setTensor(0, context.dtype(0), x && size !== undefined ? [...x.slice(0, -1), size] : undefined);
}

/** What a cell gives: the rows of its projection, else its units. */
function resultSize(context: NodeContext, cell: CellPlaces): Dim | undefined {
  const projected = cell.projection === undefined ? undefined : context.shape(cell.projection)?.[0];
  return projected ?? context.shape(cell.input[1]!)?.[0];
}

function inferLstm(context: NodeContext): void {
  setResult(context, resultSize(context, forward));
}

/**
 * As recurrent.ts counts an LSTM: gates·(input + result) multiply-accumulates per unit and step, the joining of both
 * products, biases and the cell's own update; a projection one product more, a normalised gate 8 operations.
 */
function cellWork(context: WorkContext, cell: CellPlaces, sequence: Sequence<number>): OperatorWork {
  const { steps, batch, width } = sequence;
  const has = (places: readonly number[]): number => places.filter((at) => context.hasInput(at)).length;
  const units = context.shape(cell.input[1]!)[0] ?? 0;
  const gates = has(cell.input);
  const result = context.shape(cell.recurrent[1]!)[1] ?? 0;
  const rows = steps * batch;
  const isProjected = cell.projection !== undefined && context.hasInput(cell.projection);
  // Without an input gate its sigmoid (3 vector, 1 special) is 1 − f.
  const update = lstmCell.update - (gates < 4 ? 2 : 0);
  const perUnit = gates + update + has(cell.biases) + 2 * has(cell.peepholes) + 8 * has(cell.norms);
  return {
    matrix: 2 * rows * units * (gates * (width + result) + (isProjected ? result : 0)),
    vector: rows * units * perUnit,
    special: rows * units * (lstmCell.activations - (gates < 4 ? 1 : 0)),
    matrixShape: loops(sequence, units, gates),
  };
}

function lstmWork(context: WorkContext, isTimeMajor: boolean): OperatorWork {
  const sequence = sequenceOf(context.shape(0), 1, isTimeMajor);
  return sequence ? cellWork(context, forward, sequence) : {};
}

const lstmFormula =
  'U = steps·batch·units: matrix 2·U·gates·(I + O), + 2·U·O projected; vector U·(13 + gates, + biases, + 2 per peephole, + 8 per norm); special 5·U';

/** The kernel of old converters has one weight for all gates, and its state goes in and out. */
function isBasic(context: NodeContext | WorkContext): boolean {
  return context.string('kernel_type') === 'BASIC';
}

/** [batch, width], previous result [batch, units], weights [4·units, width + units], bias, previous state. */
function inferBasic(context: NodeContext): void {
  const state = context.shape(4);
  const dtype = context.dtype(0);
  const [x, units] = [context.shape(0), state?.[1]];
  const batch = x?.[0];
  context.setTensor(0, dtype, state);
  if (context.hasOutput(1)) context.setTensor(1, context.dtype(4), state);
  const known = x !== undefined && units !== undefined && batch !== undefined;
  const weights = context.shape(2);
  if (context.hasOutput(2)) context.setTensor(2, dtype, known && weights ? [batch, weights[1]!] : undefined);
  if (context.hasOutput(3))
    context.setTensor(3, context.dtype(4), known && weights ? [batch, weights[0]!] : undefined);
}

function basicWork(context: WorkContext): OperatorWork {
  const [batch = 0, width = 0] = context.shape(0);
  const units = context.shape(4)[1] ?? 0;
  return {
    matrix: 2 * batch * units * lstmCell.gates * (width + units),
    vector: batch * units * vectorOf(lstmCell),
    special: batch * units * lstmCell.activations,
    matrixShape: loops({ steps: 1, batch, width }, units, lstmCell.gates),
  };
}

const lstm = tflite(
  'LSTM',
  'recurrent',
  `${lstmFormula}; one step`,
  (context) => (isBasic(context) ? inferBasic(context) : inferLstm(context)),
  (context) => (isBasic(context) ? basicWork(context) : lstmWork(context, true)),
);

const sequenceLstm = tflite('UNIDIRECTIONAL_SEQUENCE_LSTM', 'recurrent', lstmFormula, inferLstm, (context) =>
  lstmWork(context, context.int('time_major', 0) !== 0),
);

/** Results of both directions: side by side in one tensor where they are merged. */
function setBoth(context: NodeContext, forwardSize: Dim | undefined, backwardSize: Dim | undefined): void {
  const x = context.shape(0);
  const isMerged = context.int('merge_outputs', 0) !== 0;
  const sized = (size: Dim | undefined): Shape | undefined =>
    x && size !== undefined ? [...x.slice(0, -1), size] : undefined;
  const both =
    typeof forwardSize === 'number' && typeof backwardSize === 'number'
      ? forwardSize + backwardSize
      : undefined;
  context.setTensor(0, context.dtype(0), sized(isMerged ? both : forwardSize));
  if (context.hasOutput(1)) context.setTensor(1, context.dtype(0), sized(backwardSize));
}

const bidirectionalLstm = tflite(
  'BIDIRECTIONAL_SEQUENCE_LSTM',
  'recurrent',
  `${lstmFormula}; of both directions`,
  (context) => setBoth(context, resultSize(context, forward), resultSize(context, backward)),
  (context) => {
    const sequence = sequenceOf(context.shape(0), 1, context.int('time_major', 0) !== 0);
    if (!sequence) return {};
    const one = cellWork(context, { ...forward, norms: [] }, sequence);
    return joined(one, cellWork(context, backward, sequence));
  },
);

/** Two directions as one; their loop nests are alike. */
function joined(one: OperatorWork, other: OperatorWork): OperatorWork {
  const { matrixShape } = one;
  return {
    matrix: (one.matrix ?? 0) + (other.matrix ?? 0),
    vector: (one.vector ?? 0) + (other.vector ?? 0),
    special: (one.special ?? 0) + (other.special ?? 0),
    ...(matrixShape?.kind === 'recurrent' && { matrixShape: { ...matrixShape, directions: 2 } }),
  };
}

/** h = activation(W·x + R·h + b). */
function simpleWork(context: WorkContext, input: number, sequence: Sequence<number>): OperatorWork {
  const { steps, batch, width } = sequence;
  const units = context.shape(input)[0] ?? 0;
  const rows = steps * batch;
  return {
    matrix: 2 * rows * units * (width + units),
    vector: 2 * rows * units,
    matrixShape: loops(sequence, units, 1),
  };
}

const simpleFormula = 'U = steps·batch·units: matrix 2·U·(I + U); vector 2·U; its activation';

function simple(name: string, isTimeMajor: (context: WorkContext) => boolean): OperatorRule {
  return tflite(
    name,
    'recurrent',
    simpleFormula,
    (context) => setResult(context, context.shape(1)?.[0]),
    (context) => {
      const sequence = sequenceOf(context.shape(0), 1, isTimeMajor(context));
      return sequence ? layerWork(context, simpleWork(context, 1, sequence)) : {};
    },
  );
}

const bidirectionalRnn = tflite(
  'BIDIRECTIONAL_SEQUENCE_RNN',
  'recurrent',
  `${simpleFormula}; of both directions`,
  (context) => setBoth(context, context.shape(1)?.[0], context.shape(5)?.[0]),
  (context) => {
    const sequence = sequenceOf(context.shape(0), 1, context.int('time_major', 0) !== 0);
    if (!sequence) return {};
    return layerWork(context, joined(simpleWork(context, 1, sequence), simpleWork(context, 5, sequence)));
  },
);

/** Recurrent layers. Sources: LiteRT's kernels/lstm_shared.h, bidirectional_sequence_lstm.cc, basic_rnn.cc. */
export const recurrentRules: readonly OperatorRule[] = [
  lstm,
  sequenceLstm,
  bidirectionalLstm,
  simple('RNN', () => true),
  simple('UNIDIRECTIONAL_SEQUENCE_RNN', (context) => context.int('time_major', 0) !== 0),
  bidirectionalRnn,
];
