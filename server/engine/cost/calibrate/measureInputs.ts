import type { DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import type { Model } from '../../graph/model';
import type { Inference } from '../../inference/types';
import { problem } from '../../problem';
import type { Problem } from '../../problem';

/** A graph input with its size under the workload. */
export interface MeasureInput {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Dimensions as the file declares them; null where it declares none. */
  readonly declared: readonly Dim[] | null;
}

/** The inputs that a run is given; those of unknown type or size are errors. */
export function inputsOf(
  model: Model,
  inference: Inference,
): { inputs: MeasureInput[]; problems: Problem[] } {
  const inputs: MeasureInput[] = [];
  const problems: Problem[] = [];
  const weights = new Set(model.graph.initializers.map(({ name }) => name));
  const declared = new Map(model.graph.inputs.map(({ name, type }) => [name, type]));
  for (const id of inference.scopes[0]?.inputs ?? []) {
    const { name, type } = inference.values[id]!;
    if (weights.has(name)) continue;
    const shape = type?.kind === 'tensor' ? type.shape?.filter((dim) => typeof dim === 'number') : undefined;
    if (type?.kind !== 'tensor' || !type.dtype || !shape || shape.length !== type.shape?.length) {
      problems.push(problem('error', 'measure.input-unknown', { input: name }));
      continue;
    }
    const own = declared.get(name);
    inputs.push({ name, dtype: type.dtype, shape, declared: (own?.kind === 'tensor' && own.shape) || null });
  }
  return { inputs, problems };
}

/** How numpy makes an input: floats at random, whole numbers 1, which is a valid index, mask and position. */
const numpyTypes: Readonly<Partial<Record<DataType, string>>> = {
  ...{ float: 'float32', float16: 'float16', double: 'float64', bool: 'bool_' },
  ...{ int8: 'int8', int16: 'int16', int32: 'int32', int64: 'int64' },
  ...{ uint8: 'uint8', uint16: 'uint16', uint32: 'uint32', uint64: 'uint64' },
};

/** The expression that makes an input in Python. */
export function numpyInput({ dtype, shape }: MeasureInput): string {
  const type = numpyTypes[dtype];
  const size = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  if (type === undefined) return `None,  # numpy has no ${dtype}`;
  return type.startsWith('float')
    ? `random.standard_normal(${size}).astype(np.${type}),`
    : `np.ones(${size}, np.${type}),`;
}

/** `-f NAME:N` for each dimension that has a name; null where an expression or no declaration stands. */
export function overrides(inputs: readonly MeasureInput[]): string[] | null {
  const result = new Map<string, number>();
  for (const { declared, shape } of inputs) {
    if (!declared || declared.length !== shape.length) return null;
    for (const [at, dim] of declared.entries()) {
      if (typeof dim === 'number') continue;
      if (!/^\w+$/.test(dim.key)) return null;
      result.set(dim.key, shape[at]!);
    }
  }
  return [...result].flatMap(([name, size]) => ['-f', `${name}:${size}`]);
}
