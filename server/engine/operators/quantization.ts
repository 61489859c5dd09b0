import { dataTypeOfCode, type DataType } from '../graph/dataTypes';
import { sameShape } from './helpers';
import type { NodeContext, OperatorRule } from './rule';

/** Type of a quantised result: the zero point's, else `output_dtype`, else uint8. */
function quantizedType(context: NodeContext): DataType | undefined {
  if (context.hasInput(2)) return context.dtype(2);
  const code = context.int('output_dtype', 0);
  return code === 0 ? 'uint8' : dataTypeOfCode(code);
}

/**
 * Per element: ÷ scale, round, + zero point, clamp. Types and shapes: ONNX operator specification, QuantizeLinear-25.
 */
export const quantizeLinear: OperatorRule = {
  domain: '',
  name: 'QuantizeLinear',
  operatorClass: 'elementwise',
  formula: 'vector 3·|X| (÷, round, clamp), + |X| for a zero point',
  infer: (context) => sameShape(context, quantizedType(context)),
  work: (context) => ({ vector: (context.hasInput(2) ? 4 : 3) * context.count(0) }),
};

/** Per element: − zero point, × scale. From 19 on the result has the type of the scale, or `output_dtype`. */
export const dequantizeLinear: OperatorRule = {
  domain: '',
  name: 'DequantizeLinear',
  operatorClass: 'elementwise',
  // Of weights too: runtimes keep the small form and fuse it into the product.
  neverFolded: true,
  formula: 'vector |X| (×), + |X| for a zero point',
  infer(context) {
    const code = context.int('output_dtype', 0);
    const dtype = code === 0 ? context.dtype(1) : dataTypeOfCode(code);
    sameShape(context, dtype ?? (context.version < 19 ? 'float' : undefined));
  },
  work: (context) => ({ vector: (context.hasInput(2) ? 2 : 1) * context.count(0) }),
};

/** Minimum and maximum of the input, then quantisation. Source: function body of DynamicQuantizeLinear-11. */
const dynamicQuantizeLinear: OperatorRule = {
  domain: '',
  name: 'DynamicQuantizeLinear',
  operatorClass: 'elementwise',
  formula: 'vector 6·|X| (min, max, ÷, round, +, clamp)',
  infer(context) {
    sameShape(context, 'uint8');
    if (context.hasOutput(1)) context.setTensor(1, 'float', []);
    if (context.hasOutput(2)) context.setTensor(2, 'uint8', []);
  },
  work: (context) => ({ vector: 6 * context.count(0) }),
};

/** Conversions between real and quantised values. */
export const quantizationOperators: readonly OperatorRule[] = [
  quantizeLinear,
  dequantizeLinear,
  dynamicQuantizeLinear,
];
