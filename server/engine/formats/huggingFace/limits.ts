/** Bounds that keep time and memory in proportion to what a folder describes, whatever it claims. */
export const limits = {
  /** Bytes of a configuration; those with the names of 20,000 classes have one million. */
  configuration: 8_000_000,
  /** Bytes of the head of a safetensors file, of which the format allows 100 million, and of an index of such files. */
  head: 32_000_000,
  /** Tensors of a folder. */
  tensors: 250_000,
  /** Files of weights of a folder; the largest models have some 200. */
  files: 1000,
  /** Bytes of a name that are kept. */
  name: 64 * 1024,
  /** Problems of one model. */
  problems: 100,
} as const;

/** Memory of a tensor with its listing, beside the letters of its name (as GGUF's), and of a byte of JSON while it is read. */
export const memory = { tensor: 1000, letter: 3, json: 4 } as const;
