/** Bounds that keep time and memory in proportion to what a file describes, whatever it claims. */
export const limits = {
  /** Bytes of a key, a name or a text that are kept; the specification gives keys 65,535 and names 64. */
  text: 64 * 1024,
  /** Pairs of metadata; models have 20 to 100. */
  pairs: 65_536,
  /** Tensors; models have up to some ten thousand. */
  tensors: 250_000,
  /** Files of a model. */
  parts: 1000,
  /** Dimensions of a tensor; ggml has four. */
  dimensions: 8,
  /** Arrays within arrays. */
  depth: 8,
  /** Items of an array that are kept: vocabularies have 250,000. */
  items: 8,
  /** Numbers of an array that are all kept: one for each layer. */
  numbers: 1024,
  /** Letters of such an item. */
  item: 200,
  /** Items of arrays that are passed over one by one, in all: texts and arrays within arrays. */
  walked: 5_000_000,
  /** Problems of one file. */
  problems: 100,
} as const;

/** Memory of a pair and of a tensor with its listing, beside the letters of their texts (measured for ONNX's). */
export const memory = { pair: 300, tensor: 1000, letter: 3 } as const;
