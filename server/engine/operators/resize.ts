import type { Dim } from '../graph/dim';
import type { Shape } from '../graph/model';
import { scaled } from './elements';
import type { Element, NodeContext, OperatorRule, OperatorWork, WorkContext } from './rule';
import { isDim, normalizeAxes, numbers } from './shared';
import { shapeElements } from './tensorShape';
import { largest, smallest } from '../lists';

/** Stands where an axis keeps its size; no element of a tensor is a symbol. */
const keep = Symbol('keep');

/** Scales and sizes of Resize by axis of the input; undefined where nothing is known. */
interface Targets {
  readonly scales: readonly (Element | typeof keep)[];
  readonly sizes: readonly (Element | typeof keep)[];
}

function spread(
  values: readonly Element[] | undefined,
  axes: readonly number[] | undefined,
  rank: number,
): (Element | typeof keep)[] {
  if (!values) return [];
  if (!axes) return [...values];
  const result = new Array<Element | typeof keep>(rank).fill(keep);
  axes.forEach((axis, i) => (result[axis] = values[i]));
  return result;
}

function resizeTargets(context: NodeContext, rank: number): Targets {
  const given = context.ints('axes');
  const axes = given && normalizeAxes(given, rank);
  if (context.version < 11) return { scales: spread(shapeElements(context, 1), undefined, rank), sizes: [] };
  const used = (index: number): boolean => context.hasInput(index) && context.shape(index)?.[0] !== 0;
  return {
    scales: used(2) ? spread(shapeElements(context, 2), axes, rank) : [],
    sizes: used(3) ? spread(shapeElements(context, 3), axes, rank) : [],
  };
}

function inferResize(context: NodeContext): void {
  const shape = context.shape(0);
  if (!shape) {
    context.setTensor(0, context.dtype(0), undefined);
    return;
  }
  const { scales, sizes } = resizeTargets(context, shape.length);
  const policy = context.string('keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch' && sizes.length > 0) {
    context.setTensor(0, context.dtype(0), keptAspect(context, shape, sizes, policy));
    return;
  }
  const crops = context.string('coordinate_transformation_mode') === 'tf_crop_and_resize';
  const roi = crops ? numbers(context.elements(1)) : undefined;
  context.setTensor(
    0,
    context.dtype(0),
    shape.map((dim, axis) => {
      const size = sizes[axis];
      const scale = scales[axis];
      if (size === keep || scale === keep) return dim;
      if (isDim(size)) return size;
      if (typeof scale !== 'number') return context.fresh(`dim${axis}`);
      if (!crops) return scaled(dim, scale) ?? context.fresh(`dim${axis}`);
      const part = roi && roi.length >= 2 * shape.length ? roi[axis + shape.length]! - roi[axis]! : undefined;
      return part === undefined || typeof dim !== 'number'
        ? context.fresh(`dim${axis}`)
        : Math.floor(dim * part * scale);
    }),
  );
}

/** `not_larger` and `not_smaller`: one scale for all resized axes, sizes rounded half up. */
function keptAspect(
  context: NodeContext,
  shape: Shape,
  sizes: readonly (Element | typeof keep)[],
  policy: string,
): Dim[] {
  const ratios: number[] = [];
  shape.forEach((dim, axis) => {
    const size = sizes[axis];
    if (typeof size === 'number' && typeof dim === 'number') ratios.push(size / dim);
  });
  const complete = shape.every(
    (dim, axis) => sizes[axis] === keep || (typeof dim === 'number' && typeof sizes[axis] === 'number'),
  );
  const scale = policy === 'not_larger' ? smallest(ratios) : largest(ratios);
  return shape.map((dim, axis) => {
    if (sizes[axis] === keep) return dim;
    return complete ? Math.floor((dim as number) * scale + 0.5) : context.fresh(`dim${axis}`);
  });
}

/** Taps × (multiply + add) per output element over the axes that change; nearest only copies. */
function resizeWork(context: WorkContext): OperatorWork {
  const mode = context.string('mode', 'nearest');
  const taps = mode === 'nearest' ? 0 : mode === 'cubic' ? 4 : 2;
  if (taps === 0) return {};
  const [from, to] = [context.shape(0), context.outputShape(0)];
  const changed = from.filter((dim, axis) => dim !== to[axis]).length;
  return { vector: changed === 0 ? 0 : 2 * taps ** changed * context.outputCountOf(0) };
}

function inferUpsample(context: NodeContext): void {
  const shape = context.shape(0);
  const scales: readonly Element[] | undefined =
    context.version < 7
      ? [1, 1, context.float('height_scale', 1), context.float('width_scale', 1)]
      : context.version < 9
        ? context.floats('scales')
        : shapeElements(context, 1);
  const result = shape?.map((dim, axis): Dim => {
    const scale = scales?.[axis];
    return (typeof scale === 'number' ? scaled(dim, scale) : undefined) ?? context.fresh(`dim${axis}`);
  });
  context.setTensor(0, context.dtype(0), result);
}

const resize = (name: string, infer: OperatorRule['infer']): OperatorRule => ({
  domain: '',
  name,
  operatorClass: 'movement',
  formula: 'vector 2·taps^axes·|Y|; nearest: none',
  infer,
  work: resizeWork,
});

export const resizeOperators: readonly OperatorRule[] = [
  resize('Resize', inferResize),
  resize('Upsample', inferUpsample),
];
