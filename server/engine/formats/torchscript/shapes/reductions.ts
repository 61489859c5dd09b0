import { axisOf } from '../../shapes';
import { first, type ShapeOf } from './common';

export const reduced: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  if (!shape) return undefined;
  const list = args.has('dim') ? args.dims('dim') : [];
  const axes = list?.map((dim) => axisOf(typeof dim === 'number' ? dim : undefined, shape.length));
  if (!axes || axes.includes(undefined)) return undefined;
  const isGone = (axis: number): boolean => axes.length === 0 || axes.includes(axis);
  if (args.isTrue('keepdim')) return shape.map((dim, axis) => (isGone(axis) ? 1 : dim));
  return shape.filter((_, axis) => !isGone(axis));
};
