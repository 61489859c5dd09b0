import { emptyGraph } from '../graph/emptyModel';
import type { Facts, Model, Parsed, Tensor } from '../graph/model';
import { problem } from '../problem';
import type { Problem, ProblemCode } from '../problem';
import { isKnownToGguf, ofGguf } from './gguf';
import { Hyperparameters, MissingKeyError, type MetadataEntry } from './hyperparameters';
import { operatorSetsOf, transformerGraph } from './transformer';
import { MissingTensorError } from './weightSource';

/** What a file holds that names an architecture and has its weights, but no graph. */
export interface Weights {
  readonly format: string;
  /** '' where the file does not say. */
  readonly name: string;
  /** '' where the file does not say. */
  readonly architecture: string;
  readonly facts: Facts;
  /** What the file states of the architecture, by its own keys. */
  readonly values: ReadonlyMap<string, MetadataEntry>;
  readonly tensors: readonly Tensor[];
}

const codes: ReadonlySet<ProblemCode> = new Set([
  'lower.no-architecture',
  'lower.unknown-architecture',
  'lower.missing-key',
  'lower.missing-tensor',
  'lower.pipeline',
]);

/** Whether a problem says that a file has no graph. */
export function isWithoutGraph({ code }: Problem): boolean {
  return codes.has(code);
}

/**
 * The model that weights belong to: its graph where the architecture is known here and all is there that it needs. Else
 * the model has the weights alone, counts as partial, and a remark says so.
 */
export function lower(weights: Weights): Parsed<Model> {
  const { architecture } = weights;
  if (architecture === '') return withoutGraph(weights, problem('information', 'lower.no-architecture', {}));
  if (!isKnownToGguf(architecture))
    return withoutGraph(weights, problem('information', 'lower.unknown-architecture', { architecture }));
  try {
    return withGraph(weights);
  } catch (error) {
    if (error instanceof MissingKeyError)
      return withoutGraph(weights, problem('warning', 'lower.missing-key', { architecture, key: error.key }));
    if (!(error instanceof MissingTensorError)) throw error;
    const { tensor } = error;
    return withoutGraph(weights, problem('warning', 'lower.missing-tensor', { architecture, tensor }));
  }
}

function withGraph({ format, name, architecture, facts, values, tensors }: Weights): Parsed<Model> {
  const known = ofGguf(name || architecture, new Hyperparameters(architecture, values), tensors);
  const graph = transformerGraph(known.architecture, known.weights, tensors);
  return {
    value: { origin: { format, facts }, operatorSets: operatorSetsOf(graph), graph, functions: [] },
    problems: [],
  };
}

function withoutGraph({ format, name, facts, tensors }: Weights, remark: Problem): Parsed<Model> {
  const graph = { ...emptyGraph, name, initializers: tensors };
  const model = { origin: { format, facts }, operatorSets: [], graph, functions: [], isPartial: true };
  return { value: model, problems: [remark] };
}
