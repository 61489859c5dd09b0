import type { DataType } from '../graph/dataTypes';
import type { Model, ValueInfo } from '../graph/model';
import { Query } from '../query';
import { schemaAt, type SchemaParameter } from '../operators/schema';

/** What schemas call the caches of keys and values that an operator takes and gives. */
const cacheParameters: ReadonlySet<string> = new Set([
  'past_key',
  'past_value',
  'present_key',
  'present_value',
]);

/**
 * A model whose caches of keys and values are of another type: those inputs and outputs of the graph that an operator takes
 * or gives as a cache and whose type, by its schema, is not that of the activations. Nodes stay the same objects. Null where
 * the model has no such cache.
 */
export function withCacheType(model: Model, type: DataType): Model | null {
  return retyped.at(model, () => retype(model, type), type);
}

/** Made once: what is learned of a model is kept with it. */
const retyped = new Query<Model, Model | null>();

function retype(model: Model, type: DataType): Model | null {
  const { graph } = model;
  const names = cacheNames(model);
  const isCache = ({ name }: ValueInfo): boolean => names.has(name);
  if (!graph.inputs.some(isCache)) return null;
  const typed = (value: ValueInfo): ValueInfo =>
    isCache(value) && value.type?.kind === 'tensor'
      ? { ...value, type: { ...value.type, dtype: type } }
      : value;
  return {
    ...model,
    graph: { ...graph, inputs: graph.inputs.map(typed), outputs: graph.outputs.map(typed) },
  };
}

function cacheNames({ graph }: Model): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { domain, operator, inputs, outputs } of graph.nodes) {
    const schema = schemaAt(domain, operator, Infinity);
    if (!schema) continue;
    const own = schema.inputs[0]?.type;
    const take = (values: readonly string[], parameters: readonly SchemaParameter[]): void => {
      for (const [at, { name, type }] of parameters.entries()) {
        const value = values[at];
        if (value && cacheParameters.has(name) && type !== own) names.add(value);
      }
    };
    take(inputs, schema.inputs);
    take(outputs, schema.outputs);
  }
  return names;
}
