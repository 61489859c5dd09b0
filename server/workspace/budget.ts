/**
 * Bytes of heap for one unit, which is what one node's costs on one chip take. Measured on 2026-11-29 with the
 * transformers of test/bench/models.ts (24,000 and 100,000 nodes on 1 to 48 chips), bytes per node: shapes, work and memory over time 1,400, with their names 1,640; a chip 170 to 1,040, 500 on average.
 */
export const bytesPerUnit = 700;
/** Units for each flat node: shapes, work, memory over time and the names of dimensions. */
const shapeUnits = 3;
/** The part of the heap that models may take; the rest is for making them, for reports and for answers. */
const shareOfHeap = 0.6;
/** What the server's own code and tables take before any model (17.1 MB on 2026-11-30), with room for an answer; bytes. */
export const ownBytes = 32e6;
/** The part of that beyond which a model may go while it is read: what is decoded on the way is gone afterwards. */
const shareWhileRead = 0.25;
/** Costs of a small model are kept for so many chips, so that going back to one takes no time. */
const mostKept = 12;
/** Node costs that are kept beside those of the chosen chips. */
const mostSpare = 60_000;
/** A model that was asked about so lately (milliseconds) is likely seen: it keeps its costs. */
const restAfter = 60_000;

/** What a process with so large a heap can hold. */
export function unitsOfHeap(heapBytes: number): number {
  return Math.floor((Math.max(0, heapBytes - ownBytes) * shareOfHeap) / bytesPerUnit);
}

/** @param bytes of a model and its listing, as its reader counted them */
export function unitsOfListing(bytes: number): number {
  return Math.ceil(bytes / bytesPerUnit);
}

/** On how many chips a model's costs are kept: those that are chosen, and some that were. */
export function keptChips(flatNodes: number, chosen: number): number {
  return Math.max(chosen, Math.min(mostKept, Math.floor(mostSpare / Math.max(1, flatNodes))));
}

/** What an analysis takes; known before it is made. */
export function unitsOfAnalysis(flatNodes: number, chips: number): number {
  return flatNodes * (shapeUnits + keptChips(flatNodes, chips));
}

/** What other workloads of a model take while they are tried: two at a time, each with shapes and one chip. */
export function unitsOfTrials(flatNodes: number): number {
  return 2 * flatNodes * (shapeUnits + 1);
}

/** The most chips on which a model's costs take no more than so many units. */
export function mostChips(flatNodes: number, units: number): number {
  return Math.max(0, Math.floor(units / Math.max(1, flatNodes)) - shapeUnits);
}

export type Part = 'listing' | 'analysis';

interface Holding {
  listing: number;
  analysis: number;
  usedAt: number;
}

/** Who holds how much of the memory that the server has for models. */
export class Budget<Owner> {
  /** Least recently used first. */
  private readonly holdings = new Map<Owner, Holding>();

  constructor(
    readonly limit: number,
    private readonly rest = restAfter,
  ) {}

  /** Units held by all together. */
  get used(): number {
    let sum = 0;
    for (const { listing, analysis } of this.holdings.values()) sum += listing + analysis;
    return sum;
  }

  /** Units that are left; less than none while listings, which are never refused, take more than there is. */
  get free(): number {
    return this.limit - this.used;
  }

  /** Whether a model that is being read may go on as it is. */
  get mayRead(): boolean {
    return this.used <= this.limit * (1 + shareWhileRead);
  }

  held(owner: Owner, part: Part): number {
    return this.holdings.get(owner)?.[part] ?? 0;
  }

  /** Notes how much a model holds. One that was released holds nothing, even if work on it still goes on. */
  hold(owner: Owner, part: Part, units: number): void {
    const holding = this.holdings.get(owner);
    if (holding) holding[part] = units;
  }

  /** Somebody asked about it: before that it can hold nothing. */
  touch(owner: Owner): void {
    const known = this.holdings.get(owner) ?? { listing: 0, analysis: 0, usedAt: 0 };
    this.holdings.delete(owner);
    this.holdings.set(owner, { ...known, usedAt: performance.now() });
  }

  /** One part, or all that it holds. */
  release(owner: Owner, part?: Part): void {
    if (part === undefined) this.holdings.delete(owner);
    else this.hold(owner, part, 0);
  }

  /** Nobody asked about it for a while. */
  isResting(owner: Owner): boolean {
    return performance.now() - (this.holdings.get(owner)?.usedAt ?? 0) >= this.rest;
  }

  /** All, least recently used first. */
  leastRecent(): Owner[] {
    return [...this.holdings.keys()];
  }
}
