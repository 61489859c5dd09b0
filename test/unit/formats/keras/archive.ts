import { zip } from '../zip/zip';

type Json = Readonly<Record<string, unknown>>;

/** A layer as Keras writes it. */
export function layer(className: string, config: Json, others: Json = {}): Json {
  return { module: 'keras.layers', class_name: className, config, registered_name: null, ...others };
}

/** What a call is given: the result of another one. */
export function tensor(name: string, shape: readonly (number | null)[], node = 0, index = 0): Json {
  const config = { shape, dtype: 'float32', keras_history: [name, node, index] };
  return { class_name: '__keras_tensor__', config };
}

/** The calls of a layer, each with tensors. */
export const calls = (...all: readonly (readonly unknown[])[]): Json => ({
  inbound_nodes: all.map((args) => ({ args, kwargs: {} })),
});

const input = layer(
  'InputLayer',
  { batch_shape: [null, 4], dtype: 'float32', name: 'x' },
  { name: 'x', inbound_nodes: [] },
);

/** A model of layers between an input of 4 numbers and the last of them. */
export function functional(...layers: readonly Json[]): Json {
  const named = layers.map((one) => ({ name: (one['config'] as Json)['name'], ...one }));
  const last = named.at(-1)!;
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: 'm',
      layers: [input, ...named],
      input_layers: [['x', 0, 0]],
      output_layers: [[last.name, 0, 0]],
    },
  };
}

/** A product, an activation, a layer that a program brings itself, and one more product. */
export const program: Json = functional(
  layer(
    'Dense',
    { name: 'first', units: 3, activation: 'relu', use_bias: true },
    calls([tensor('x', [null, 4])]),
  ),
  layer(
    'Wonder',
    { name: 'wonder', often: 2 },
    { ...calls([tensor('first', [null, 3])]), module: 'mine', registered_name: 'mine>Wonder' },
  ),
  layer('Dense', { name: 'last', units: 2, use_bias: false }, calls([tensor('wonder', [null, 3])])),
);

/** An archive as `Model.save` writes it, but for its weights. */
export function archive(config: Json | string = program, isPacked = false): Uint8Array {
  return zip(
    {
      'metadata.json': '{"keras_version": "3.15.1"}',
      'config.json': typeof config === 'string' ? config : JSON.stringify(config),
      'model.weights.h5': new Uint8Array(8),
    },
    isPacked,
  );
}
