import { floorDivide, product, subtract } from '../../graph/dim';
import { activationCost, activationWork, addWork } from '../activations';
import { rotaryWork } from '../attention';
import { productWork, weightOperand } from '../gemm';
import { sameType } from '../helpers';
import { normalizationWork, rmsNormOperations } from '../normalization';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { whole } from './attentionShapes';
import { rowsOf } from './gemm';
import { contrib } from './microsoft';

/** SiLU of the gate times the value; a limit clamps both (3), a factor and a summand that change something are 1 each. */
function gatedWork(context: WorkContext, elements: number): { vector: number; special: number } {
  const { vector, special } = activationCost('silu');
  const each =
    vector +
    1 +
    (context.float('limit', 0) > 0 ? 3 : 0) +
    (context.float('activation_alpha', 1) === 1 ? 0 : 1) +
    (context.float('activation_beta', 0) === 0 ? 0 : 1);
  return { vector: each * elements, special: special * elements };
}

const gatedFormula = 'vector 5·|Y| (sigmoid, two products), + 3·|Y| for a limit; special |Y|';

/** Gate and value come apart, or one behind the other in the last axis. */
const swiGlu = contrib(
  'SwiGLU',
  'elementwise',
  gatedFormula,
  (context) => {
    const shape = context.shape(0);
    const last = shape?.at(-1);
    if (context.hasInput(1) || !shape || last === undefined) return sameType(context);
    context.setTensor(0, context.dtype(0), [...shape.slice(0, -1), floorDivide(last, 2)]);
  },
  (context) => gatedWork(context, context.outputCountOf(0)),
);

/** One product whose first columns are router logits and whose others are gate and value of the shared expert. */
const routerGateUp = contrib(
  'RouterGateUpProj',
  'gemm',
  `matrix 2·M·N·K; ${gatedFormula} of the activated output`,
  (context) => {
    const [rows, columns, router] = [
      context.shape(0)?.slice(0, -1),
      context.shape(1)?.[1],
      context.int('router_size'),
    ];
    const known = rows && router !== undefined;
    context.setTensor(0, context.dtype(0), known ? [...rows, router] : undefined);
    const inner =
      columns === undefined || router === undefined ? undefined : floorDivide(subtract(columns, router), 2);
    context.setTensor(1, context.dtype(0), rows && inner !== undefined ? [...rows, inner] : undefined);
  },
  (context) => {
    const [k = 0, n = 0] = context.shape(1);
    const product = { batch: 1, m: rowsOf(context.shape(0)), n, k };
    return addWork(
      productWork(product, weightOperand(context, 0, 1)),
      gatedWork(context, context.outputCountOf(1)),
    );
  },
);

/** Sigmoid, bias and one comparison for each expert; scores instead of choices on demand, with a product in front. */
const groupRouter = contrib(
  'MoEGroupRouter',
  'other',
  'vector 5·T·experts (sigmoid, bias, comparison); special T·experts, + T·k (logarithms); matrix 2·T·experts·width with a projection',
  (context) => {
    const rows = context.shape(0)?.slice(0, -1);
    const shape = whole(rows && product(rows), context.shape(1)?.[0]);
    if (context.hasOutput(0)) context.setTensor(0, context.dtype(0), shape);
    for (const output of [1, 2]) if (context.hasOutput(output)) context.setTensor(output, 'float', shape);
  },
  (context) => {
    const [tokens, experts] = [rowsOf(context.shape(0)), context.shape(1)[0] ?? 0];
    const chosen = context.hasOutput(0) ? Math.min(experts, context.int('top_k', 1)) : 0;
    const sigmoid = activationWork('sigmoid', tokens * experts);
    const scores = addWork(sigmoid, { vector: 2 * tokens * experts, special: tokens * chosen });
    if (!context.hasInput(2)) return scores;
    const projection = { batch: 1, m: tokens, n: experts, k: context.shape(2)[1] ?? 0 };
    return addWork(productWork(projection, weightOperand(context, 0, 2)), scores);
  },
);

