/** Dimensions and what can be done with them. */
export type { Bindings, Dim, DimExpression } from './dimTypes';
export {
  add,
  equalDims,
  lowerBound,
  mapCoefficients,
  multiply,
  negate,
  printDim,
  subtract,
  sum,
  product,
  symbol,
} from './dimPolynomial';
export { ceilDivide, floorDivide, modulo } from './dimDivide';
export { maximum, minimum } from './dimExtremes';
export { evaluate, substitute, symbolsOf } from './dimEvaluate';
export { parseDim } from './dimParse';
