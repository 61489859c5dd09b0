import { elementCount } from '../../graph/dataTypes';
import { floorDivide, product, type Dim } from '../../graph/dim';
import type { Shape } from '../../graph/model';
import { matMulShape, productOf, productWork, weightOperand } from '../gemm';
import type { NodeContext, OperatorRule, WorkContext } from '../rule';
import { layerWork, tflite } from './rule';

/** W is [N, K]; X is taken as rows of K, whatever its rank, and keeps its shape before the last axis if so told. */
function fullyConnectedShape(context: NodeContext): Shape | undefined {
  const [x, w] = [context.shape(0), context.shape(1)];
  if (!x || w?.length !== 2) return undefined;
  const [n, k] = w as [Dim, Dim];
  const rows = floorDivide(product(x), k);
  if (context.int('keep_num_dims', 0) === 0 || x.length === 0) return [rows, n];
  context.tie(x.at(-1), k);
  return [...x.slice(0, -1), n];
}

const fullyConnected: OperatorRule = {
  ...tflite(
    'FULLY_CONNECTED',
    'gemm',
    'matrix 2·rows·N·K; vector |Y| for a bias; its activation; quantised: vector 4·|Y|',
    (context) => context.setTensor(0, context.dtype(0), fullyConnectedShape(context)),
    (context) => {
      const [n = 0, k = 0] = context.shape(1);
      const m = k === 0 ? 0 : context.count(0) / k;
      const work = productWork({ batch: 1, m, n, k }, weightOperand(context, 0, 1));
      return layerWork(context, { ...work, vector: context.hasInput(2) ? context.outputCountOf(0) : 0 });
    },
  ),
  counterpart: { name: 'Gemm', input: (own) => own, isSameForm: false },
};

/** The last two axes change places where the attribute says so. */
function oriented<T>(shape: readonly T[], isTransposed: boolean): readonly T[] {
  if (!isTransposed || shape.length < 2) return shape;
  return [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
}

const isSet = (context: NodeContext | WorkContext, name: string): boolean => context.int(name, 0) !== 0;

const batchMatMul: OperatorRule = {
  ...tflite(
    'BATCH_MATMUL',
    'gemm',
    'matrix 2·batch·M·N·K; quantised: vector 4·|Y|',
    (context) => {
      const [a, b] = [context.shape(0), context.shape(1)];
      const left = a && oriented(a, isSet(context, 'adj_x'));
      const right = b && oriented(b, isSet(context, 'adj_y'));
      context.setTensor(0, context.dtype(0), matMulShape(context, left, right));
    },
    (context) => {
      const left = oriented(context.shape(0), isSet(context, 'adj_x'));
      const right = oriented(context.shape(1), isSet(context, 'adj_y'));
      const work = productWork(productOf(left, right, context.outputShape(0)), weightOperand(context, 0, 1));
      return layerWork(context, work);
    },
  ),
  counterpart: { name: 'MatMul', input: (own) => own, isSameForm: false },
};

/**
 * Singular value decomposition filter: each of F filters is a product with the input of one step and one with what it
 * gave in the last M steps; so many filters (the rank) are added up into each unit.
 */
const svdf = tflite(
  'SVDF',
  'recurrent',
  'matrix 2·batch·F·(I + M); vector batch·F, + |Y| for a bias; its activation',
  (context) => {
    const [batch] = context.shape(0) ?? [];
    const filters = context.shape(1)?.[0];
    const known = batch !== undefined && filters !== undefined;
    const rank = Math.max(context.int('rank', 1), 1);
    context.setTensor(0, context.dtype(0), known ? [batch, floorDivide(filters, rank)] : undefined);
  },
  (context) => {
    const [batch = 0, width = 0] = context.shape(0);
    const [filters = 0, memory = 0] = context.shape(2);
    const results = context.outputCountOf(0);
    return layerWork(context, {
      matrix: 2 * batch * filters * (width + memory),
      vector: batch * filters + (context.hasInput(3) ? results : 0),
      matrixShape: {
        kind: 'gemm',
        batch: 1,
        m: batch,
        n: filters,
        k: width + memory,
        weights: 'b',
      },
    });
  },
);

/** Rows of tables that lists of ids name, added up for each list. */
const embeddingLookupSparse = tflite(
  'EMBEDDING_LOOKUP_SPARSE',
  'movement',
  'vector 2·ids·row (× weight, +)',
  (context) => {
    const [lists, table] = [context.elements(2), context.shape(4)];
    const outer = lists?.slice(0, -1);
    const known = table && outer?.every((element) => typeof element === 'number');
    context.setTensor(0, context.dtype(4), known ? [...outer, ...table.slice(1)] : undefined);
  },
  (context) => ({ vector: 2 * context.count(0) * elementCount(context.shape(4).slice(1)) }),
);

/** Layers that multiply with weights. Source: LiteRT's reference kernels. */
export const layerRules: readonly OperatorRule[] = [fullyConnected, batchMatMul, svdf, embeddingLookupSparse];
