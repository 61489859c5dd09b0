import { byteLength } from '../../graph/dataTypes';
import { add, floorDivide, multiply, type Dim } from '../../graph/dim';
import type { Shape } from '../../graph/model';
import { sharper } from '../helpers';
import type { NodeContext, WorkContext } from '../rule';

/** The shape when every dimension is stated. */
export function whole(...dims: readonly (Dim | undefined)[]): Shape | undefined {
  const known = dims.filter((dim) => dim !== undefined);
  return known.length === dims.length ? known : undefined;
}

/** a + b where both are known. */
export function plus(a: Dim | undefined, b: Dim | undefined): Dim | undefined {
  return a === undefined || b === undefined ? undefined : add(a, b);
}

/** a ÷ b where both are known. */
export function over(a: Dim | undefined, b: number | undefined): Dim | undefined {
  return a === undefined || b === undefined || b === 0 ? undefined : floorDivide(a, b);
}

/** a · b where both are known. */
export function times(a: Dim | undefined, b: number | undefined): Dim | undefined {
  return a === undefined || b === undefined ? undefined : multiply(a, b);
}

/** What the inputs of an attention in any of ONNX Runtime's layouts say. */
export interface Operands {
  readonly batch?: Dim | undefined;
  readonly queryLength?: Dim | undefined;
  /** New keys (those of the key input). */
  readonly newKeys?: Dim | undefined;
  readonly headSize?: Dim | undefined;
  readonly valueHeadSize?: Dim | undefined;
}

/**
 * Operands of MultiHeadAttention and its kin. Query is [batch, length, heads·size], with key and value packed into it
 * [batch, length, heads, 3, size]; key is [batch, length, heads·size], [batch, length, heads, 2, size] with the value,
 * or [batch, heads, length, size] as a cache. Source: ONNX Runtime, ContribOperators.md.
 */
export function multiHeadOperands(
  query: Shape | undefined,
  key: Shape | undefined,
  value: Shape | undefined,
  heads: number | undefined,
): Operands {
  if (query === undefined) return {};
  const [batch, queryLength] = query;
  if (query.length === 5) {
    const size = query[4];
    return { batch, queryLength, newKeys: queryLength, headSize: size, valueHeadSize: size };
  }
  const headSize = over(query[2], heads);
  if (key?.length === 5)
    return { batch, queryLength, newKeys: key[1], headSize: key[4], valueHeadSize: key[4] };
  if (key?.length === 4)
    return {
      batch,
      queryLength,
      newKeys: key[2],
      headSize: sharper(key[3], headSize),
      valueHeadSize: value?.[3],
    };
  return {
    batch,
    queryLength,
    newKeys: sharper(key?.[1], value?.[1]),
    headSize,
    valueHeadSize: over(value?.[2], heads),
  };
}

/**
 * Length of the keys after this step: past and new ones; where past and present share one buffer its length, else the
 * stated total. Undefined when the past is not known.
 */
export function totalKeys(
  past: Shape | undefined,
  pastGiven: boolean,
  newKeys: Dim | undefined,
  shared: boolean,
): Dim | undefined {
  if (!pastGiven) return newKeys;
  return shared ? past?.[2] : plus(past?.[2], newKeys);
}

/** The first element of an input when it is a dimension. */
export function scalarDim(context: NodeContext, input: number): Dim | undefined {
  const element = context.elements(input)?.[0];
  return typeof element === 'string' ? undefined : element;
}

/** Bytes of `elements` elements of the type of an input; 0 when the type is unknown. */
export function bytesOf(context: WorkContext, input: number, elements: number): number {
  const dtype = context.dtype(input);
  return dtype === undefined ? 0 : (byteLength(dtype, elements) ?? 0);
}
