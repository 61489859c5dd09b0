/** Bounds that keep time and memory in proportion to what a file describes, whatever it claims. */
export const limits = {
  /** Bytes of a quoted text that are kept: 1,024 numbers of 8 bytes, in hexadecimal. */
  quoted: 20_000,
  /** Bytes of a file without its long quoted texts. */
  text: 256_000_000,
  statements: 250_000,
  /** Words, signs and groups of one statement. */
  items: 65_536,
  /** Groups within groups, and regions within regions. */
  depth: 64,
  /** Entries of a list in an attribute. */
  list: 4096,
  dimensions: 64,
  /** Letters of a name or of a text in an attribute. */
  name: 4096,
  problems: 100,
} as const;

/** Memory of each thing with its listing. */
export const memory = { statement: 2000, attribute: 300, value: 600 } as const;
