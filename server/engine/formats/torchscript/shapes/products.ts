import { known } from '../../shapes';
import type { Dim } from '../../../graph/dim';
import { first, type ShapeOf } from './common';

export const linear: ShapeOf = (args) => {
  const [input, weight] = [first(args), args.tensor('weight')];
  const features = weight?.shape?.[0];
  return input?.shape && features !== undefined ? [...input.shape.slice(0, -1), features] : undefined;
};

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
