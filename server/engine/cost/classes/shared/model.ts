import { entryOf } from '../../../../../outside/table';
import type { Kernel } from '../../../kernels/types';
import type { RuntimeRates } from '../../../kernels/profile';
import type { Operations } from '../../../operators/rule';
import type { Constants } from '../../constants';
import type { Machine } from '../../machine';

/** Where a kernel's bytes come from, per run, sized at the format in use. */
export interface LevelBytes {
  /** Off-chip memory. */
  readonly main: number;
  /** The part of it that is weights. */
  readonly mainWeights: number;
  /** All bytes that pass the on-chip level, those of main memory included. */
  readonly near: number;
  /** Weights streamed over the host link because no memory of the chip holds them. */
  readonly link: number;
}

/** All that a class model needs to know of one kernel. */
export interface KernelInput {
  readonly kernel: Kernel;
  readonly group: string;
  readonly machine: Machine;
  readonly constants: Constants;
  /** Those of the runtime's own kernels, of which `constants` are made; undefined where they run as the class's do. */
  readonly rates?: readonly RuntimeRates[] | undefined;
  readonly operations: Operations;
  readonly bytes: LevelBytes;
  /** All that a run reads and writes stays in the near memory from one run to the next. */
  readonly warm: boolean;
  /** Length of the rows that a softmax or a normalisation reduces; null for all else. */
  readonly columns: number | null;
  /** An activation that it reads is an input of the model, in the type in which it is given. */
  readonly readsGiven: boolean;
  /** Values that it writes. */
  readonly writes: number;
  /** Matrix operations of the whole run that the kernel is part of. */
  readonly runOperations: number;
  /** Samples in the run. */
  readonly samples: number;
  /** Bytes of one element of the activations and of the weights. */
  readonly activationBytes: number;
  readonly weightBytes: number;
}

/** The parts of a kernel's time in seconds; null where a rate is unknown. */
export interface Terms {
  readonly compute: number | null;
  readonly memory: number | null;
  /** Both together; the larger of the two when left out. */
  readonly work?: number | null;
  /** Seconds that no resource explains, besides the runtime's dispatch. */
  readonly fixed: number;
}

/** Terms of a kernel whose parts are all known. */
export type KnownTerms = Terms & { readonly compute: number; readonly memory: number };

/** A cost model of one chip class. */
export interface ClassModel {
  terms(input: KernelInput): Terms;
  /** The input with the constants that the law takes for it, where those are others than it is given. */
  asTaken?(input: KernelInput): KernelInput;
  /** Bytes of a kernel where its law moves fewer than the residency rule says. */
  bytesOf?(input: KernelInput): LevelBytes;
  /** The same where every core has a run of its own: a core's time divided by the cores. Only processors have it. */
  streamTerms?(input: KernelInput): Terms;
  /** Matrix, vector and special-function units cannot work at the same time. */
  readonly serialUnits: boolean;
  /** Its terms know how the steps of a recurrent layer follow each other. */
  readonly ownSteps?: boolean;
  /** Layers form a pipeline: throughput is that of the slowest stage. */
  readonly pipelined: boolean;
  /**
   * What does not lie on the chip at once is cut into parts: each is loaded, weights and all, once in a run, before it
   * works.
   */
  readonly inParts?: boolean;
  /** There is nothing to stream from: what does not fit does not run. */
  readonly mustFit?: boolean;
}

/** A constant by name, with the value that leaves the term out when it is not fitted. */
export function constant(input: KernelInput, name: string, fallback: number): number {
  return entryOf(input.constants.value, name) ?? fallback;
}
