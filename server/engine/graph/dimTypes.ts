/**
 * Dimensions: a number, or a symbolic expression over named symbols in canonical form, so that
 * `past + sequence` and `sequence + past` are one and the same. Canonical form: a polynomial with integer
 * coefficients whose atoms are symbols and the irreducible functions floor(a/b), ceil(a/b), mod(a,b), max, min.
 */
export type Dim = number | DimExpression;

/** An atom of a canonical polynomial. */
export type DimAtom =
  | { readonly kind: 'symbol'; readonly name: string }
  | {
      readonly kind: 'floorDiv' | 'ceilDiv' | 'mod' | 'max' | 'min';
      readonly left: Dim;
      readonly right: Dim;
    };

/** coefficient × product of atoms (each with a power of at least 1), atoms sorted by key. */
export interface DimTerm {
  readonly coefficient: number;
  readonly factors: readonly { readonly atom: DimAtom; readonly power: number }[];
}

/** At least one symbol; never equal to a plain number. Build with the functions below only. */
export interface DimExpression {
  readonly terms: readonly DimTerm[];
  /** Printed canonical form, which is also the identity: equal keys are equal dimensions. */
  readonly key: string;
}

/** The numbers given to symbolic dimensions, by symbol. */
export type Bindings = Readonly<Record<string, number>>;
