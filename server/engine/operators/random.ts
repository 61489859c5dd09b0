import type { DataType } from '../graph/dataTypes';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from './rule';
import { dtypeAttribute } from './shared';

/** Uniform numbers: scaled and shifted; normal ones need a logarithm, a root and a cosine for each pair (Box–Muller). */
const uniform = (context: WorkContext): OperatorWork => ({ vector: 2 * context.outputCountOf(0) });
const normal = (context: WorkContext): OperatorWork => ({
  vector: 2 * context.outputCountOf(0),
  special: 2 * context.outputCountOf(0),
});

function generator(name: string, formula: string, work: OperatorRule['work'], like: boolean): OperatorRule {
  return {
    domain: '',
    name,
    operatorClass: 'other',
    neverFolded: true,
    formula,
    infer(context) {
      if (like) {
        const dtype = context.has('dtype') ? dtypeAttribute(context, 'dtype') : context.dtype(0);
        context.setTensor(0, dtype, context.shape(0));
      } else {
        context.setTensor(0, dtypeAttribute(context, 'dtype', 'float'), context.ints('shape'));
      }
    },
    ...(work && { work }),
  };
}

function inferMultinomial(context: NodeContext): void {
  const batch = context.shape(0)?.[0];
  const dtype: DataType | undefined = dtypeAttribute(context, 'dtype', 'int32');
  const samples = context.int('sample_size', 1);
  context.setTensor(0, dtype, batch === undefined ? undefined : [batch, samples]);
}

/** Random numbers; the draw itself is not counted (no arithmetic is specified), its transformation is. */
export const randomOperators: readonly OperatorRule[] = [
  generator('RandomNormal', 'vector 2·|Y|, special 2·|Y|', normal, false),
  generator('RandomNormalLike', 'vector 2·|Y|, special 2·|Y|', normal, true),
  generator('RandomUniform', 'vector 2·|Y|', uniform, false),
  generator('RandomUniformLike', 'vector 2·|Y|', uniform, true),
  generator('Bernoulli', 'vector |Y| (compare)', (c) => ({ vector: c.outputCountOf(0) }), true),
  {
    domain: '',
    name: 'Multinomial',
    operatorClass: 'other',
    neverFolded: true,
    formula: 'special |X| (exp); vector |X| (sum) + |Y|·classes (compare)',
    infer: inferMultinomial,
    work: (context) => ({
      special: context.count(0),
      vector: context.count(0) + context.outputCountOf(0) * (context.shape(0)[1] ?? 0),
    }),
  },
];
