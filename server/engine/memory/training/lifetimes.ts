import { elementCount } from '../../graph/dataTypes';
import type { Inference } from '../../inference/types';
import type { Operand } from '../../kernels/types';
import { smallest } from '../../lists';
import { numericShape } from '../../inference/work';
import type { SizeOf } from '../workspace';
import type { Adapter } from './adapters';
import type { Passes, Stretch } from './passes';

/** A buffer that is there from one moment to another, inclusive. Pass i goes forward at i and back at 2n - 1 - i. */
export interface Held {
  readonly kind: 'saved' | 'other';
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

/** All buffers of activations of a step, and whether the size of every one is known. */
export interface HeldBuffers {
  readonly held: readonly Held[];
  readonly isWhole: boolean;
  /** Bytes kept for the way back when the way forward ends, and what of them is statistics. */
  readonly savedBytes: number;
  readonly statisticsBytes: number;
}

/** Lifetimes of activations, of what is kept of them, and of their gradients. */
export class Lifetimes {
  private readonly held: Held[] = [];
  private isWhole = true;
  private savedBytes = 0;
  private statisticsBytes = 0;
  private readonly last: number;
  /** Index of the stretch that each pass runs twice in; -1 for none. */
  private readonly stretchOf: Int32Array;

  constructor(
    private readonly inference: Inference,
    private readonly graph: Passes,
    private readonly stretches: readonly Stretch[],
    private readonly sizeOf: SizeOf,
  ) {
    const { length } = graph.passes;
    this.last = 2 * length - 1;
    this.stretchOf = new Int32Array(length).fill(-1);
    stretches.forEach(({ from, to }, index) => this.stretchOf.fill(index, from, to + 1));
  }

  /** When a pass goes back. */
  private back(at: number): number {
    return this.last - at;
  }

  all(): HeldBuffers {
    const spans = this.spans();
    for (const [id, span] of spans) this.placeValue(id, span);
    this.graph.passes.forEach((_, at) => this.placeExtras(at));
    const { held, isWhole, savedBytes, statisticsBytes } = this;
    return { held, isWhole, savedBytes, statisticsBytes };
  }

  private spans(): Map<number, Span> {
    const spans = new Map<number, Span>();
    const spanOf = (id: number): Span => {
      const known = spans.get(id);
      if (known) return known;
      const made: Span = { writtenAt: -1, readUntil: -1, keptBy: [], crosses: null };
      spans.set(id, made);
      return made;
    };
    const { passes } = this.graph;
    for (const [at, { reads, writes, keeps }] of passes.entries()) {
      for (const id of writes) spanOf(id).writtenAt = Math.max(spanOf(id).writtenAt, at);
      for (const id of reads) {
        const span = spanOf(id);
        span.readUntil = Math.max(span.readUntil, at);
        // What comes into a stretch from outside has to be there when it runs again.
        const stretch = this.stretchOf[at]!;
        const isOutside = span.writtenAt === -1 || this.stretchOf[span.writtenAt] !== stretch;
        if (stretch !== -1 && isOutside) span.crosses = Math.min(span.crosses ?? at, at);
      }
      for (const id of keeps) spanOf(id).keptBy.push(at);
    }
    return spans;
  }

  private placeValue(id: number, span: Span): void {
    if (this.inference.values[id]!.isConstant) return;
    const bytes = this.sizeOf(id);
    if (bytes === null) return void (this.isWhole = false);
    const runs = this.graph.passes[span.writtenAt]?.repeat ?? 1;
    const isGiven = span.writtenAt === -1;
    const stretch = isGiven ? -1 : this.stretchOf[span.writtenAt]!;
    const { from: start = -1, to: end = -1 } = this.stretches[stretch] ?? {};
    // A kept value that is made again lives from then on; others, and those that someone outside keeps too, all the time.
    const again = span.keptBy.filter((at) => stretch !== -1 && this.stretchOf[at] === stretch);
    const whole = span.keptBy.filter((at) => !again.includes(at));
    if (span.crosses !== null) whole.push(span.crosses);
    const from = isGiven ? 0 : span.writtenAt;
    // What nobody reads is a result, there until the way forward ends.
    const readUntil = span.readUntil === -1 ? this.graph.passes.length - 1 : span.readUntil;
    const until = isGiven ? this.last : readUntil;
    if (whole.length > 0) {
      this.savedBytes += bytes * runs;
      this.add('saved', bytes * runs, from, Math.max(isGiven ? this.last : 0, this.back(smallest(whole))));
    } else this.add('other', bytes, from, until);
    if (again.length > 0 && whole.length === 0)
      this.add('saved', bytes * runs, this.back(end), this.back(Math.max(start, smallest(again))));
    if (this.graph.asked[id] === 1 && !isGiven)
      this.add('other', bytes, this.back(readUntil), this.back(span.writtenAt));
  }

  /** Masks, statistics and scores are kept by the pass that makes them. */
  private placeExtras(at: number): void {
    const { masks, statistics, scores, adapter, repeat, isUnknown } = this.graph.passes[at]!;
    if (masks === null || statistics === null || repeat === null || isUnknown) this.isWhole = false;
    const small = (statistics ?? 0) * (repeat ?? 1);
    const large = (masks ?? 0) + this.scoreBytes(scores) + (adapter ? this.adapterBytes(adapter) : 0);
    const bytes = large * (repeat ?? 1) + small;
    if (bytes === 0) return;
    const stretch = this.stretches[this.stretchOf[at]!];
    if (!stretch) {
      this.savedBytes += bytes;
      this.statisticsBytes += small;
    }
    this.add('saved', bytes, stretch ? this.back(stretch.to) : at, this.back(at));
  }

  /** At the chip's formats, as of all values. */
  private scoreBytes(scores: readonly Operand[]): number {
    return scores.reduce((sum, { value, bytes }) => {
      const stored = this.inference.values[value]!.bytes;
      return stored ? sum + (bytes! * (this.sizeOf(value) ?? 0)) / stored : sum;
    }, 0);
  }

  /** x · A has elements of the same size as x. */
  private adapterBytes({ input, kept }: Adapter): number {
    const elements = elementCount(numericShape(this.inference.values[input]!.type) ?? []);
    return kept * ((this.sizeOf(input) ?? 0) / Math.max(1, elements));
  }

  private add(kind: Held['kind'], bytes: number, from: number, to: number): void {
    if (bytes > 0) this.held.push({ kind, bytes, from, to });
  }
}

interface Span {
  /** The last pass that writes it; -1: it is given. */
  writtenAt: number;
  readUntil: number;
  /** Passes that keep it. */
  readonly keptBy: number[];
  /** The first pass of a stretch made again that reads it from outside; null where none does. */
  crosses: number | null;
}
