/** Bounds that keep time and memory in proportion to what a file describes, whatever it claims. */
export const limits = {
  /** Bytes of the configuration of a model, and of what is said of the run that wrote it. */
  config: 64_000_000,
  metadata: 64_000,
  /** Nodes of the graph, those of models that are called again included. */
  nodes: 50_000,
  /** Layers and models within each other, and lists within lists. */
  depth: 32,
  /** Items of a list that are kept. */
  list: 65_536,
  dimensions: 32,
  /** Letters of a text that are kept. */
  text: 4096,
  problems: 100,
} as const;

/** Memory of each thing with its listing, and of a byte of JSON while it is read. */
export const memory = { node: 2000, attribute: 300, value: 1000, weight: 600, json: 8 } as const;
