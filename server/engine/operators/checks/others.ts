import { dataTypeOfCode, dataTypes } from '../../graph/dataTypes';
import type { NodeContext } from '../rule';
import { checkShapes } from './patterns';
import {
  attributePart,
  checkAmong,
  checkAxes,
  checkElements,
  checkLeast,
  checkSingle,
  checkSize,
  hasLeastRank,
  hasRank,
  inputPart,
  inputText,
  numbersOf,
  type NodeCheck,
} from './terms';

const singles =
  (...inputs: readonly number[]): NodeCheck =>
  (context) =>
    checkSingle(context, ...inputs);

function checkRange(context: NodeContext): void {
  checkSingle(context, 0, 1, 2);
  if (context.elements(2)?.[0] === 0) context.report('error', 'step-zero', {}, inputPart(2));
}

/** Sizes or scales, and not both; one for each axis, or for each that is named. */
function checkResize(context: NodeContext): void {
  if (context.version < 11) return checkScales(context, 1, context.rank(0), inputText(context, 0));
  const isGiven = (input: number): boolean => context.hasInput(input) && context.shape(input)?.[0] !== 0;
  const [scales, sizes] = [isGiven(2), isGiven(3)];
  if (scales === sizes) {
    const both = sizes ? 'scales = sizes' : 'scales, sizes';
    context.report('error', 'one-of', { names: both.replace(' = ', ', '), count: sizes ? 2 : 0 });
    return;
  }
  const axes = context.ints('axes');
  checkAxes(context, axes ?? [], { name: 'axes' });
  const expected = axes?.length ?? context.rank(0);
  const reason = axes ? 'axes' : inputText(context, 0);
  if (scales) return checkScales(context, 2, expected, reason);
  if (context.rank(3) === 1) checkSize(context, 3, 0, expected, reason);
  checkElements(context, 3, 1, Infinity);
}

function checkScales(
  context: NodeContext,
  input: number,
  expected: number | undefined,
  reason: string,
): void {
  if (context.rank(input) === 1) checkSize(context, input, 0, expected, reason);
  if (numbersOf(context, input)?.some((scale) => scale <= 0))
    checkElements(context, input, Number.MIN_VALUE, Infinity);
}

function checkUpsample(context: NodeContext): void {
  if (context.version >= 9) checkScales(context, 1, context.rank(0), inputText(context, 0));
}

function checkDropout(context: NodeContext): void {
  if (context.version < 12) return;
  hasRank(context, 1, 0);
  hasRank(context, 2, 0);
  const ratio = context.elements(1)?.[0];
  if (typeof ratio === 'number' && ratio >= 1) checkElements(context, 1, 0, 1 - Number.EPSILON);
  else checkElements(context, 1, 0, 1);
}

/** The operands of an equation, and the sizes that its letters stand for. */
function checkEinsum(context: NodeContext): void {
  const equation = context.string('equation', '').replaceAll(' ', '');
  const operands = equation.split('->')[0]!.split(',');
  if (operands.length !== context.inputCount) {
    const args = { name: 'equation', count: operands.length, expected: context.inputCount };
    context.report('error', 'length', { ...args, reason: equation }, attributePart(context, 'equation'));
    return;
  }
  // Letters in any case are names of their own; an ellipsis stands for axes that broadcast.
  if (equation.includes('...')) return;
  const sizes = new Map<string, number>();
  for (const [input, letters] of operands.entries()) {
    if (!hasRank(context, input, letters.length)) return;
    for (const [axis, letter] of [...letters].entries()) {
      const size = context.shape(input)?.[axis];
      if (typeof size !== 'number' || size === 1) continue;
      checkSize(context, input, axis, sizes.get(letter), `${equation}: ${letter}`);
      sizes.set(letter, sizes.get(letter) ?? size);
    }
  }
  const result = equation.split('->')[1] ?? '';
  const other = [...result].find(
    (letter, at) => !operands.some((one) => one.includes(letter)) || result.indexOf(letter) < at,
  );
  if (other === undefined) return;
  const args = { equation, letter: other };
  context.report('error', 'einsum-output', args, attributePart(context, 'equation'));
}

const constantNames = ['value', 'sparse_value', 'value_int', 'value_ints', 'value_float', 'value_floats'];
const constantTexts = ['value_string', 'value_strings'];

function checkConstant(context: NodeContext): void {
  const names = [...constantNames, ...constantTexts];
  const count = names.filter((name) => context.has(name)).length;
  if (count !== 1) context.report('error', 'one-of', { names: names.join(', '), count });
}

function checkConstantOfShape(context: NodeContext): void {
  checkElements(context, 0, 0, Infinity);
}

function checkSequenceInsert(context: NodeContext): void {
  const list = context.type(0);
  const items = list?.kind === 'sequence' && list.element?.kind === 'tensor' ? list.element.dtype : undefined;
  const own = context.dtype(1);
  if (items === undefined || own === undefined || items === own) return;
  const args = { input: inputText(context, 1), type: own, other: inputText(context, 0), otherType: items };
  context.report('error', 'types-differ', args, inputPart(1));
}

function checkQLinearMatMul(context: NodeContext): void {
  for (const input of [1, 2, 4, 5, 6, 7]) hasRank(context, input, 0, 1, context.rank(input < 3 ? 0 : 3) ?? 0);
  for (const input of [1, 2]) checkRows(context, input, 0, -2);
  for (const input of [4, 5]) checkRows(context, input, 3, -1);
}

