import { ceilDivide, floorDivide, product, type Dim } from '../../graph/dim';
import { activationCost, activationWork, addWork } from '../activations';
import { rotaryWork } from '../attention';
import { broadcastInputs } from '../broadcast';
import { knownScalar, sameShape, sameType } from '../helpers';
import { softmaxWork } from '../softmax';
import type { NodeContext, OperatorRule, WorkContext } from '../rule';
import { contrib, like } from './microsoft';

/** One output of the first input's type, with operations per element and more for a bias that is given. */
function pointwise(name: string, vector: number, special: number, bias?: number): OperatorRule {
  const optional = bias === undefined ? '' : ', + |X| for a bias';
  return contrib(
    name,
    'elementwise',
    `vector ${String(vector)}·|X|${optional}; special ${String(special)}·|X|`,
    like(),
    (context) => ({
      vector: context.count(0) * (vector + (bias !== undefined && context.hasInput(bias) ? 1 : 0)),
      special: special * context.count(0),
    }),
  );
}

/** An activation that stands alone, after an optional or required bias. */
function activated(name: string, activation: string, bias?: number): OperatorRule {
  const cost = activationCost(activation);
  return pointwise(name, cost.vector, cost.special, bias);
}

/** The second half of the last axis, as gate, multiplies the first. */
const biasSplitGelu = contrib(
  'BiasSplitGelu',
  'elementwise',
  'vector |X| (bias) + 5·|Y| (GELU, gate); special |Y|',
  (context) => {
    const shape = context.shape(0);
    const width = shape?.[shape.length - 1];
    const halved =
      shape === undefined || width === undefined ? undefined : [...shape.slice(0, -1), floorDivide(width, 2)];
    context.setTensor(0, context.dtype(0), halved);
  },
  (context) => ({
    vector: context.count(0) + 5 * context.outputCountOf(0),
    special: context.outputCountOf(0),
  }),
);

const biasSoftmax = contrib(
  'BiasSoftmax',
  'softmax',
  'vector 5·|X| (bias, softmax); special |X|',
  like(),
  (context) => {
    const work = softmaxWork(context.count(0));
    return { ...work, vector: work.vector + context.count(0) };
  },
);

const trains = (context: WorkContext, mode: number): boolean =>
  context.hasInput(mode) && knownScalar(context, mode) === 1;

/** Dropout with bias and residual in front; the mask is one bool or one bit per element. */
function dropout(name: string, firstOptional: number, additions: number, bits: boolean): OperatorRule {
  const mode = firstOptional + 1;
  return contrib(
    name,
    'elementwise',
    'vector |X| for a bias, |X| for a residual; training 3·|X| (compare, mask, scale)',
    (context) => {
      sameType(context);
      if (!context.hasOutput(1)) return;
      const shape = context.shape(0);
      if (!bits) context.setTensor(1, 'bool', shape);
      else context.setTensor(1, 'uint32', shape && [ceilDivide(product(shape), 32)]);
    },
    (context) => {
      const residual = additions > 0 && context.hasInput(2) ? 1 : 0;
      const each = (additions > 0 ? 1 : 0) + residual + (trains(context, mode) ? 3 : 0);
      return { vector: each * context.count(0) };
    },
  );
}

/** Complex numbers are pairs in the last axis: 4 multiplications, an addition and a subtraction for each. */
function complex(name: string): OperatorRule {
  return contrib(
    name,
    'elementwise',
    'vector 3·|C| (6 per complex number)',
    (context) => context.setTensor(0, context.dtype(0), broadcastInputs(context, [0, 1])),
    (context) => ({ vector: 3 * context.outputCountOf(0) }),
  );
}

const rotaryEmbedding = contrib(
  'RotaryEmbedding',
  'elementwise',
  'vector 3 per rotated element (4 ×, 1 +, 1 − per pair)',
  like(),
  (context) => rotaryWork(context.count(0), rotatedShare(context)),
);

