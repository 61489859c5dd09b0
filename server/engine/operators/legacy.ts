import { add, type Dim } from '../graph/dim';
import { knownDims, sameType } from './helpers';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from './rule';

/** A rule for an operator that never became a standard or left it, but that files still have. */
function legacy(
  name: string,
  formula: string,
  infer: (context: NodeContext) => void,
  work?: (context: WorkContext) => OperatorWork,
): OperatorRule {
  return { domain: '', name, operatorClass: 'elementwise', formula, infer, ...(work && { work }) };
}

function pointwise(name: string, vector: number, special = 0): OperatorRule {
  const formula = `vector ${String(vector)}·|X|${special > 0 ? `, special ${String(special)}·|X|` : ''}`;
  return legacy(
    name,
    formula,
    (context) => sameType(context),
    (context) => ({ vector: vector * context.count(0), special: special * context.count(0) }),
  );
}

/** border is left, top, right, bottom; scale, where given, the size that is left. */
function inferCrop(context: NodeContext): void {
  const [left = 0, top = 0, right = 0, bottom = 0] = context.ints('border') ?? [];
  const size = context.ints('scale');
  const cuts = [top + bottom, left + right];
  const shape = context.shape(0)?.map((dim, axis) => {
    if (axis < 2) return dim;
    return size?.[axis - 2] ?? add(dim, -(cuts[axis - 2] ?? 0));
  });
  context.setTensor(0, context.dtype(0), shape);
}

/** Copies between host and device that ONNX Runtime's optimiser writes. */
const copy = (name: string): OperatorRule => legacy(name, '0 operations', (context) => sameType(context));

/** The shape is an attribute or the content of the input. */
function inferFill(context: NodeContext): void {
  const fromInput = context.int('input_as_shape', 0) !== 0;
  const extra = context.ints('extra_shape') ?? [];
  const shape: readonly Dim[] | undefined = fromInput ? knownDims(context, 0) : context.ints('shape');
  context.setTensor(0, 'float', shape && [...shape, ...extra]);
}

/** Boxes that survive, padded to a fixed number for each image. Source: TensorRT's plugin EfficientNMS. */
function efficientNms(domain: string): OperatorRule {
  return {
    domain,
    name: 'EfficientNMS_TRT',
    operatorClass: 'other',
    formula: 'vector 13·|scores| (threshold, one comparison of overlap each, at least)',
    infer(context) {
      const batch = context.shape(1)?.[0] ?? context.shape(0)?.[0];
      const most = context.int('max_output_boxes', 100);
      const shapes = [[1], [most, 4], [most], [most]];
      for (const [output, rest] of shapes.entries())
        if (context.hasOutput(output))
          context.setTensor(
            output,
            output === 0 || output === 3 ? 'int32' : context.dtype(0),
            batch === undefined ? undefined : [batch, ...rest],
          );
    },
    work: (context) => ({ vector: 13 * context.count(1) }),
  };
}

/** Operators of early or optimised files that no current standard has. */
export const legacyOperators: readonly OperatorRule[] = [
  pointwise('Affine', 2),
  pointwise('ImageScaler', 2),
  pointwise('Scale', 1),
  pointwise('ScaledTanh', 2, 1),
  pointwise('ParametricSoftplus', 3, 2),
  legacy('Crop', '0 operations', inferCrop),
  legacy('GivenTensorFill', '0 operations', inferFill),
  copy('MemcpyFromHost'),
  copy('MemcpyToHost'),
  pointwise('DisentangledAttention_TRT', 2),
  efficientNms(''),
  efficientNms('TRT'),
];
