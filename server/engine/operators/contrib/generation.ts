import type { Dim } from '../../graph/dim';
import { knownScalar } from '../helpers';
import type { NodeContext, OperatorRule, SubgraphSteps } from '../rule';
import { scalarDim, whole } from './attentionShapes';
import { contrib } from './microsoft';

/** Steps after the prompt: the stated maximal length without the prompt's (encoders start at one token). */
function decoderSteps(context: NodeContext): number | null {
  const limit = knownScalar(context, 1);
  if (limit === undefined) return null;
  const prompt = context.has('encoder') ? 1 : context.shape(0)?.[1];
  return typeof prompt === 'number' ? Math.max(1, limit - prompt) : null;
}

/**
 * The graphs of a search: the encoder once, the first decoder step once where it has a graph of its own, and the
 * decoder for every further token up to the maximal length.
 */
function* runGraphs(context: NodeContext): SubgraphSteps {
  const steps = decoderSteps(context);
  for (const attribute of ['encoder', 'init_decoder'])
    if (context.has(attribute)) yield { attribute, inputs: [], repeat: 1 };
  yield { attribute: 'decoder', inputs: [], repeat: steps };
}

/** One sequence per text. */
function* inferGreedy(context: NodeContext): SubgraphSteps {
  const batch = context.shape(0)?.[0];
  const length = scalarDim(context, 1) ?? context.fresh('max_length');
  context.setTensor(0, 'int32', whole(batch, length));
  if (context.hasOutput(1)) {
    const vocabulary = context.int('vocab_size');
    const size = vocabulary !== undefined && vocabulary > 0 ? vocabulary : context.fresh('vocabulary');
    context.setTensor(1, 'float', whole(batch, size));
  }
  yield* runGraphs(context);
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
    const vocabulary: Dim = context.int('vocab_size') ?? context.fresh('vocabulary');
    context.setTensor(2, dtype, whole(context.fresh('steps'), batch, beams, vocabulary));
  }
  // Cross attention scores: [batch, sequences, layers·heads, frames, tokens]; speech probabilities: one per text.
  if (context.hasOutput(3)) context.setTensor(3, 'float', undefined);
  if (context.hasOutput(4)) context.setTensor(4, 'float', whole(batch));
  yield* runGraphs(context);
}

const formula =
  'the encoder and the first decoder graph once, the decoder graph (maximal length − prompt) times; the search itself is not counted';

/** Searches of generated text, which run graphs. Shapes: ONNX Runtime, ContribOperators.md. */
export const contribGenerationOperators: readonly OperatorRule[] = [
  contrib('GreedySearch', 'control', formula, inferGreedy),
  contrib('Sampling', 'control', formula, inferGreedy),
  contrib('BeamSearch', 'control', formula, inferBeam),
  contrib('WhisperBeamSearch', 'control', formula, inferBeam),
];
