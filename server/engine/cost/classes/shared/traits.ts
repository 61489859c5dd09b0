import type { ProblemCode } from '../../../problem';
/** What is true of all chips of a class, besides how long they take (the class models). */
export interface ClassTraits {
  /** Its memory beside the arithmetic is meant to hold the weights: they are loaded once. */
  readonly weightsPersist: boolean;
  /**
   * Its compilers schedule a batch sample by sample through layers that share the on-chip memory, so that the weights are
   * read once and activations of a large batch do not leave the chip. XLA runs whole-batch operators.
   */
  readonly batchInTurn: boolean;
  /** It is its own host: inputs and outputs are where it reads and writes them. */
  readonly isHost: boolean;
  /** It is always a block of a larger chip: no card or module, so no host link is taken for granted. */
  readonly isBlock: boolean;
  /** Elementwise work runs on the same lanes as products: the FP32 rate is that of both. */
  readonly sharesLanes: boolean;
  /** Costs can be told although no tool chain takes ONNX. */
  readonly costsWithoutTools: boolean;
  /** What a table of measured kernels is fitted by: laws per kind of kernel, or each row as a model of one node. */
  readonly fit: 'laws' | 'nodes';
  /** Code of the problem that says why no network can be mapped on a chip that no tool chain reaches. */
  readonly noMapping: Extract<ProblemCode, `cost.no-mapping-${string}`>;
  /** Device name in OpenVINO, where it has one of its own. */
  readonly openvinoDevice: string | null;
}

/** Most classes; what differs is named. */
export const plain: ClassTraits = {
  weightsPersist: false,
  batchInTurn: false,
  isHost: false,
  isBlock: false,
  sharesLanes: false,
  costsWithoutTools: false,
  fit: 'nodes',
  noMapping: 'cost.no-mapping-closed',
  openvinoDevice: null,
};
