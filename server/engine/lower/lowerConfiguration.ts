import { emptyGraph } from '../graph/emptyModel';
import type { Facts, Model, Parsed, Tensor } from '../graph/model';
import { problem } from '../problem';
import type { Problem } from '../problem';
import { classOf, diffusersGraph, isKnownClass, isPipeline, pipelineParts } from './diffusers/diffusers';
import { objectOf, type JsonObject } from './fields';
import { MissingKeyError } from './hyperparameters';
import { quantisationOf } from './quantisation';
import { MissingTensorError } from './weightSource';
import { graphOf, isKnownModel } from './models';
import { operatorSetsOf } from './transformer';

/** A configuration of transformers, with the tensors of the files beside it; none where there is it alone. */
export interface ConfiguredWeights {
  /** '' where nobody says. */
  readonly name: string;
  readonly configuration: JsonObject;
  readonly tensors: readonly Tensor[];
  readonly facts: Facts;
}

/**
 * The model that a configuration describes. Of a model with several parts (text and images) the one that is known here; a
 * remark says so. Where none is, the tensors alone.
 */
export function lowerConfiguration(given: ConfiguredWeights): Parsed<Model> {
  const { name, configuration, tensors } = given;
  const className = classOf(configuration);
  if (className !== undefined) return ofDiffusers(given, className);
  const type = configuration['model_type'];
  if (typeof type !== 'string' || type === '')
    return withoutGraph(given, problem('information', 'lower.no-architecture', {}));
  const part = isKnownModel(type) ? configuration : partOf(configuration);
  if (!part)
    return withoutGraph(given, problem('information', 'lower.unknown-architecture', { architecture: type }));
  try {
    const quantisation = quantisationOf(configuration);
    const isUnknown = quantisation === 'unknown';
    const known = isUnknown ? null : quantisation;
    const all = { configuration: part, tensors, quantisation: known };
    const graph = graphOf(name || type, String(part['model_type']), all);
    const origin = { format: 'hugging-face', facts: given.facts };
    const model = { origin, operatorSets: operatorSetsOf(graph), graph, functions: [] };
    const problems = isUnknown ? [problem('warning', 'lower.unknown-quantisation', {})] : [];
    if (part === configuration) return { value: model, problems };
    const args = { architecture: type, part: String(part['model_type']) };
    const remark = problem('information', 'lower.one-part', args);
    return { value: { ...model, ...partly(tensors) }, problems: [...problems, remark] };
  } catch (error) {
    return withoutGraph(given, lackOf(type, error));
  }
}

/** What to say of a configuration that lacks a number, or of files that lack a tensor; other errors are thrown. */
function lackOf(architecture: string, error: unknown): Problem {
  if (error instanceof MissingTensorError)
    return problem('warning', 'lower.missing-tensor', { architecture, tensor: error.tensor });
  if (!(error instanceof MissingKeyError)) throw error;
  return problem('warning', 'lower.missing-key', { architecture, key: error.key });
}

/** A model of diffusers, or what is said of a pipeline of several. */
function ofDiffusers(given: ConfiguredWeights, className: string): Parsed<Model> {
  const { name, configuration, tensors, facts } = given;
  if (isPipeline(className)) {
    const list = pipelineParts(configuration)
      .map((part) => `${part.name} (${part.className})`)
      .join(', ');
    return withoutGraph(
      given,
      problem('information', 'lower.pipeline', { pipeline: className, parts: list }),
    );
  }
  if (!isKnownClass(className))
    return withoutGraph(
      given,
      problem('information', 'lower.unknown-architecture', { architecture: className }),
    );
  try {
    const graph = diffusersGraph(name || className, className, configuration, tensors);
    const origin = { format: 'hugging-face', facts };
    return { value: { origin, operatorSets: operatorSetsOf(graph), graph, functions: [] }, problems: [] };
  } catch (error) {
    return withoutGraph(given, lackOf(className, error));
  }
}

/** The text model of one that also sees or hears. */
function partOf(configuration: JsonObject): JsonObject | undefined {
  const part = objectOf(configuration['text_config']);
  const type = part?.['model_type'];
  if (!part || typeof type !== 'string' || !isKnownModel(type)) return undefined;
  // The type of the numbers stands outside.
  return { dtype: configuration['dtype'] ?? configuration['torch_dtype'], ...part };
}

function withoutGraph({ name, tensors, facts }: ConfiguredWeights, remark: Problem): Parsed<Model> {
  const graph = { ...emptyGraph, name, initializers: tensors };
  const origin = { format: 'hugging-face', facts };
  return {
    value: { origin, operatorSets: [], graph, functions: [], ...partly(tensors) },
    problems: [remark],
  };
}

/** A model that is known in part; without its files nobody knows what the rest of it stores. */
function partly(tensors: readonly Tensor[]): Pick<Model, 'isPartial' | 'storesMore'> {
  return { isPartial: true, ...(tensors.length === 0 && { storesMore: true }) };
}