const multiRotaryEmbedding = contrib(
  'MRotaryEmbedding',
  'elementwise',
  'vector 3 per rotated element (4 ×, 1 +, 1 − per pair)',
  like(),
  (context) => rotaryWork(context.count(0), rotatedShare(context)),
);

/** Share of a head that is rotated. */
function rotatedShare(context: WorkContext): number {
  const rotary = context.int('rotary_embedding_dim', 0);
  const shape = context.shape(0);
  const last = shape[shape.length - 1] ?? 0;
  const heads = context.int('num_heads', 0);
  const head = shape.length === 3 && heads > 0 ? last / heads : last;
  return rotary > 0 && head > 0 ? Math.min(1, rotary / head) : 1;
}

/** q·cos + rotated q·sin for queries and keys; cosine and sine of the embedding once. */
const gemmaRotary = contrib(
  'GemmaRotaryEmbedding',
  'elementwise',
  'vector 3·(|q| + |k|); special 2·|emb| (cosine, sine)',
  (context) => {
    sameType(context, 1, 0);
    if (context.hasOutput(1)) sameType(context, 3, 1);
  },
  (context) => ({
    vector: 3 * (context.count(1) + context.count(3)),
    special: 2 * context.count(0),
  }),
);

/** decay = scale · softplus(a + bias) and beta = sigmoid(b). */
const linearAttentionGate = contrib(
  'LinearAttentionGate',
  'elementwise',
  'vector 3·|a| (bias, softplus, scale), + 3·|b| (sigmoid); special 2·|a|, + |b|',
  (context) => {
    sameType(context);
    if (context.hasOutput(1)) sameType(context, 0, 1);
  },
  (context) => ({
    vector: 3 * context.count(0) + 3 * context.count(3),
    special: 2 * context.count(0) + context.count(3),
  }),
);

/** Branches of a hyper-connection: grouped [..., branches, width], or flattened [..., branches·width]. */
function branches(context: NodeContext | WorkContext): number {
  return context.int('num_branches', 0);
}

const hyperPreMix = contrib(
  'HyperConnectionPreMix',
  'elementwise',
  'vector 2·|streams| (×, +) + |Y| (scale)',
  (context) => {
    const shape = context.shape(0);
    const width = shape?.[shape.length - 1];
    if (shape === undefined || width === undefined) {
      context.setTensor(0, context.dtype(0), undefined);
      return;
    }
    const count = branches(context);
    // Grouped streams have the number of branches as an axis of their own even where the attribute repeats it.
    const grouped = count === 0 || shape[shape.length - 2] === count;
    const reduced: Dim[] = grouped
      ? [...shape.slice(0, -2), width]
      : [...shape.slice(0, -1), floorDivide(width, count)];
    context.setTensor(0, context.dtype(0), reduced);
  },
  (context) => ({ vector: 2 * context.count(0) + context.outputCountOf(0) }),
);

const hyperPostMix = contrib(
  'HyperConnectionPostMix',
  'elementwise',
  'vector 2·|streams| (gate, +), + 2·|streams|·branches for a stream matrix',
  like(),
  (context) => {
    const mixes = context.hasInput(3) ? (context.shape(3)[context.shape(3).length - 1] ?? 0) : 0;
    return { vector: context.count(0) * (2 + 2 * mixes) };
  },
);

/** 1 if every element of every input is finite. */
const isAllFinite = contrib(
  'IsAllFinite',
  'reduction',
  'vector 2·|inputs| (compare, and)',
  (context) => context.setTensor(0, 'bool', []),
  (context) => {
    let elements = 0;
    for (let input = 0; input < context.inputCount; input++) elements += context.count(input);
    return { vector: 2 * elements };
  },
);

