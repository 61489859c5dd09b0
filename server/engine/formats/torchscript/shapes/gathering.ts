import { axisOf, broadcast, known, replaced } from '../../shapes';
import { add, floorDivide, subtract, sum } from '../../../graph/dim';
import { first, type ShapeOf } from './common';

export const joined: ShapeOf = (args) => {
  const shapes = args.tensors('tensors').map((tensor) => tensor?.shape);
  const filled = shapes.filter((shape) => !(shape?.length === 1 && shape[0] === 0));
  const [one] = filled;
  const axis = axisOf(args.int('dim') ?? 0, one?.length ?? 0);
  if (!one || axis === undefined) return undefined;
  const along = known(filled.map((shape) => shape?.[axis]));
  return along && replaced(one, axis, sum(along));
};

export const stacked: ShapeOf = (args) => {
  const list = args.tensors('tensors');
  const shape = list[0]?.shape;
  const axis = axisOf(args.int('dim') ?? 0, (shape?.length ?? 0) + 1);
  return shape && axis !== undefined
    ? [...shape.slice(0, axis), list.length, ...shape.slice(axis)]
    : undefined;
};

export const embedded: ShapeOf = (args) => {
  const [indices, weight] = [args.tensor('indices')?.shape, args.tensor('weight')?.shape];
  return indices && weight ? [...indices, ...weight.slice(1)] : undefined;
};

/** Places by lists of indices: of the axes that have one, what these broadcast to stands in the place of the first. */
export const indexed: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const indices = args.tensors('indices');
  const given = indices.flatMap((index, axis) => (index ? [axis] : []));
  if (!shape || given.length === 0 || indices.some((index) => index?.dtype === 'bool')) return undefined;
  const together = broadcast(given.map((axis) => indices[axis]!.shape));
  const areNeighbours = given.every((axis, i) => i === 0 || axis === given[i - 1]! + 1);
  const rest = shape.filter((_, axis) => !given.includes(axis));
  const at = areNeighbours ? given[0]! : 0;
  return together && [...rest.slice(0, at), ...together, ...rest.slice(at)];
};

export const selected: ShapeOf = (args) => {
  const [shape, index] = [first(args)?.shape, args.tensor('index')?.shape];
  const axis = axisOf(args.int('dim'), shape?.length ?? 0);
  return shape && index && axis !== undefined ? replaced(shape, axis, index[0] ?? 1) : undefined;
};

/** As many numbers as steps from the start come before the end. */
export const ranged: ShapeOf = (args) => {
  const start = args.has('start') ? args.dim('start') : 0;
  const [end, step] = [args.dim('end'), args.has('step') ? args.int('step') : 1];
  if (start === undefined || end === undefined || !step) return undefined;
  return [floorDivide(add(subtract(end, start), step - Math.sign(step)), step)];
};
