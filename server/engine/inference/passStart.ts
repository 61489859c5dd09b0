import type { Bindings, Dim } from '../graph/dim';
import type { Problem } from '../problem';
import type { InputBindings } from './bindings';
import type { FlatModel } from './flatModel';
import type { KnownValues } from './values/inputValues';

/** What a pass begins with. */
export interface PassStart {
  readonly flat: FlatModel;
  /** By node: 1 where something is wrong with the node itself. */
  readonly faulty: Uint8Array;
  readonly input: InputBindings;
  /** All that the user gave, also for names that no input has. */
  readonly userBindings: Bindings;
  /** Contents of inputs and conditions; none where left out. */
  readonly values?: KnownValues;
}

/** Hears what is found on the way. */
export interface PassListener {
  report(problem: Problem): void;
  /** Dimensions that are equal wherever the model runs. */
  readonly tie?: (a: Dim, b: Dim, isCertain: boolean, isDeclared?: boolean) => void;
}

/** How a pass differs from that with the numbers of a workload. */
export interface PassMode {
  /** Gives what the data decide the largest size that it can have. */
  readonly takesMost?: boolean;
  /**
   * Whether dimensions without a number are followed through what a graph computes from them, as they are unless false.
   * Runtimes do not: to them the result of a Reshape to such a shape has any size.
   */
  readonly followsSizes?: boolean;
  /** Whether of two branches of which data decides the one that costs more is taken, with its shapes. */
  readonly choosesBranches?: boolean;
}
