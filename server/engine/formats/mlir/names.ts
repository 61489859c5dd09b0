import { decoded } from './attributes';

/** What the values of a function or a region are called in the graph. */
export class Names {
  private readonly known = new Map<string, string>();

  /**
   * @param prefix before the names of values that are told apart by the call that they are in
   * @param outer the names around a region
   */
  constructor(
    readonly prefix: string,
    private readonly outer?: Names,
  ) {}

  /** Gives a value a name, its own unless another one is stated. */
  define(value: string, name = `${this.prefix}${ownName(value)}`): string {
    const before = this.known.get(value);
    if (before !== undefined) return before;
    this.known.set(value, name);
    return name;
  }

  /** The name of a value; its own where nothing defines it. */
  of(value: string): string {
    return this.known.get(value) ?? this.outer?.of(value) ?? `${this.prefix}${ownName(value)}`;
  }

  /** The names within a region. */
  inner(): Names {
    return new Names(this.prefix, this);
  }
}

/** A value's name without its sign; one of several results is told apart by its number. */
function ownName(value: string): string {
  const own = decoded(value.slice(1)).replace('#', '_');
  return /^\d/.test(own) ? `v${own}` : own;
}
