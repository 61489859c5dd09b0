/** One kind of attack: what a seed does, and what it must not do. */
export interface Fuzzer {
  /** Tries what the seed says; throws when something is wrong, else answers in a word what came of it. */
  one(seed: number): Promise<string>;
  /** Bytes of memory that the attacked process has now; null where that cannot be seen. */
  memory(): number | null;
  stop(): Promise<void>;
}

/** What the process that tries tells the one that watches. */
export type FuzzMessage =
  | { readonly kind: 'began'; readonly seed: number }
  | { readonly kind: 'ended'; readonly seed: number; readonly result: string; readonly milliseconds: number }
  | { readonly kind: 'failed'; readonly seed: number; readonly reason: string }
  | { readonly kind: 'memory'; readonly bytes: number };
