/** Writes GGUF files as ggml's docs/gguf.md lays them out, without the reader that is tested. */

type Bytes = readonly number[];

/** Numbers of either byte order. */
export class GgufWriter {
  constructor(private readonly isLittle = true) {}

  u32(value: number): Bytes {
    return this.bytes(4, (view) => view.setUint32(0, value, this.isLittle));
  }

  u64(value: number | bigint): Bytes {
    return this.bytes(8, (view) => view.setBigUint64(0, BigInt(value), this.isLittle));
  }

  f32(value: number): Bytes {
    return this.bytes(4, (view) => view.setFloat32(0, value, this.isLittle));
  }

  text(value: string): Bytes {
    const bytes = new TextEncoder().encode(value);
    return [...this.u64(bytes.length), ...bytes];
  }

  /** A pair of metadata: key, type of value, value. */
  pair(key: string, type: number, value: Bytes): Bytes {
    return [...this.text(key), ...this.u32(type), ...value];
  }

  string(key: string, value: string): Bytes {
    return this.pair(key, 8, this.text(value));
  }

  array(type: number, items: readonly Bytes[], count: number | bigint = items.length): Bytes {
    return [...this.u32(type), ...this.u64(count), ...items.flat()];
  }

  /** A tensor's name, dimensions (the fastest first), type and place behind the head. */
  tensor(name: string, dims: readonly (number | bigint)[], type: number, offset: number | bigint): Bytes {
    return [
      ...this.text(name),
      ...this.u32(dims.length),
      ...dims.flatMap((dim) => this.u64(dim)),
      ...this.u32(type),
      ...this.u64(offset),
    ];
  }

  /** The head without the padding behind it. */
  head(
    pairs: readonly Bytes[],
    tensors: readonly Bytes[],
    { version = 3, pairCount = pairs.length, tensorCount = tensors.length }: HeadOptions = {},
  ): Bytes {
    return [
      ...[...'GGUF'].map((letter) => letter.charCodeAt(0)),
      ...this.u32(version),
      ...this.u64(tensorCount),
      ...this.u64(pairCount),
      ...pairs.flat(),
      ...tensors.flat(),
    ];
  }

  private bytes(length: number, set: (view: DataView) => void): Bytes {
    const view = new DataView(new ArrayBuffer(length));
    set(view);
    return [...new Uint8Array(view.buffer)];
  }
}

interface HeadOptions {
  readonly version?: number;
  readonly pairCount?: number | bigint;
  readonly tensorCount?: number | bigint;
}

/** A file: the head, zeros up to the alignment, and weights that are zero. */
export function file(head: Bytes, dataBytes: number, alignment = 32): Uint8Array {
  const start = Math.ceil(head.length / alignment) * alignment;
  const bytes = new Uint8Array(start + dataBytes);
  bytes.set(head);
  return bytes;
}

/** Three tensors of an architecture that nobody knows: 9,216 + 1,152 + 256 bytes of weights. */
export function tinyUnknown(): Uint8Array {
  const w = new GgufWriter();
  const pairs = [
    w.string('general.architecture', 'newllama'),
    w.string('general.name', 'tiny'),
    w.pair('newllama.block_count', 4, w.u32(1)),
    w.pair('newllama.attention.layer_norm_rms_epsilon', 6, w.f32(0.00001)),
    w.pair('tokenizer.ggml.add_bos_token', 7, [1]),
    w.pair(
      'tokenizer.ggml.tokens',
      9,
      w.array(
        8,
        Array.from({ length: 300 }, (_, i) => w.text(`t${i}`)),
      ),
    ),
  ];
  const tensors = [
    // 64 rows of 256 elements in blocks of 32 (18 bytes): 64 * 8 * 18 = 9,216 bytes.
    w.tensor('token_embd.weight', [256, 64], 2, 0),
    // 8 rows of 256 elements in one block of 256 (144 bytes): 8 * 144 = 1,152 bytes.
    w.tensor('blk.0.attn_q.weight', [256, 8], 12, 9216),
    // 64 floats: 256 bytes.
    w.tensor('output_norm.weight', [64], 0, 9216 + 1152),
  ];
  return file(w.head(pairs, tensors), 9216 + 1152 + 256);
}
