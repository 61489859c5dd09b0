import { entryOf } from '../../../../outside/table';
import { coremlDomain } from '../../graph/domains';
import { byteLength } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import { inferBatchedGather, inferStridedSlice } from '../foreign/cuts';
import { branches, branchesFormula, evenLoop, evenLoopFormula } from '../foreign/control';
import { tableRules, type OperatorTable } from '../foreign/tableRules';
import type { Format } from '../foreign/translate';
import { productOf, productWork, weightOperand } from '../gemm';
import { gruCell, lstmCell, rnnCell, sequenceWork, vectorOf, type Cell } from '../recurrent';
import type { NodeContext, OperatorRule } from '../rule';
import { normalizeAxis } from '../shared';
import { touched } from '../tensorJoin';
import { shapesOf } from './images';
import table from './operators.json';

const format: Format = { domain: coremlDomain, activations: table.activations, isFused: true };

/** x · wᵀ + b: the weights lie as [outputs, inputs]. */
const linear: OperatorRule = {
  domain: coremlDomain,
  name: 'linear',
  operatorClass: 'gemm',
  formula: 'matrix 2·|Y|·K; vector |Y| with a bias',
  counterpart: { name: 'Gemm', input: (own) => own, isSameForm: false },
  infer: (context) => {
    const [shape, outputs] = [context.shape(0), context.shape(1)?.[0]];
    const isKnown = shape && shape.length > 0 && outputs !== undefined;
    context.setTensor(0, context.dtype(0), isKnown ? [...shape.slice(0, -1), outputs] : undefined);
  },
  work: (context) => {
    const weights = context.shape(1).toReversed();
    const product = productOf(context.shape(0), weights, context.outputShape(0));
    const work = productWork(product, weightOperand(context, 0, 1));
    return { ...work, vector: context.hasInput(2) ? context.outputCountOf(0) : 0 };
  },
};

function movement(
  name: string,
  infer: (context: NodeContext) => void,
  work?: OperatorRule['work'],
  formula = 'none: bytes of the touched rows',
): OperatorRule {
  return { domain: coremlDomain, name, operatorClass: 'movement', formula, infer, ...(work && { work }) };
}

const gather = movement(
  'gather',
  (context) =>
    inferBatchedGather(context, { axis: context.int('axis', 0), batch: context.int('batch_dims', 0) }),
  (context) => ({ inputBytes: touched(context) }),
);

/** Masks are lists of an entry each; a squeezed axis is one that the entry takes a place of. */
const maskNames: Readonly<Record<string, string>> = {
  begin: 'begin_mask',
  end: 'end_mask',
  shrink_axis: 'squeeze_mask',
};
const slice = movement(
  'slice_by_index',
  (context) =>
    inferStridedSlice(
      context,
      (name, entry) => context.ints(entryOf(maskNames, name) ?? name)?.[entry] === 1,
    ),
  (context) => ({ inputBytes: touched(context) }),
);

/** A part of a state is written anew, in its place. */
const sliceUpdate = movement(
  'slice_update',
  (context) => context.setTensor(0, context.dtype(0), context.shape(0)),
  (context) => {
    const type = context.outputDtype(0);
    const bytes = type === undefined ? null : byteLength(type, context.count(1));
    return { inPlace: { 0: 0 }, inputBytes: { 0: 0 }, ...(bytes !== null && { outputBytes: { 0: bytes } }) };
  },
  'none: bytes of the part that is written',
);

/** Tensors of one shape, along a new axis. */
const stack = movement(
  'stack',
  (context) => {
    const shape = context.shape(0);
    const axis = shape && normalizeAxis(context.int('axis', 0), shape.length + 1);
    const result =
      axis === undefined ? undefined : [...shape!.slice(0, axis), context.inputCount, ...shape!.slice(axis)];
    context.setTensor(0, context.dtype(0), result);
  },
  undefined,
  'none: bytes only',
);

/** A recurrent layer in one or both directions, whose matrices stand from an input on. */
function recurrent(name: string, cell: Cell, from: number): OperatorRule {
  return {
    domain: coremlDomain,
    name,
    operatorClass: 'recurrent',
    formula: `matrix 2·steps·batch·weights; vector ${vectorOf(cell)} and special ${cell.activations} per unit of the state and step`,
    infer: (context) => {
      const [x, state] = [context.shape(0), context.shape(1)];
      const steps: Dim | undefined = context.int('output_sequence', 0) === 1 ? x?.[0] : 1;
      const [batch, units] = state ?? [];
      const isKnown = steps !== undefined && batch !== undefined && units !== undefined;
      context.setTensor(0, context.dtype(0), isKnown ? [steps, batch, units] : undefined);
      for (let i = 1; i < context.outputCount; i++) context.setTensor(i, context.dtype(0), state);
    },
    work: (context) => sequenceWork(context, cell, from),
  };
}

function control(name: string, formula: string, infer: OperatorRule['infer']): OperatorRule {
  return { domain: coremlDomain, name, operatorClass: 'control', formula, infer };
}

/**
 * The operations of Core ML's ML Programs: those that a rule of ONNX serves as operators.json maps them, and rules of their own.
 * @param ruleOf the rules of ai.onnx
 */
export function coremlOperators(ruleOf: (name: string) => OperatorRule | undefined): readonly OperatorRule[] {
  return [
    ...tableRules(format, table as unknown as OperatorTable, ruleOf).map((rule) => {
      const infer = entryOf(shapesOf, rule.name);
      return infer ? { ...rule, infer } : rule;
    }),
    control('cond', branchesFormula, branches('then_branch', 'else_branch')),
    control('while_loop', evenLoopFormula, evenLoop('cond', 'body')),
    linear,
    gather,
    slice,
    sliceUpdate,
    stack,
    recurrent('lstm', lstmCell, 3),
    recurrent('gru', gruCell, 2),
    recurrent('rnn', rnnCell, 2),
  ];
}
