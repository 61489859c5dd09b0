/** Bounds that keep time and memory in proportion to what a file describes, whatever it claims. */
export const limits = {
  /** Bytes of the JSON of a program; each node carries the lines of source that it comes from. */
  program: 256_000_000,
  nodes: 250_000,
  values: 500_000,
  /** Items of a list in an argument. */
  list: 65_536,
  dimensions: 64,
  /** Graphs that are called within graphs. */
  depth: 32,
  /** Letters of a text that are kept. */
  text: 4096,
  /** Letters of the lines of a program that led to a node; 40 frames have some 6,000. */
  trace: 16_384,
  problems: 100,
} as const;

/** Memory of each thing with its listing, of a letter of a trace, and of a byte of JSON while it is read. */
export const memory = { node: 2000, attribute: 300, value: 1000, letter: 2, json: 4 } as const;
