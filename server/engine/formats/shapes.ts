import { equalDims, floorDivide, maximum, product, type Dim } from '../graph/dim';
import type { Shape } from '../graph/model';

/** Shapes that readers compute where a file does not state them. */

/** The shape that several have together; undefined where one of them is not known. */
export function broadcast(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Shape = [];
  for (const shape of shapes) {
    if (!shape) return undefined;
    const rank = Math.max(shape.length, result.length);
    const [a, b] = [shape, result].map((one) => [...new Array<Dim>(rank - one.length).fill(1), ...one]) as [
      Dim[],
      Dim[],
    ];
    result = a.map((dim, axis) => widest(dim, b[axis]!));
  }
  return result;
}

function widest(dim: Dim, other: Dim): Dim {
  if (other === 1 || equalDims(dim, other)) return dim;
  if (dim === 1) return other;
  if (typeof dim === 'number') return dim;
  return typeof other === 'number' ? other : maximum(dim, other);
}

/** With another size of an axis. */
export function replaced(shape: Shape, axis: number, dim: Dim): Shape {
  return shape.map((own, at) => (at === axis ? dim : own));
}

/** All sizes where each of them is known. */
export function known(dims: readonly (Dim | undefined)[] | undefined): Shape | undefined {
  return dims?.every((dim) => dim !== undefined) ? dims : undefined;
}

/** Sizes that are asked for; −1 is what remains. */
export function viewed(
  shape: Shape | undefined,
  wanted: readonly (Dim | undefined)[] | undefined,
): Shape | undefined {
  if (!wanted) return undefined;
  const open = wanted.findIndex((dim) => dim === undefined || (typeof dim === 'number' && dim < 0));
  if (open < 0) return known(wanted);
  const rest = known(wanted.filter((_, at) => at !== open));
  if (!shape || !rest) return undefined;
  const [all, part] = [product(shape), product(rest)];
  const quotient = part === 0 ? 0 : floorDivide(all, part);
  return wanted.map((dim, at) => (at === open ? quotient : dim!));
}

/** A product of matrices, as numpy has it. */
export function matmul(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a || !b || a.length === 0 || b.length === 0) return undefined;
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
  const rows = a.length === 1 ? [] : a.slice(-2, -1);
  const columns = b.length === 1 ? [] : b.slice(-1);
  return batch && [...batch, ...rows, ...columns];
}

/** An axis counted from the end made positive; undefined where it lies outside. */
export function axisOf(axis: number | undefined, rank: number): number | undefined {
  if (axis === undefined) return undefined;
  const at = axis < 0 ? axis + rank : axis;
  return at >= 0 && at < rank ? at : undefined;
}
