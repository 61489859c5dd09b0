import type { DataType } from '../graph/dataTypes';
import type { CachePolicy } from '../workload';
import type { MatrixShape, OperatorClass, Operations } from '../operators/rule';

/** A value that a kernel reads or writes: all that is known of traffic, residency and lifetimes comes from here. */
export interface Operand {
  /** Id. */
  readonly value: number;
  /** A weight does not depend on the inputs of the model. */
  readonly role: 'weight' | 'input' | 'output';
  /** The stored type; null where it is unknown or no tensor's. */
  readonly format: DataType | null;
  /** Elements of the whole value; null while a dimension is unknown. */
  readonly elements: number | null;
  /** Bytes per run that cross the border of the kernel, at the stored type; null while a dimension is unknown. */
  readonly bytes: number | null;
}

/** Nodes that a runtime runs as one, with the traffic that remains after fusion. */
export interface Kernel {
  readonly index: number;
  /** Flat indices in file order; none for what the runtime puts in by itself, such as a change of layout. */
  readonly nodes: readonly number[];
  /**
   * First matrix operator, else the first node that does something: it carries the dispatch time. Of a kernel without
   * nodes the one for which it was put in, which carries all of it.
   */
  readonly anchor: number;
  /** The fusion that made it, the operator of a kernel that was put in, or null for a single node. */
  readonly fusion: string | null;
  readonly operatorClass: OperatorClass;
  /** Per run; null while a dimension is unknown. */
  readonly operations: Operations | null;
  readonly matrixShape?: MatrixShape;
  /** The type that it computes in, where that is not the type of most of what it reads. */
  readonly computes?: DataType;
  /** Operations per clock of each core, where the runtime computes its anchor by plain code. */
  readonly perClock?: number;
  /** What is read from and written to outside, what is read first: values that are made and last read inside are left out. */
  readonly operands: readonly Operand[];
  /** Runs per run of the model; null when a trip count is unknown. */
  readonly repeat: number | null;
}

/** A cache of keys and values that a run is given, and the same with what the run adds. */
export interface Cache {
  /** Ids of an input and an output of the model. */
  readonly past: number;
  readonly present: number;
  /** Flat index of the node that makes the one of the other. */
  readonly node: number;
  /** That node does nothing else. */
  readonly isJoin: boolean;
}

/** What a plan takes for its caches. */
export interface Caches {
  readonly policy: CachePolicy;
  readonly list: readonly Cache[];
}

export interface KernelPlan {
  /** Id of the runtime profile that it follows. */
  readonly runtime: string;
  readonly kernels: readonly Kernel[];
  /** Kernel index of each node by flat index; -1 for folded nodes and those for which nothing is dispatched. */
  readonly kernelOfNode: Int32Array;
  /** 1 for nodes that a pattern of the profile made part of an operator which the runtime has (a decomposed Gelu). */
  readonly covered?: Uint8Array;
  readonly caches: Caches;
}
