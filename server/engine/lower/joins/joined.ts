import type { Building } from '../blocks';
import type { Fields } from '../fields';
import type { GraphWriter } from '../graphWriter';
import type { WeightSource } from '../weightSource';

/** What a model of several parts is written with. */
export interface Joined {
  readonly writer: GraphWriter;
  readonly fields: Fields;
  /** Weights of the model itself, beside those of its parts. */
  readonly weights: WeightSource;
  /** A part as it is written: its nodes' names begin with its own. */
  readonly part: (name: string, more?: Partial<Building>) => Building;
}
