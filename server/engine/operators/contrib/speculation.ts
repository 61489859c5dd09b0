import { elementCount } from '../../graph/dataTypes';
import { activationWork, addWork } from '../activations';
import { sameType } from '../helpers';
import { normalizationWork, rmsNormOperations } from '../normalization';
import type { OperatorRule, OperatorWork, WorkContext } from '../rule';
import { bytesOf, whole } from './attentionShapes';
import { recurrenceWork } from './linearAttention';
import { contrib } from './microsoft';

/** Numbers of a CPU input, where the model states all of them. */
function metadata(context: WorkContext): readonly number[] | undefined {
  const elements = context.elements(3);
  return elements?.every((element) => typeof element === 'number') ? elements : undefined;
}

/**
 * Convolution of four taps with SiLU, the recurrence of a gated state with D·x beside it, SiLU of the gate, and the norm of
 * each group, for the tokens of one sequence. Of the states one slot is read and as many as there are tokens are written.
 */
function mambaWork(context: WorkContext): OperatorWork {
  const [tokens = 0] = context.shape(0);
  const [slots = 0, channels = 0] = context.shape(1);
  const [, heads = 0, dState = 0, headSize = 0] = context.shape(2);
  const width = tokens * heads * headSize;
  const written = slots === 0 ? 0 : Math.min(1, tokens / slots);
  const steps = [
    { matrix: 8 * tokens * channels, vector: tokens * channels },
    activationWork('silu', tokens * channels),
    recurrenceWork('gated', tokens, { query: heads, value: heads }, dState, headSize),
    // dt: bias, softplus, clamp; dt·x, D·x and its sum; the gate.
    addWork(activationWork('softplus', tokens * heads), { vector: 2 * tokens * heads + 4 * width }),
    activationWork('silu', width),
    normalizationWork(rmsNormOperations, width, tokens * context.int('n_groups', 1)),
  ];
  const states = [1, 2];
  const share = (input: number, part: number): number => bytesOf(context, input, context.count(input) * part);
  return {
    ...steps.reduce<OperatorWork>((work, step) => addWork(work, step), {}),
    inputBytes: Object.fromEntries(states.map((at) => [at, slots === 0 ? 0 : share(at, 1 / slots)])),
    outputBytes: Object.fromEntries(states.map((at) => [at, share(at, written)])),
  };
}

const mamba2Verify = contrib(
  'Mamba2Verify',
  'attention',
  'matrix 8·tokens·channels (convolution) + as LinearAttention gated; SiLU of channels and gate, norm of each group; one slot of the states read, min(tokens, slots) written',
  (context) => {
    const [tokens, heads, headSize] = [
      context.shape(0)?.[0],
      context.int('heads'),
      context.int('head_dim', 64),
    ];
    const inner = heads === undefined ? undefined : heads * headSize;
    context.setTensor(0, context.dtype(0), whole(tokens, inner));
    sameType(context, 1, 1);
    sameType(context, 2, 2);
    if (context.hasOutput(3)) context.setTensor(3, context.dtype(0), whole(tokens, context.shape(1)?.[1]));
    if (context.hasOutput(4)) context.setTensor(4, 'float', whole(tokens, inner));
  },
  mambaWork,
);

/** What is copied: batch × channels × history of the metadata; without it, the bytes of the whole tensors at most. */
const convStateReplay = contrib(
  'ConvStateReplay',
  'movement',
  '0 operations; bytes of the state that the metadata tells, else of the whole tensors',
  (context) => sameType(context, 2),
  (context) => {
    const numbers = metadata(context);
    if (!numbers) return {};
    const state = bytesOf(context, 2, elementCount(numbers.slice(3, 6)));
    return { inputBytes: { 0: state, 1: 0, 2: 0 }, outputBytes: { 0: state } };
  },
);

/** For each kept transition the decay of the state (1) and k⊗delta (2 per element). */
const deltaNetReplay = contrib(
  'GatedDeltaNetStateReplay',
  'attention',
  'n kept transitions: matrix 2·n·|state|; vector n·|state| (decay)',
  (context) => sameType(context, 2),
  (context) => {
    const numbers = metadata(context);
    if (!numbers) return {};
    const [heads = 0, dv = 0, dk = 0, keyHeads = 0, , kept = 0] = numbers.slice(5);
    const state = heads * dv * dk;
    const bytes = (elements: number): number => bytesOf(context, 2, elements);
    const captured = kept * (heads + keyHeads * dk + heads * dv);
    return {
      matrix: 2 * kept * state,
      vector: kept * state,
      inputBytes: { 0: bytes(state), 1: bytes(captured), 2: 0 },
      outputBytes: { 0: bytes(state) },
    };
  },
);

/** Predictions against drafts, one comparison for each. */
const prefixCommit = contrib(
  'SpeculativePrefixCommit',
  'other',
  'vector |predictions| (comparisons)',
  (context) => {
    const predictions = context.shape(0);
    context.setTensor(0, 'int32', predictions && whole(predictions.length === 1 ? 1 : predictions[0]));
    sameType(context, 3, 1);
    sameType(context, 4, 2);
  },
  (context) => ({ vector: context.count(0) }),
);

/** Selections joined in order, each kept once. */
const indexerMerge = contrib(
  'PackedSparseAttentionIndexerMerge',
  'other',
  'vector |selected indices| (comparisons)',
  (context) => {
    const queries = context.shape(2)?.[0];
    context.setTensor(0, 'int32', whole(queries, context.int('max_output_entries')));
    for (const output of [1, 2]) context.setTensor(output, 'int32', whole(queries));
  },
  (context) => ({ vector: context.outputCountOf(0) }),
);

/** Steps of speculative decoding on states, drafts and selections. Shapes: ONNX Runtime, ContribOperators.md. */
export const speculationOperators: readonly OperatorRule[] = [
  mamba2Verify,
  convStateReplay,
  deltaNetReplay,
  prefixCommit,
  indexerMerge,
];