const murmurHash = contrib(
  'MurmurHash3',
  'elementwise',
  'vector 12·|X| (multiply, rotate, xor of one 32-bit block and the final mix)',
  (context) => sameShape(context, context.int('positive', 1) === 0 ? 'int32' : 'uint32'),
  (context) => ({ vector: 12 * context.count(0) }),
);

const mulInteger = contrib(
  'MulInteger',
  'elementwise',
  'vector |C|, + |A| and |B| for zero points',
  (context) => context.setTensor(0, 'int32', broadcastInputs(context, [0, 2])),
  (context) => ({
    vector:
      context.outputCountOf(0) +
      (context.hasInput(1) ? context.count(0) : 0) +
      (context.hasInput(3) ? context.count(2) : 0),
  }),
);

const orderedGelu = pointwise('QOrderedGelu', activationCost('gelu').vector + 5, 1);

/** Pairwise distances of the rows of two matrices. */
const pairwiseDistance = contrib(
  'CDist',
  'gemm',
  'matrix 2·M·K·N; vector 2·M·K + |A| + |B|; special M·K for euclidean',
  (context) => {
    const rows = context.shape(0)?.[0];
    const columns = context.shape(1)?.[0];
    context.setTensor(
      0,
      context.dtype(0),
      rows === undefined || columns === undefined ? undefined : [rows, columns],
    );
  },
  (context) => {
    const [m = 0, n = 0] = context.shape(0);
    const k = context.shape(1)[0] ?? 0;
    const isEuclidean = context.string('metric', 'sqeuclidean') === 'euclidean';
    return {
      matrix: 2 * m * k * n,
      vector: 2 * m * k + context.count(0) + context.count(1),
      special: isEuclidean ? m * k : 0,
      matrixShape: { kind: 'gemm', batch: 1, m, n: k, k: n, weights: 'none' },
    };
  },
);

/** Inverse of square matrices by elimination: 2·n³ operations each. */
const inverse = contrib(
  'Inverse',
  'other',
  'vector 2·|X|·n (elimination, 2·n³ per matrix)',
  like(),
  (context) => {
    const shape = context.shape(0);
    return { vector: 2 * context.count(0) * (shape[shape.length - 1] ?? 0) };
  },
);

/** The gate of a row comes in, or is the sigmoid of a product with one column. */
const gatedAdd = contrib(
  'GatedAdd',
  'elementwise',
  'vector 2·|X|; with a weight for the gate matrix 2·|gate| and a sigmoid of each row',
  like(),
  (context) => {
    const [k = 0] = context.shape(3);
    const rows = k === 0 ? 0 : context.count(2) / k;
    const gate = activationWork('sigmoid', rows);
    return addWork({ matrix: 2 * rows * k }, { ...gate, vector: gate.vector + 2 * context.count(0) });
  },
);

/** ONNX Runtime's elementwise operators. Shapes: its ContribOperators.md; operations: docs/operators.md. */
export const contribElementwiseOperators: readonly OperatorRule[] = [
  activated('Gelu', 'gelu'),
  activated('BiasGelu', 'gelu', 1),
  activated('FastGelu', 'fastgelu', 1),
  activated('QuickGelu', 'quickgelu'),
  pointwise('ScaledSiLU', activationCost('silu').vector + 1, 1),
  orderedGelu,
  pointwise('BiasAdd', 2, 0),
  gatedAdd,
  pointwise('SampleOp', 0, 0),
  biasSplitGelu,
  biasSoftmax,
  dropout('BiasDropout', 3, 2, false),
  dropout('BitmaskBiasDropout', 3, 2, true),
  dropout('BitmaskDropout', 1, 0, true),
  complex('ComplexMul'),
  complex('ComplexMulConj'),
  rotaryEmbedding,
  multiRotaryEmbedding,
  gemmaRotary,
  linearAttentionGate,
  hyperPreMix,
  hyperPostMix,
  isAllFinite,
  murmurHash,
  mulInteger,
  pairwiseDistance,
  inverse,
];
