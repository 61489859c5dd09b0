import type { Dim } from '../../../graph/dim';
import { broadcast, first, known, type Shape, type ShapeOf } from './common';

export const linear: ShapeOf = (args) => {
  const [input, weight] = [first(args), args.tensor('weight')];
  const features = weight?.shape?.[0];
  return input?.shape && features !== undefined ? [...input.shape.slice(0, -1), features] : undefined;
};

export function matmul(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a || !b || a.length === 0 || b.length === 0) return undefined;
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
  const rows = a.length === 1 ? [] : a.slice(-2, -1);
  const columns = b.length === 1 ? [] : b.slice(-1);
  return batch && [...batch, ...rows, ...columns];
}

export const attention: ShapeOf = (args) => {
  const [query, value] = [args.tensor('query')?.shape, args.tensor('value')?.shape];
  const width = value?.at(-1);
  return query && width !== undefined ? [...query.slice(0, -1), width] : undefined;
};

/** The sum of products that letters describe: `bij,bjk->bik`. */
export const summed: ShapeOf = (args) => {
  const equation = args.given.get('equation');
  const [left = '', right] = equation?.kind === 'text' ? equation.value.replaceAll(' ', '').split('->') : [];
  const sizes = new Map<string, Dim>();
  left.split(',').forEach((letters, i) => {
    const shape = args.tensors('tensors')[i]?.shape;
    if (shape?.length === letters.length)
      [...letters].forEach((letter, axis) => sizes.set(letter, shape[axis]!));
  });
  return right === undefined ? undefined : known([...right].map((letter) => sizes.get(letter)));
};
