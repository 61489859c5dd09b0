import { emptyGraph } from '../graph/emptyModel';
import type { Facts, Model, Parsed, Tensor } from '../graph/model';
import { problem } from '../problem';
import type { Problem, ProblemCode } from '../problem';

/** What a file holds that names an architecture and has its weights, but no graph. */
export interface Weights {
  readonly format: string;
  /** '' where the file does not say. */
  readonly name: string;
  /** '' where the file does not say. */
  readonly architecture: string;
  readonly facts: Facts;
  readonly tensors: readonly Tensor[];
}

const codes: ReadonlySet<ProblemCode> = new Set(['lower.no-architecture', 'lower.unknown-architecture']);

/** Whether a problem says that a file has no graph. */
export function isWithoutGraph({ code }: Problem): boolean {
  return codes.has(code);
}

/**
 * The model that weights belong to. No architecture's graph is known here yet: the model has the weights alone, counts as
 * partial, and a remark says so.
 */
export function lower({ format, name, architecture, facts, tensors }: Weights): Parsed<Model> {
  const graph = { ...emptyGraph, name, initializers: tensors };
  const model = { origin: { format, facts }, operatorSets: [], graph, functions: [], isPartial: true };
  const remark: Problem =
    architecture === ''
      ? problem('information', 'lower.no-architecture', {})
      : problem('information', 'lower.unknown-architecture', { architecture });
  return { value: model, problems: [remark] };
}
