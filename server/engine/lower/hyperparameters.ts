/** A number without which the graph cannot be made is not stated. */
export class MissingKeyError extends Error {
  constructor(readonly key: string) {
    super(key);
    this.name = 'MissingKeyError';
  }
}

/** A value of a file's metadata, as far as a graph may depend on it. */
export type MetadataEntry = number | boolean | string | readonly number[];

/** Above this no size is one: hostile files state any number. */
const largest = 2 ** 31;

/** The numbers that an architecture is described by, under keys that begin with its name. */
export class Hyperparameters {
  constructor(
    readonly prefix: string,
    private readonly values: ReadonlyMap<string, MetadataEntry>,
  ) {}

  /** The number under a key; of a list with one for each layer that of the layer. Undefined where none is stated. */
  number(key: string, layer?: number): number | undefined {
    const value = this.values.get(`${this.prefix}.${key}`);
    const one = Array.isArray(value) ? (value as readonly number[])[layer ?? 0] : value;
    if (typeof one === 'boolean') return one ? 1 : 0;
    return typeof one === 'number' && Math.abs(one) < largest ? one : undefined;
  }

  /** As {@link number}; throws a {@link MissingKeyError} where it is no number above 0. */
  need(key: string, layer?: number): number {
    const value = this.number(key, layer);
    if (value === undefined || value <= 0) throw new MissingKeyError(`${this.prefix}.${key}`);
    return value;
  }

  flag(key: string): boolean {
    return (this.number(key) ?? 0) !== 0;
  }
}