/** A scale or zero point is one number, or one for each row or column. */
function checkRows(context: NodeContext, input: number, of: number, axis: number): void {
  const [size, own] = [context.shape(of)?.at(axis), context.shape(input)?.[0]];
  if (context.rank(input) !== 1 || own === 1 || typeof size !== 'number') return;
  checkSize(context, input, 0, size, `“${context.node.inputs[of]}”`);
}

function checkQLinearConv(context: NodeContext): void {
  checkSingle(context, 1, 2, 6, 7);
  for (const input of [4, 5]) if (hasRank(context, input, 0, 1)) checkRows(context, input, 3, 0);
}

function checkBitCast(context: NodeContext): void {
  const [from, to] = [context.dtype(0), dataTypeOfCode(context.int('to', 0))];
  if (!from || !to || dataTypes[from].bits === dataTypes[to].bits) return;
  const args = { input: inputText(context, 0), type: from, other: 'to', otherType: to };
  context.report('error', 'types-differ', args, attributePart(context, 'to'));
}

function checkDft(context: NodeContext): void {
  const rank = context.rank(0);
  if (rank === undefined || !hasLeastRank(context, 0, 2)) return;
  const axis =
    context.version < 20 ? context.int('axis', 1) : context.hasInput(2) ? numbersOf(context, 2)?.[0] : -2;
  const last = context.shape(0)?.at(-1);
  if (typeof last === 'number' && last > 2) checkSize(context, 0, rank - 1, 2, 're, im');
  checkSingle(context, 1);
  if (context.int('onesided', 0) !== 0) {
    const parts = context.int('inverse', 0) === 0 ? 1 : 2;
    checkSize(context, 0, rank - 1, parts, `onesided, inverse = ${context.int('inverse', 0)}`);
  }
  if (axis === undefined) return;
  checkAxes(context, [axis], { name: 'axis' });
  if (axis === -1 || axis === rank - 1)
    context.report('error', 'axis', { name: 'axis', axis, input: inputText(context, 0), rank: rank - 1 });
}

function checkStft(context: NodeContext): void {
  hasRank(context, 0, 2, 3);
  checkSingle(context, 1, 3);
  checkElements(context, 1, 1, Infinity);
  checkElements(context, 3, 1, Infinity);
  if (!context.hasInput(2) && !context.hasInput(3)) {
    context.report('error', 'needed', { name: 'window, frame_length', reason: inputText(context, 0) });
    return;
  }
  const last = context.shape(0)?.[2];
  if (typeof last === 'number' && last > 2) checkSize(context, 0, 2, 2, 're, im');
  if (!context.hasInput(2) || !hasRank(context, 2, 1)) return;
  const [length] = numbersOf(context, 3) ?? [];
  checkSize(context, 2, 0, length, inputText(context, 3));
}

/** The type of the result is stated once. */
function checkQuantized(context: NodeContext): void {
  const [own, stated] = [context.dtype(2), dataTypeOfCode(context.int('output_dtype', 0))];
  if (!context.hasInput(2) || !own || !stated || own === stated) return;
  const args = { input: inputText(context, 2), type: own, other: 'output_dtype', otherType: stated };
  context.report('error', 'types-differ', args, attributePart(context, 'output_dtype'));
}

function checkMatMulInteger(context: NodeContext): void {
  checkRows(context, 2, 0, -2);
  checkRows(context, 3, 1, -1);
}

/** Filters for what a nearest neighbour does not weigh. */
function checkResizeMode(context: NodeContext): void {
  const mode = context.string('mode', 'nearest');
  if (mode === 'nearest') checkAmong(context, 'antialias', 0);
  if (mode !== 'cubic') checkAmong(context, 'exclude_outside', 0);
}

function checkMod(context: NodeContext): void {
  checkAmong(context, 'fmod', 0, 1);
}

/** What is left: quantisation, signals, resizing, constants. */
export const otherChecks: Readonly<Record<string, NodeCheck>> = {
  Range: checkRange,
  Resize: (context) => {
    checkResizeMode(context);
    checkResize(context);
  },
  Upsample: checkUpsample,
  Clip: (context) => (context.version < 11 ? undefined : checkSingle(context, 1, 2)),
  Dropout: checkDropout,
  Einsum: checkEinsum,
  Constant: checkConstant,
  ConstantOfShape: checkConstantOfShape,
  SequenceInsert: checkSequenceInsert,
  QLinearMatMul: checkQLinearMatMul,
  QLinearConv: checkQLinearConv,
  BitCast: checkBitCast,
  DFT: checkDft,
  STFT: checkStft,
  Mod: checkMod,
  HannWindow: singles(0),
  HammingWindow: singles(0),
  BlackmanWindow: singles(0),
  MelWeightMatrix: singles(0, 1, 2, 3, 4),
  Trilu: (context) => {
    hasLeastRank(context, 0, 2);
    checkSingle(context, 1);
  },
  QuantizeLinear: checkQuantized,
  MatMulInteger: checkMatMulInteger,
  ConvInteger: (context) => {
    checkSingle(context, 2);
    if (hasRank(context, 3, 0, 1)) checkRows(context, 3, 1, 0);
  },
  EyeLike: (context) => checkShapes(context, ['rows columns']),
  Multinomial: (context) => {
    hasRank(context, 0, 2);
    checkLeast(context, 'sample_size', 0);
  },
};
