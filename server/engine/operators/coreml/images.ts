import { multiply, sum, type Dim } from '../../graph/dim';
import type { Shape } from '../../graph/model';
import { knownNumbers } from '../helpers';
import type { NodeContext } from '../rule';

/** What stands before and behind the last axes, a pair for each (input 1). */
function inferPad(context: NodeContext): void {
  const [shape, pads] = [context.shape(0), knownNumbers(context, 1)];
  const result = shape?.map((dim, axis): Dim => {
    const at = pads && pads.length - 2 * (shape.length - axis);
    if (at === undefined) return context.fresh(`dim${axis}`);
    return at < 0 ? dim : sum([dim, pads![at]!, pads![at + 1]!]);
  });
  context.setTensor(0, context.dtype(0), result);
}

/** The last two axes, each by an attribute, as `of` says. */
function inferImage(context: NodeContext, of: (dim: Dim, side: 'height' | 'width') => Dim | undefined): void {
  const shape: Shape | undefined = context.shape(0);
  if (!shape || shape.length < 2) return context.setTensor(0, context.dtype(0), undefined);
  const sides = (['height', 'width'] as const).map((side, i) => {
    const axis = shape.length - 2 + i;
    return of(shape[axis]!, side) ?? context.fresh(`dim${axis}`);
  });
  context.setTensor(0, context.dtype(0), [...shape.slice(0, -2), ...sides]);
}

/** Times `scale_factor_height` and `_width`, whole numbers or not. */
function inferUpsample(context: NodeContext): void {
  inferImage(context, (dim, side) => {
    const name = `scale_factor_${side}`;
    const factor = context.int(name) ?? context.float(name) ?? 1;
    if (typeof dim === 'number') return Math.floor(dim * factor);
    return Number.isInteger(factor) ? multiply(dim, factor) : undefined;
  });
}

/** To `target_size_height` and `_width`. */
function inferTarget(context: NodeContext): void {
  inferImage(context, (_, side) => context.int(`target_size_${side}`));
}

/** Operations of the table whose shapes a rule of ONNX cannot tell. */
export const shapesOf: Readonly<Record<string, (context: NodeContext) => void>> = {
  pad: inferPad,
  upsample_bilinear: inferUpsample,
  upsample_nearest_neighbor: inferUpsample,
  resize_bilinear: inferTarget,
  resize_nearest_neighbor: inferTarget,
};
