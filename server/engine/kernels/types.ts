import type { MatrixShape, OperatorClass, Operations, WorkBytes } from '../operators/rule';

/** Nodes that a runtime runs as one, with the traffic that remains after fusion. */
export interface Kernel {
  readonly index: number;
  /** Flat indices in file order. */
  readonly nodes: readonly number[];
  /** First matrix operator, else the first node that does something: it carries the dispatch time. */
  readonly anchor: number;
  /** The fusion that made it, or null for a single node. */
  readonly fusion: string | null;
  readonly operatorClass: OperatorClass;
  /** Per run; null while a dimension is unknown. */
  readonly operations: Operations | null;
  /** Off-kernel traffic per run at stored types: values that live and die inside are left out. */
  readonly bytes: WorkBytes | null;
  readonly matrixShape?: MatrixShape;
  /** Value ids read from and written to outside; weights among the inputs. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Runs per run of the model; null when a trip count is unknown. */
  readonly repeat: number | null;
}

export interface KernelPlan {
  /** Id of the runtime profile that it follows. */
  readonly runtime: string;
  readonly kernels: readonly Kernel[];
  /** Kernel index of each node by flat index; -1 for folded nodes and those for which nothing is dispatched. */
  readonly kernelOfNode: Int32Array;
  /** 1 for nodes that a pattern of the profile made part of an operator which the runtime has (a decomposed Gelu). */
  readonly covered?: Uint8Array;
}
