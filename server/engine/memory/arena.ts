/**
 * An arena that grows by regions: best fit with coalescing (BFC), as ONNX Runtime has it from TensorFlow
 * (core/framework/bfc_arena.h, bfc_arena.cc of onnxruntime 1.32.0, strategy kNextPowerOfTwo).
 */

/** Sizes are multiples of it (kMinAllocationSize). */
const step = 256;
/** Size of the first region (DEFAULT_INITIAL_CHUNK_SIZE_BYTES). */
const firstRegion = 1024 * 1024;
/** A chunk is split where at least so much of it would be left over (DEFAULT_MAX_DEAD_BYTES_PER_CHUNK), or half of it. */
const mostWaste = 128 * 1024 * 1024;

export interface Chunk {
  readonly region: Region;
  readonly offset: number;
  size: number;
  isFree: boolean;
}

interface Region {
  /** By offset; together they are the whole region. */
  readonly chunks: Chunk[];
  /** What was ever handed out reaches so far: the rest of the region is never touched. */
  touched: number;
}

export class Arena {
  private readonly regions: Region[] = [];
  private nextRegion = firstRegion;

  /** Bytes of the regions that were ever handed out: what the operating system has to back with memory. */
  get touchedBytes(): number {
    return this.regions.reduce((sum, { touched }) => sum + touched, 0);
  }

  /** @param bytes above 0 */
  allocate(bytes: number): Chunk {
    const size = Math.ceil(bytes / step) * step;
    const chunk = this.bestFit(size) ?? this.extend(size);
    const { region } = chunk;
    if (chunk.size >= 2 * size || chunk.size - size >= mostWaste) {
      const rest: Chunk = { region, offset: chunk.offset + size, size: chunk.size - size, isFree: true };
      chunk.size = size;
      region.chunks.splice(region.chunks.indexOf(chunk) + 1, 0, rest);
    }
    chunk.isFree = false;
    region.touched = Math.max(region.touched, chunk.offset + size);
    return chunk;
  }

  free(chunk: Chunk): void {
    const { chunks } = chunk.region;
    chunk.isFree = true;
    const at = chunks.indexOf(chunk);
    const [before, after] = [chunks[at - 1], chunks[at + 1]];
    if (after?.isFree) {
      chunk.size += after.size;
      chunks.splice(at + 1, 1);
    }
    if (before?.isFree) {
      before.size += chunk.size;
      chunks.splice(at, 1);
    }
  }

  /** The smallest free chunk that is large enough, of equal ones the first. */
  private bestFit(size: number): Chunk | undefined {
    let best: Chunk | undefined;
    for (const { chunks } of this.regions)
      for (const chunk of chunks)
        if (chunk.isFree && chunk.size >= size && (!best || chunk.size < best.size)) best = chunk;
    return best;
  }

  private extend(size: number): Chunk {
    const isLarger = size > this.nextRegion;
    while (size > this.nextRegion) this.nextRegion *= 2;
    const region: Region = { chunks: [], touched: 0 };
    const chunk: Chunk = { region, offset: 0, size: this.nextRegion, isFree: true };
    region.chunks.push(chunk);
    this.regions.push(region);
    if (!isLarger) this.nextRegion *= 2;
    return chunk;
  }
}
