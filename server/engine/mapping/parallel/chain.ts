import type { Estimate, Spread } from '../../cost/types';
import type { Call } from './calls';

/** One kernel as a part of a sum of times. */
export interface Term {
  readonly operatorClass: string;
  readonly seconds: Estimate;
  readonly times: number;
  readonly common: Spread | null;
}

/** What a time is made of, seconds. */
export interface TimeParts {
  readonly compute: number;
  readonly memory: number;
  readonly link: number;
  readonly bubble: number;
  readonly overhead: number;
}

/** Bytes on one device by what they are for. */
export interface MemoryClasses {
  readonly weights: number;
  /** Caches of keys and values and other state, of all sequences. */
  readonly state: number;
  readonly activations: number;
  readonly gradients: number;
  readonly optimizer: number;
  readonly master: number;
  /** Activations that the way back needs. */
  readonly saved: number;
}

export const noMemory: MemoryClasses = {
  weights: 0,
  state: 0,
  activations: 0,
  gradients: 0,
  optimizer: 0,
  master: 0,
  saved: 0,
};

/** Classes of two added up, the second so many times. */
export function plusMemory(a: MemoryClasses, b: MemoryClasses, times = 1): MemoryClasses {
  return {
    weights: a.weights + b.weights * times,
    state: a.state + b.state * times,
    activations: a.activations + b.activations * times,
    gradients: a.gradients + b.gradients * times,
    optimizer: a.optimizer + b.optimizer * times,
    master: a.master + b.master * times,
    saved: a.saved + b.saved * times,
  };
}

/** One element of the chain of layers on one of the devices that share it, for one micro-batch. */
export interface Element {
  /** How often it follows itself. */
  readonly count: number;
  readonly terms: readonly Term[];
  /** Of its kernels together, without collectives; null where a time is unknown. */
  readonly seconds: number | null;
  readonly parts: Pick<TimeParts, 'compute' | 'memory' | 'overhead'>;
  /** Of a training step what happens once after all micro-batches, seconds. */
  readonly updateSeconds: number;
  /** Gradients that copies of the model exchange in a training step, bytes. */
  readonly gradientBytes: number;
  readonly calls: readonly Call[];
  /** What it takes of a device; activations are the most at one time. Null where a size is unknown. */
  readonly memory: MemoryClasses | null;
  /** Bytes that later elements read, of one micro-batch; null where a size is unknown. */
  readonly carriedBytes: number | null;
}

/** The chain of layers as one device of a group has it. */
export interface RankChain {
  readonly elements: readonly Element[];
  /** Weights that several elements read: a stage has one copy for all that it holds. */
  readonly shared: readonly { readonly memory: MemoryClasses; readonly elements: ReadonlySet<number> }[];
}
