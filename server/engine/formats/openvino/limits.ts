/** Bounds that keep time and memory in proportion to what a file describes, whatever it claims. */
export const limits = {
  /** Layers, those of bodies included. */
  layers: 250_000,
  /** Dimensions of a tensor. */
  dimensions: 64,
  /** Letters of an attribute or of a piece of metadata that are kept. */
  text: 64 * 1024,
  /** Pairs of metadata. */
  pairs: 1000,
  /** Problems of one file. */
  problems: 100,
} as const;

/** Memory of each thing with its listing (as measured for ONNX's). */
export const memory = { layer: 2500, attribute: 300, port: 500, edge: 200, pair: 300 } as const;
