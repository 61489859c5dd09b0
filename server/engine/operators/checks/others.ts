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
  checkSingle(context, 1);
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
  if (axis === undefined) return;
  checkAxes(context, [axis], { name: 'axis' });
  if (axis === -1 || axis === rank - 1)
    context.report('error', 'axis', { name: 'axis', axis, input: inputText(context, 0), rank: rank - 1 });
}

function checkStft(context: NodeContext): void {
  hasRank(context, 0, 2, 3);
  checkSingle(context, 1, 3);
  if (context.hasInput(2)) hasRank(context, 2, 1);
}

function checkMod(context: NodeContext): void {
  checkAmong(context, 'fmod', 0, 1);
}

/** Exactly one key and one value list, whatever their type. */
function checkLabelEncoder(context: NodeContext): void {
  if (context.version < 2) return;
  for (const side of ['keys', 'values']) {
    const names = ['strings', 'int64s', 'floats', 'tensor'].map((kind) => `${side}_${kind}`);
    const count = names.filter((name) => context.has(name)).length;
    if (count !== 1) context.report('error', 'one-of', { names: names.join(', '), count });
  }
}

function checkTreeEnsemble(context: NodeContext): void {
  hasRank(context, 0, 2);
  checkLeast(context, 'n_targets', 1);
  checkAmong(context, 'aggregate_function', 0, 1, 2, 3);
  checkAmong(context, 'post_transform', 0, 1, 2, 3, 4);
  const nodes = context.ints('nodes_featureids')?.length;
  const lists = ['nodes_falseleafs', 'nodes_falsenodeids', 'nodes_trueleafs', 'nodes_truenodeids'];
  for (const name of [...lists, 'nodes_missing_value_tracks_true']) {
    const count = context.ints(name)?.length;
    if (count === undefined || nodes === undefined || count === nodes) continue;
    const args = { name, count, expected: nodes, reason: 'nodes_featureids' };
    context.report('error', 'length', args, attributePart(context, name));
  }
  for (const name of [
    'nodes_falsenodeids',
    'nodes_truenodeids',
    'nodes_featureids',
    'leaf_targetids',
    'tree_roots',
  ])
    checkLeast(context, name, 0);
  checkTreeTargets(context, nodes);
}

/** Nodes and leaves that others name have to be there. */
function checkTreeTargets(context: NodeContext, nodes: number | undefined): void {
  const leaves = context.ints('leaf_targetids')?.length;
  const most = (name: string, count: number | undefined): void => {
    const value = count === undefined ? undefined : context.ints(name)?.find((one) => one >= count);
    if (value === undefined) return;
    context.report('error', 'number-most', { name, value, most: count! - 1 }, attributePart(context, name));
  };
  for (const side of ['true', 'false']) {
    const isLeaf = context.ints(`nodes_${side}leafs`);
    const ids = context.ints(`nodes_${side}nodeids`);
    const at = ids?.findIndex((id, i) => id >= ((isLeaf?.[i] === 0 ? nodes : leaves) ?? Infinity)) ?? -1;
    if (at < 0) continue;
    const count = (isLeaf?.[at] === 0 ? nodes : leaves) ?? 0;
    const name = `nodes_${side}nodeids`;
    context.report(
      'error',
      'number-most',
      { name, value: ids![at]!, most: count - 1 },
      attributePart(context, name),
    );
  }
  const features = context.shape(0)?.[1];
  most('nodes_featureids', typeof features === 'number' ? features : undefined);
  most('leaf_targetids', context.int('n_targets'));
  most('tree_roots', nodes);
}

/** What is left: quantisation, signals, resizing, constants, trees. */
export const otherChecks: Readonly<Record<string, NodeCheck>> = {
  Range: checkRange,
  Resize: checkResize,
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
  Trilu: (context) => void hasLeastRank(context, 0, 2),
  EyeLike: (context) => checkShapes(context, ['rows columns']),
  Multinomial: (context) => {
    hasRank(context, 0, 2);
    checkLeast(context, 'sample_size', 0);
  },
  'ai.onnx.ml.LabelEncoder': checkLabelEncoder,
  'ai.onnx.ml.TreeEnsemble': checkTreeEnsemble,
};