function inferLowRank(context: NodeContext): void {
  const [streams, branches] = [context.shape(0), context.int('num_branches')];
  const [rows, width] = [streams?.slice(0, -1), streams?.at(-1)];
  const known = rows && width !== undefined && branches;
  context.setTensor(0, context.dtype(0), known ? [...rows, floorDivide(width, branches)] : undefined);
  context.setTensor(1, context.dtype(0), known ? [...rows, branches] : undefined);
  if (context.hasOutput(2)) sameType(context, 0, 2);
}

/**
 * Steps of HyperConnectionLowRankMix for T rows of C streams with H features, in order: sum with the block before (2 per
 * element), norm of each stream, product down to R and SiLU, product up and sigmoid, gated sum over streams, scale, and the
 * gate behind the block with its own product and sigmoid.
 */
function lowRankWork(context: WorkContext): OperatorWork {
  const [rows, elements] = [rowsOf(context.shape(0)), context.count(0)];
  const branches = context.int('num_branches', 1);
  const [wide, rank] = [context.shape(2)[0] ?? 0, context.shape(2)[1] ?? 0];
  const steps = [
    normalizationWork(rmsNormOperations, elements, rows * branches),
    { vector: (context.hasInput(5) ? 2 * elements : 0) + rows * rank },
    activationWork('silu', rows * rank),
    activationWork('sigmoid', elements + rows * branches),
    { vector: 2 * elements + context.outputCountOf(0) + 2 * rows * branches },
  ];
  const down = productWork({ batch: 1, m: rows, n: rank, k: wide }, 'b');
  return steps.reduce<OperatorWork>((work, step) => addWork(work, step), {
    ...down,
    matrix: 2 * rows * wide * (2 * rank + branches),
  });
}

const hyperLowRank = contrib(
  'HyperConnectionLowRankMix',
  'gemm',
  'matrix 2·T·C·H·(2·R + C); vector 5·|S| (norm) + sigmoids, gate and sum, + 2·|S| for a block before; special T·C + T·R + |S|',
  inferLowRank,
  lowRankWork,
);

/** [B, S, heads·width] of a slice of the last axis; a flat batch is one sequence. */
function inferNormRotary(context: NodeContext): void {
  const shape = context.shape(0);
  const [batch, length, heads, stride] = shape?.length === 4 ? shape : [];
  const width = context.int('input_width', 0) || stride;
  const features = heads === undefined || width === undefined ? undefined : product([heads, width]);
  const tokens = batch === undefined || length === undefined ? undefined : product([batch, length]);
  const isFlat = context.int('flatten_batch', 0) === 1;
  const dtype = context.int('output_fp16', 0) === 1 ? 'float16' : 'bfloat16';
  context.setTensor(0, dtype, isFlat ? whole(1, tokens, features) : whole(batch, length, features));
  if (context.hasOutput(1)) context.setTensor(1, 'float', whole(batch, length, heads, width));
}

const normRotary = contrib(
  'RMSNormRotary',
  'normalization',
  '5·|Y| in all (1 special per row and head); vector 3 per rotated element',
  inferNormRotary,
  (context) => {
    const [, , , stride = 0] = context.shape(0);
    const width = context.int('input_width', 0) || stride;
    const elements = context.outputCountOf(0);
    const rows = width === 0 ? 0 : elements / width;
    const share = width === 0 ? 0 : context.int('rotary_embedding_dim', 0) / width;
    return addWork(normalizationWork(rmsNormOperations, elements, rows), rotaryWork(elements, share));
  },
);

/** Blocks of transformers that ONNX Runtime has as one operator. Shapes: its ContribOperators.md; operations: docs/operators.md. */
export const blockOperators: readonly OperatorRule[] = [
  swiGlu,
  routerGateUp,
  groupRouter,
  hyperLowRank,
  normRotary,
];
