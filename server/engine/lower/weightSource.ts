import type { DataType } from '../graph/dataTypes';
import type { Tensor } from '../graph/model';
import type { Role } from './architecture';

/** A tensor that an architecture cannot do without is not there. */
export class MissingTensorError extends Error {
  constructor(readonly tensor: string) {
    super(tensor);
    this.name = 'MissingTensorError';
  }
}

/** The tensors of a model by their role, from a file that has them or from sizes alone. */
export interface WeightSource {
  /** The type in which activations are held. */
  readonly activationType: DataType;
  /** The type in which keys and values are kept. */
  readonly cacheType: DataType;
  /** The type in which states of recurrences are carried along. */
  readonly stateType: DataType;
  has(role: Role, layer?: number, part?: Part): boolean;
  /**
   * The tensor of a role, undefined where the model has none of it.
   * @param dims as the architecture has them, where no file states its own: [outputs, inputs] of a product
   */
  find(role: Role, part: Part, dims: readonly number[], layer?: number): Tensor | undefined;
  /** As {@link find}; throws a {@link MissingTensorError} where there is none. */
  take(role: Role, part: Part, dims: readonly number[], layer?: number): Tensor;
}

export type Part = 'weight' | 'bias';
