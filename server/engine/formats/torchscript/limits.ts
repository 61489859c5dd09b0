/** Bounds that keep time and memory in proportion to what a file describes, whatever it claims. */
export const limits = {
  /** Bytes of a text of code, of all of them, and of a pickle. */
  code: 32_000_000,
  allCode: 128_000_000,
  pickle: 128_000_000,
  /** Steps of a pickle, and of code that is followed. */
  opcodes: 10_000_000,
  steps: 1_000_000,
  /** Calls within calls, and expressions within expressions. */
  depth: 100,
  nodes: 50_000,
  /** Items of a list. */
  list: 65_536,
  dimensions: 64,
  /** Letters of a name that are kept. */
  name: 4096,
  problems: 100,
} as const;

/** Memory of each thing with its listing, and of a byte of code or pickle while it is read. */
export const memory = { node: 2000, attribute: 300, value: 600, byte: 12 } as const;
