import { mostKeptElements } from '../../graph/tensors';

/** Bounds that keep time and memory in proportion to the graph, whatever a file claims. */
export const limits = {
  /** Messages within messages; protobuf's own readers stop at 100. */
  depth: 64,
  /** Elements of a tensor that are kept. */
  elements: mostKeptElements,
  /** Bytes of such a tensor: 1,024 complex128. */
  elementBytes: 1024 * 16,
  /** Bytes of kept elements in all. */
  elementBudget: 64 * 1024 * 1024,
  /** Bytes of a name or a text; longer names are shortened with a hash, longer texts cut. */
  text: 64 * 1024,
  /** Bytes of one attribute's list or string. */
  attribute: 3 * 1024 * 1024,
  /** Strings of one attribute: vocabularies have 100,000. */
  strings: 250_000,
  /** Bytes of one node, function or tensor description without weights. */
  chunk: 256 * 1024 * 1024,
  /**
   * Nodes, values, tensors, attributes and entries in all: so many, and one more for each so many bytes of the file.
   * Models have a part for every 60 to 200 bytes without their weights. A graph or a function counts as ten.
   */
  parts: 150_000,
  bytesPerPart: 40,
  /**
   * Parts of fewer bytes say nothing: no node does without an operator and an output, no tensor without a type. The schema
   * tells of those that do with less.
   */
  hollowBytes: 5,
  hollowParts: 10_000,
  /** Names and dimensions of one message. */
  perMessage: 65_536,
  /** Problems of one file; the rest is counted. */
  problems: 8,
} as const;
