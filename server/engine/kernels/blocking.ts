/** What a runtime keeps in blocks of channels (NCHWc) instead of whole images, and what it fuses there. */
export interface Blocking {
  /** Channels of a block. */
  readonly block: number;
  /** Channels that a dense or a depthwise convolution reads in blocks are a multiple of this. */
  readonly inputStep: number;
  readonly convolutions: readonly string[];
  /** Those of them that could still take something in. */
  readonly taking: readonly string[];
  readonly pools: readonly string[];
  /** Pools that stay as they are where their input is not in blocks. */
  readonly poolsInPlace: readonly string[];
  /** Sums of two, which a convolution takes in. */
  readonly sums: readonly string[];
  readonly products: readonly string[];
  readonly joins: readonly string[];
  readonly resizes: readonly string[];
  /** They become a convolution of each channel. */
  readonly normalizations: readonly string[];
  readonly transposes: readonly string[];
  /** Activations that a convolution takes in, and those that only leave blocks as they are. */
  readonly activations: readonly string[];
  readonly through: readonly string[];
}

/** What a runtime computes on images whose channels are their last axis, and what it takes along. */
export interface ChannelsLast {
  /** They read and write images that way. */
  readonly convolutions: readonly string[];
  /** Of whole numbers, they go along whenever what they read is turned. */
  readonly always: readonly string[];
  /** What they make is turned where what they read is. */
  readonly through: readonly string[];
  /** The same, but that they may leave out axes: of two that are left the order is the same in both forms. */
  readonly reducing: readonly string[];
  readonly transposes: readonly string[];
}
