import type { DataType } from '../../../graph/dataTypes';
import { equalDims, maximum, type Dim } from '../../../graph/dim';
import type { Arguments } from '../bind';
import type { TensorValue } from '../values';

/** What is known of a result. */
export interface Type {
  readonly dtype: DataType | undefined;
  readonly shape: readonly Dim[] | undefined;
}

/** Results of an operator: one, several behind each other, or a list of them. */
export interface Results {
  readonly types: readonly Type[];
  readonly form: 'one' | 'tuple' | 'list';
}

export type Shape = readonly Dim[];

export type ShapeOf = (args: Arguments, name: string) => Shape | undefined;

/** An axis counted from the end made positive; undefined where it lies outside. */
export function axisOf(axis: number | undefined, rank: number): number | undefined {
  if (axis === undefined) return undefined;
  const at = axis < 0 ? axis + rank : axis;
  return at >= 0 && at < rank ? at : undefined;
}

export const first = (args: Arguments): TensorValue | undefined =>
  args.tensor('self') ?? args.tensor('input') ?? args.all()[0];

export function broadcast(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Shape = [];
  for (const shape of shapes) {
    if (!shape) return undefined;
    const rank = Math.max(shape.length, result.length);
    const [a, b] = [shape, result].map((one) => [...new Array<Dim>(rank - one.length).fill(1), ...one]) as [
      Dim[],
      Dim[],
    ];
    result = a.map((dim, axis): Dim => {
      const other = b[axis]!;
      if (other === 1 || equalDims(dim, other)) return dim;
      if (dim === 1) return other;
      return typeof dim === 'number' ? dim : typeof other === 'number' ? other : maximum(dim, other);
    });
  }
  return result;
}

export function replaced(shape: Shape, axis: number, dim: Dim): Shape {
  return shape.map((own, at) => (at === axis ? dim : own));
}

export const known = (dims: readonly (Dim | undefined)[] | undefined): Shape | undefined =>
  dims?.every((dim) => dim !== undefined) ? dims : undefined;
