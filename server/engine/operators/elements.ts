import type { DataType } from '../graph/dataTypes';
import {
  add,
  equalDims,
  floorDivide,
  lowerBound,
  mapCoefficients,
  maximum,
  minimum,
  modulo,
  multiply,
  subtract,
  type Dim,
  type DimExpression,
} from '../graph/dim';
import type { Shape } from '../graph/model';
import { broadcastElements, maximumElements, numericCount } from './broadcast';
import type { Element, NodeContext } from './rule';
import { isDim, isInteger } from './shared';

/** Arithmetic on single elements; undefined when the result is not known. Booleans are 0 and 1. */
export type Fold = (operands: readonly Element[], dtype: DataType | undefined) => Element;

/** Numbers become those that the type can hold; float16 and the smaller ones are followed as float. */
export function rounded(value: number, dtype: DataType | undefined): number {
  if (dtype === 'float') return Math.fround(value);
  return isInteger(dtype) ? Math.trunc(value) : value;
}

/** Lifts arithmetic on numbers and on dimensions to elements. */
export function arithmetic(
  onNumbers: (a: number, b: number, integer: boolean) => number,
  onDims?: (a: Dim, b: Dim, integer: boolean) => Dim | undefined,
): Fold {
  return ([a, b], dtype) => {
    if (!isDim(a) || !isDim(b)) return undefined;
    if (typeof a === 'number' && typeof b === 'number') {
      return rounded(onNumbers(a, b, isInteger(dtype)), dtype);
    }
    return onDims?.(a, b, isInteger(dtype));
  };
}

/** Lifts a function of one number (and of one dimension) to elements. */
export function unary(onNumber: (a: number) => number, onDim?: (a: DimExpression) => Dim | undefined): Fold {
  return ([a], dtype) => {
    if (typeof a === 'number') return rounded(onNumber(a), dtype);
    return isDim(a) ? onDim?.(a) : undefined;
  };
}

export const foldAdd = arithmetic((a, b) => a + b, add);
export const foldSubtract = arithmetic((a, b) => a - b, subtract);
export const foldMultiply = arithmetic((a, b) => a * b, multiply);
export const foldDivide = arithmetic(
  (a, b, integer) => (integer ? Math.trunc(a / b) : a / b),
  (a, b, integer) => {
    if (integer) return b === 0 ? undefined : floorDivide(a, b);
    if (typeof b === 'number') return b === 0 ? undefined : multiply(a, 1 / b);
    const quotient = floorDivide(a, b);
    return equalDims(multiply(quotient, b), a) ? quotient : undefined;
  },
);
export const foldMaximum = arithmetic((a, b) => Math.max(a, b), maximum);
export const foldMinimum = arithmetic((a, b) => Math.min(a, b), minimum);
export const foldModulo = arithmetic((a, b) => (b === 0 ? 0 : a - b * Math.floor(a / b)), modulo);
export const foldRemainder = arithmetic((a, b) => a % b);
export const foldPower = arithmetic(
  (a, b) => Math.pow(a, b),
  (a, b) => (b === 1 ? a : b === 2 ? multiply(a, a) : b === 0 ? 1 : undefined),
);

/** That of a − b. */
type Sign = -1 | 0 | 1;

function signOf<T extends number | string>(a: T, b: T): Sign {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The signs that a − b may have, whatever the symbols are. */
function possibleSigns(a: Dim, b: Dim): readonly Sign[] {
  if (equalDims(a, b)) return [0];
  const low = lowerBound(subtract(a, b));
  const high = -lowerBound(subtract(b, a));
  if (low > 0) return [1];
  if (high < 0) return [-1];
  if (low >= 0) return [0, 1];
  return high <= 0 ? [-1, 0] : [-1, 0, 1];
}

/** 1 or 0 where the order of two elements is certain, or as much of it as the comparison asks for. */
function compare(decide: (sign: Sign) => boolean): Fold {
  return ([a, b]) => {
    if (typeof a === 'string' && typeof b === 'string') return Number(decide(signOf(a, b)));
    if (!isDim(a) || !isDim(b)) return undefined;
    if (typeof a === 'number' && typeof b === 'number') {
      if (Number.isNaN(a) || Number.isNaN(b)) return 0;
      return Number(decide(signOf(a, b)));
    }
    const [answer, ...others] = possibleSigns(a, b).map(decide);
    return others.every((other) => other === answer) ? Number(answer) : undefined;
  };
}

export const foldEqual = compare((sign) => sign === 0);
export const foldLess = compare((sign) => sign < 0);
export const foldGreater = compare((sign) => sign > 0);
export const foldLessOrEqual = compare((sign) => sign <= 0);
export const foldGreaterOrEqual = compare((sign) => sign >= 0);

/** Whether an element is true; undefined when that is not certain. */
export function truth(element: Element): boolean | undefined {
  if (element === undefined || typeof element === 'string') return undefined;
  if (typeof element === 'number') return element !== 0;
  return lowerBound(element) > 0 ? true : undefined;
}

export function logical(
  decide: (a: boolean | undefined, b: boolean | undefined) => boolean | undefined,
): Fold {
  return ([a, b]) => {
    const result = decide(truth(a), truth(b));
    return result === undefined ? undefined : Number(result);
  };
}

/** floor of a dimension whose coefficients may be fractions, as products of a size and a scale are. */
export function floorFraction(dim: Dim): Dim | undefined {
  if (typeof dim === 'number') return Math.floor(dim);
  const denominator = commonDenominator(dim.terms.map((term) => term.coefficient));
  if (denominator === undefined) return undefined;
  if (denominator === 1) return roundCoefficients(dim, 1);
  return floorDivide(roundCoefficients(dim, denominator), denominator);
}

/** Multiplies and makes the coefficients whole: they are whole except for the rounding of floats. */
function roundCoefficients(dim: DimExpression, by: number): Dim {
  return mapCoefficients(dim, (coefficient) => Math.round(coefficient * by));
}

function commonDenominator(values: readonly number[]): number | undefined {
  for (let denominator = 1; denominator <= 1024; denominator++) {
    if (values.every((value) => Math.abs(value * denominator - Math.round(value * denominator)) < 1e-5)) {
      return denominator;
    }
  }
  return undefined;
}

/** floor(dim × scale) as runtimes compute Resize: in single precision, where that still counts one by one. */
export function scaled(dim: Dim, scale: number): Dim | undefined {
  if (typeof dim === 'number') {
    const size = dim * Math.fround(scale);
    return Math.floor(size < 2 ** 23 ? Math.fround(size) : size);
  }
  return floorFraction(multiply(dim, scale));
}

/** Applies a fold to the broadcast contents of inputs and states the content of output 0 when something is known. */
export function foldInputs(
  context: NodeContext,
  indices: readonly number[],
  shape: Shape | undefined,
  fold: Fold,
  dtype: DataType | undefined,
): void {
  const count = numericCount(shape);
  if (count === undefined || count > maximumElements) return;
  const operands: (readonly Element[])[] = [];
  for (const index of indices) {
    const elements = broadcastElements(context.elements(index), context.shape(index), shape!);
    if (!elements) return;
    operands.push(elements);
  }
  const result: Element[] = [];
  for (let i = 0; i < count; i++) {
    result.push(
      fold(
        operands.map((operand) => operand[i]),
        dtype,
      ),
    );
  }
  if (result.some((element) => element !== undefined)) context.setElements(0, result);
}
