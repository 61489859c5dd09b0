import { elementCount } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import { sharper } from '../helpers';
import type { OperatorRule } from '../rule';
import { whole } from './attentionShapes';
import { contrib } from './microsoft';

/** A bias table by distance: [1, heads, queries, keys], looked up by a logarithmic bucket of the distance. */
const relativePositionBias = contrib(
  'RelativePositionBias',
  'movement',
  'vector 4 per query-key pair (distance, bucket); special 1 per pair (logarithm)',
  (context) => {
    const element = (input: number, hint: string): Dim => {
      const value = context.elements(input)?.[0];
      return value === undefined || typeof value === 'string' ? context.fresh(hint) : value;
    };
    const heads = context.shape(0)?.[1];
    context.setTensor(
      0,
      context.dtype(0),
      whole(1, heads, element(1, 'query_length'), element(2, 'key_length')),
    );
  },
  (context) => {
    const pairs = elementCount(context.outputShape(0).slice(2));
    return { vector: 4 * pairs, special: pairs };
  },
);

/** Gates from a small projection of each head's query scale the relative position bias. */
const gatedRelativePositionBias = contrib(
  'GatedRelativePositionBias',
  'gemm',
  'matrix 2·tokens·heads·head size·D; vector tokens·(hidden bias + heads·(2·D + 8)) + |Y|; special 2·tokens·heads',
  (context) => {
    const offsets = context.shape(6);
    const query = context.shape(0);
    const batch = sharper(offsets?.[0], query?.length === 3 ? query[0] : undefined);
    const length = sharper(offsets?.[1], query?.length === 3 ? query[1] : undefined);
    const heads = context.int('num_heads');
    context.setTensor(0, context.dtype(0), whole(batch, heads, length, length));
  },
  (context) => {
    const heads = context.int('num_heads', 1);
    const [size = 0, columns = 0] = context.shape(3);
    const elements = context.count(0);
    const gates = size === 0 ? 0 : elements / size;
    return {
      matrix: 2 * gates * size * columns,
      vector: elements + gates * (2 * columns + 8) + context.outputCountOf(0),
      special: 2 * gates,
      matrixShape: {
        kind: 'gemm',
        batch: 1,
        m: heads === 0 ? 0 : gates,
        n: columns,
        k: size,
        weights: 'b',
      },
    };
  },
);

/** Biases by relative position. Shapes: ONNX Runtime, ContribOperators.md. */
export const contribPositionBiasOperators: readonly OperatorRule[] = [
  relativePositionBias,
  gatedRelativePositionBias,
];
