/** Bounds that keep time and memory in proportion to what a file describes, whatever it claims. */
export const limits = {
  /** Bytes of a name or a text that are kept. */
  text: 64 * 1024,
  /** Operator codes; there are 210 operators, and custom ones. */
  codes: 10_000,
  /** Subgraphs: one for each branch, loop body and signature. */
  subgraphs: 10_000,
  /** Tensors and operators of all subgraphs, as written and as bodies are written out where they are used. */
  tensors: 500_000,
  operators: 250_000,
  /** Inputs and outputs of one operator, or of a subgraph. */
  names: 65_536,
  /** Dimensions of a tensor; kernels take 8 at most. */
  dimensions: 32,
  /** Elements of a tensor that are kept: shapes, axes, paddings. */
  elements: 1024,
  /** Numbers of a list in the options of an operator. */
  options: 65_536,
  /** Scales of a tensor that are shown. */
  scales: 8,
  /** Pairs of metadata and signatures. */
  pairs: 1000,
  /** Bodies within bodies. */
  depth: 32,
  /** Problems of one file. */
  problems: 100,
} as const;

/** Memory of each thing with its listing, beside the letters of its texts (as measured for ONNX's). */
export const memory = { tensor: 1500, operator: 2000, attribute: 300, pair: 300, letter: 3 } as const;
