import { byteLength, dataTypes, elementCount, type DataType } from '../graph/dataTypes';
import type { Tensor } from '../graph/model';
import type { Role } from './architecture';
import { MissingTensorError, type Part, type WeightSource } from './weightSource';

/** The names of tensors by role, with `{}` for the number of the layer; null: none. One that begins with = is whole. */
export type TensorNames = Readonly<Partial<Record<Role, string | null>>>;

/** The tensors of a file by their role: what the file has is what the model has. */
export class WeightsOfFile implements WeightSource {
  /** llama.cpp keeps states of recurrences in 32 bits (`llama_memory_recurrent`), whatever caches are kept in. */
  readonly stateType = 'float';
  private readonly byName: ReadonlyMap<string, Tensor>;

  constructor(
    tensors: readonly Tensor[],
    private readonly names: TensorNames,
    readonly activationType: DataType,
    readonly cacheType: DataType,
  ) {
    this.byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  }

  has(role: Role, layer?: number, part: Part = 'weight'): boolean {
    return this.tensor(role, part, layer) !== undefined;
  }

  find(role: Role, part: Part, _dims: readonly number[], layer?: number): Tensor | undefined {
    return this.tensor(role, part, layer);
  }

  take(role: Role, part: Part, _dims: readonly number[], layer?: number): Tensor {
    const tensor = this.tensor(role, part, layer);
    if (!tensor) throw new MissingTensorError(this.nameOf(role, part, layer) ?? role);
    return tensor;
  }

  private tensor(role: Role, part: Part, layer: number | undefined): Tensor | undefined {
    const name = this.nameOf(role, part, layer);
    return name === undefined ? undefined : this.byName.get(name);
  }

  private nameOf(role: Role, part: Part, layer: number | undefined): string | undefined {
    const name = this.names[role];
    if (!name) return undefined;
    const whole = name.replace('{}', String(layer));
    return whole.startsWith('=') ? whole.slice(1) : `${whole}.${part}`;
  }
}

/**
 * The type in which a runtime holds activations beside these weights: the one of 16 bits that most bytes of plain floats
 * have, 32 bits where all weights have those, half precision beside types in blocks.
 */
export function activationTypeOf(tensors: readonly Tensor[]): DataType {
  const bytes = new Map<DataType, number>();
  let hasBlocks = false;
  for (const { dtype, dims } of tensors) {
    if (dtype === undefined || dims.length < 2) continue;
    const { kind } = dataTypes[dtype];
    if (kind === 'block') hasBlocks = true;
    if (kind !== 'float') continue;
    bytes.set(dtype, (bytes.get(dtype) ?? 0) + (byteLength(dtype, elementCount(dims)) ?? 0));
  }
  const half = (['bfloat16', 'float16'] as const).filter((type) => bytes.has(type));
  const [first = 'float16', second] = half;
  if (second !== undefined && bytes.get(second)! > bytes.get(first)!) return second;
  return hasBlocks || half.length > 0 ? first : bytes.has('float') ? 'float' : 'float16';
}
