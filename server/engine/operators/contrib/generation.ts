import { multiply, type Dim } from '../../graph/dim';
import type { Fact, NodeContext, OperatorRule, SubgraphSteps } from '../rule';
import { scalarDim, whole } from './attentionShapes';
import { contrib } from './microsoft';

/**
 * Steps after the prompt: the user's binding `loop:<node>`, else the stated maximal length without the prompt's
 * (encoders start at one token); unknown while either is symbolic, 1 where the length is data, which is said.
 */
function decoderSteps(context: NodeContext): number | null {
  const name = `loop:${context.node.name || context.node.outputs.find((output) => output !== '')}`;
  const bound = context.binding(name);
  if (bound !== undefined) return bound;
  const limit = scalarDim(context, 1);
  if (limit === undefined) {
    context.report('information', 'loop-trips-assumed', { binding: name });
    return 1;
  }
  const prompt = context.has('encoder') ? 1 : context.shape(0)?.[1];
  if (typeof limit !== 'number' || typeof prompt !== 'number') return null;
  return Math.max(1, limit - prompt);
}

/**
 * The graphs of a search: the encoder once, the first decoder step once where it has a graph of its own, and the
 * decoder for every further token up to the maximal length, on one token of each beam.
 */
function* runGraphs(context: NodeContext, beams: Dim): SubgraphSteps {
  const steps = decoderSteps(context);
  const prompt = context.fact(0);
  if (context.has('encoder')) yield { attribute: 'encoder', inputs: [prompt], repeat: 1 };
  if (context.has('init_decoder')) yield { attribute: 'init_decoder', inputs: [], repeat: 1 };
  const batch = context.shape(0)?.[0];
  const token: Fact | undefined =
    batch === undefined
      ? undefined
      : { type: { kind: 'tensor', dtype: 'int32', shape: [multiply(batch, beams), 1] } };
  yield { attribute: 'decoder', inputs: [token], repeat: steps };
}

/** One sequence per text. */
function* inferGreedy(context: NodeContext): SubgraphSteps {
  const batch = context.shape(0)?.[0];
  const length = scalarDim(context, 1) ?? context.fresh('max_length');
  context.setTensor(0, 'int32', whole(batch, length));
  if (context.hasOutput(1)) {
    const vocabulary = context.int('vocab_size');
    const size = vocabulary !== undefined && vocabulary > 0 ? vocabulary : context.unknown('vocabulary');
    context.setTensor(1, 'float', whole(batch, size));
  }
  yield* runGraphs(context, 1);
}

/** Several sequences per text, their scores, and optionally the scores of every step. */
function* inferBeam(context: NodeContext): SubgraphSteps {
  const batch = context.shape(0)?.[0];
  const length = scalarDim(context, 1) ?? context.fresh('max_length');
  const beams = scalarDim(context, 3) ?? context.fresh('beams');
  const returned = scalarDim(context, 4) ?? context.fresh('sequences');
  context.setTensor(0, 'int32', whole(batch, returned, length));
  const dtype = context.dtype(5) ?? 'float';
  if (context.hasOutput(1)) context.setTensor(1, dtype, whole(batch, returned));
  if (context.hasOutput(2)) {
    const vocabulary: Dim = context.int('vocab_size') ?? context.unknown('vocabulary');
    context.setTensor(2, dtype, whole(context.fresh('steps'), batch, beams, vocabulary));
  }
  // Cross attention scores: [batch, sequences, layers·heads, frames, tokens]; speech probabilities: one per text.
  if (context.hasOutput(3)) context.setTensor(3, 'float', undefined);
  if (context.hasOutput(4)) context.setTensor(4, 'float', whole(batch));
  yield* runGraphs(context, beams);
}

const formula =
  'the encoder and the first decoder graph once, the decoder graph (maximal length − prompt) times or as loop:<node> says; the search itself is not counted';

/** Searches of generated text, which run graphs. Shapes: ONNX Runtime, ContribOperators.md. */
export const contribGenerationOperators: readonly OperatorRule[] = [
  contrib('GreedySearch', 'control', formula, inferGreedy),
  contrib('Sampling', 'control', formula, inferGreedy),
  contrib('BeamSearch', 'control', formula, inferBeam),
  contrib('WhisperBeamSearch', 'control', formula, inferBeam),
];
