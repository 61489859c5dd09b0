/** A file of tests, and which of its tests to run; all where null. */
export interface TestFile {
  readonly path: string;
  readonly tests: readonly string[] | null;
}

/** What a file of tests gets to when no mutant is on. */
export interface ObservedFile {
  readonly path: string;
  /** What goes wrong outside of its tests, so that none of them tells anything. */
  readonly broken: string | null;
  /** Names of the tests that fail unchanged. */
  readonly failed: readonly string[];
  /** Of a processor's time, its start counted in. */
  readonly seconds: number;
  /** Mutants reached while the file is read, and between its tests. */
  readonly outside: readonly number[];
  /** Those that pass. */
  readonly tests: readonly ObservedTest[];
}

interface ObservedTest {
  readonly id: string;
  readonly seconds: number;
  readonly reached: readonly number[];
}

export type ToJudge =
  | { readonly kind: 'start'; readonly root: string; readonly woven: readonly (readonly [string, string])[] }
  | { readonly kind: 'observe'; readonly file: string }
  | {
      readonly kind: 'judge';
      readonly mutant: number;
      readonly file: TestFile;
      /** Of a processor's time; a judge that takes longer ends. */
      readonly seconds: number;
    };

export type FromJudge =
  | { readonly kind: 'ready' }
  | { readonly kind: 'observed'; readonly file: ObservedFile }
  | { readonly kind: 'judged'; readonly caughtBy: string | null; readonly seconds: number };
