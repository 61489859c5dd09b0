type Value = string | number | boolean | null | undefined;

/** What a remembered function is given besides objects: one value, or several by name. */
export type Values = Value | Readonly<Record<string, Value>>;

/** Results of one list of objects, the last step of the way to them. */
class Found<R> {
  readonly next = new WeakMap<object, Found<R>>();
  readonly results = new Map<string, R>();
}

/**
 * Remembers the results of a function of objects and, last, of values: objects are the same when they are one and the
 * same, values when they are equal. The function sees nothing but its arguments, so that nothing can be missing from the
 * key. Results end with their objects; of one list of objects at most `most` are kept.
 */
export function memo<O extends readonly object[], V extends Values, R>(
  make: (...args: readonly [...O, V]) => R,
  most: number,
): (...args: readonly [...O, V]) => R {
  const root = new Found<R>();
  return (...args) => {
    const values = args[args.length - 1] as V;
    let found = root;
    for (let i = 0; i < args.length - 1; i++) {
      const object = args[i] as object;
      let next = found.next.get(object);
      if (!next) found.next.set(object, (next = new Found<R>()));
      found = next;
    }
    const key = keyOf(values);
    const known = found.results.get(key);
    if (known !== undefined || found.results.has(key)) return known as R;
    const result = make(...args);
    // A table that only grows would outlive what it was filled for.
    if (found.results.size >= most) found.results.clear();
    found.results.set(key, result);
    return result;
  };
}

/** Names are not part of the key: a function always has the same ones. */
function keyOf(values: Values): string {
  return typeof values === 'object' && values !== null
    ? Object.values(values).map(textOf).join()
    : textOf(values);
}

/** Numbers and texts that look alike are told apart, and texts end where their length says. */
function textOf(value: Value): string {
  return typeof value === 'string' ? `${value.length}:${value}` : String(value);
}
