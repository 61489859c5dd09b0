/** Bounds that keep time and memory in proportion to what a file describes, whatever it claims. */
export const limits = {
  /** Bytes of a name or a text that are kept. */
  text: 64 * 1024,
  /** Operator sets, and pairs of metadata. */
  sets: 1000,
  /** Values and tensors of a graph. */
  values: 500_000,
  /** Nodes, those of subgraphs included. */
  nodes: 250_000,
  /** Attributes of a node. */
  attributes: 1000,
  /** Items of a list: numbers or names. */
  list: 250_000,
  /** Dimensions of a tensor. */
  dimensions: 64,
  /** Elements of a tensor that are kept. */
  elements: 1024,
  /** Graphs within graphs, and types within types. */
  depth: 32,
  /** Problems of one file. */
  problems: 100,
} as const;

/** Memory of each thing with its listing (as measured for ONNX's). */
export const memory = { value: 1500, node: 2000, attribute: 300 } as const;
