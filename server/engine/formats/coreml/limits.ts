/** Bounds that keep time and memory in proportion to what a file describes, whatever it claims. */
export const limits = {
  /** Operations or layers, those of blocks and of all models of a pipeline included. */
  nodes: 250_000,
  /** Bytes of a package's manifest. */
  manifest: 1_000_000,
  dimensions: 64,
  /** Items of a list in an attribute. */
  list: 65_536,
  /** Blocks within blocks, and pipelines within pipelines. */
  depth: 32,
  /** Letters of a text that are kept. */
  text: 4096,
  /** Pairs of metadata. */
  pairs: 1000,
  /** Elements of a tensor that are kept. */
  elements: 1024,
  problems: 100,
} as const;

/** Memory of each thing with its listing, beside what the file itself takes while it is read. */
export const memory = { node: 2000, attribute: 300, value: 1000, tensor: 800 } as const;
