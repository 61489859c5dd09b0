/** Which of several axes is taken where one becomes several. */
export const preferences = ['larger', 'outer', 'inner'] as const;
export type Preference = (typeof preferences)[number];

/**
 * The axis of another view of the same elements that holds what one axis does; undefined where none does by itself.
 * Dimensions are matched from the front, in the smallest groups that hold as many elements.
 * @param ways into so many parts the axis is to be divided; where it becomes several, larger ones that can be come first
 * @param preference which of several is taken; never the last one of a tensor, which is the size of a head
 */
export function axisInView(
  from: readonly number[],
  to: readonly number[],
  axis: number,
  ways: number,
  preference: Preference,
): number | undefined {
  for (const group of groupsOf(from, to)) {
    if (axis < group.from[0] || axis >= group.from[1]) continue;
    const own = longerThanOne(from, group.from);
    const others = longerThanOne(to, group.to);
    if (own.length === 1 && own[0] === axis) return oneOf(to, others, ways, preference);
    if (others.length === 1) return others[0];
    return own.length === others.length && own.every((at, i) => from[at] === to[others[i]!])
      ? others[own.indexOf(axis)]
      : undefined;
  }
  return undefined;
}

function oneOf(
  dims: readonly number[],
  axes: readonly number[],
  ways: number,
  preference: Preference,
): number | undefined {
  const outer = axes.length > 1 ? axes.filter((axis) => axis < dims.length - 1) : axes;
  if (preference === 'outer') return outer[0];
  if (preference === 'inner') return outer.at(-1);
  const even = outer.filter((axis) => dims[axis]! % ways === 0);
  const among = even.length > 0 ? even : outer;
  return among.length === 0
    ? undefined
    : among.reduce((best, axis) => (dims[axis]! > dims[best]! ? axis : best));
}

function longerThanOne(dims: readonly number[], [first, end]: readonly [number, number]): number[] {
  return [...dims.keys()].slice(first, end).filter((axis) => dims[axis] !== 1);
}

interface Group {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

function* groupsOf(from: readonly number[], to: readonly number[]): Generator<Group> {
  let [i, j] = [0, 0];
  while (i < from.length || j < to.length) {
    const [first, start] = [i, j];
    let [own, other] = [from[i++] ?? 1, to[j++] ?? 1];
    while (own !== other && (i < from.length || j < to.length)) {
      if (own < other ? i < from.length : j >= to.length) own *= from[i++]!;
      else other *= to[j++]!;
    }
    yield { from: [first, Math.min(i, from.length)], to: [start, Math.min(j, to.length)] };
  }
}
