import { broadcastInputs } from './broadcast';
import { sameShape } from './helpers';
import type { NodeContext, OperatorRule } from './rule';

/** Output width is the largest output coordinate + 1. Source: ONNX operator specification, TfIdfVectorizer-9. */
function inferTfIdf(context: NodeContext): void {
  const indexes = context.ints('ngram_indexes');
  const shape = context.shape(0);
  if (indexes === undefined || indexes.length === 0 || shape === undefined) {
    context.setTensor(0, 'float', undefined);
    return;
  }
  const width = indexes.reduce((widest, index) => Math.max(widest, index), 0) + 1;
  context.setTensor(0, 'float', [...shape.slice(0, -1), width]);
}

/** N-grams that start at each position: one look-up for each length and skip distance. */
const tfIdfVectorizer: OperatorRule = {
  domain: '',
  name: 'TfIdfVectorizer',
  operatorClass: 'other',
  formula: 'vector |X|·lengths·(skips + 1) look-ups, + |Y| for weights',
  infer: inferTfIdf,
  work(context) {
    const lengths = context.int('max_gram_length', 1) - context.int('min_gram_length', 1) + 1;
    const skips = context.int('max_skip_count', 0) + 1;
    const weighted = context.has('weights') ? context.outputCountOf(0) : 0;
    return { vector: context.count(0) * lengths * skips + weighted };
  },
};

/** Stop words shorten the last axis by an amount that is data. */
const stringNormalizer: OperatorRule = {
  domain: '',
  name: 'StringNormalizer',
  operatorClass: 'other',
  formula: 'not counted: text',
  infer(context) {
    const shape = context.shape(0);
    const removes = (context.strings('stopwords') ?? []).length > 0;
    context.setTensor(
      0,
      'string',
      removes && shape !== undefined ? [...shape.slice(0, -1), context.fresh('words')] : shape,
    );
  },
};

const stringConcat: OperatorRule = {
  domain: '',
  name: 'StringConcat',
  operatorClass: 'elementwise',
  formula: 'not counted: text',
  infer: (context) => context.setTensor(0, 'string', broadcastInputs(context, [0, 1])),
};

const stringSplit: OperatorRule = {
  domain: '',
  name: 'StringSplit',
  operatorClass: 'other',
  formula: 'not counted: text',
  infer(context) {
    const shape = context.shape(0);
    context.setTensor(0, 'string', shape && [...shape, context.fresh('parts')]);
    if (context.hasOutput(1)) sameShape(context, 'int64', 0, 1);
  },
};

const regexFullMatch: OperatorRule = {
  domain: '',
  name: 'RegexFullMatch',
  operatorClass: 'elementwise',
  formula: 'not counted: text',
  infer: (context) => sameShape(context, 'bool'),
};

/** Text. */
export const textOperators: readonly OperatorRule[] = [
  tfIdfVectorizer,
  stringNormalizer,
  stringConcat,
  stringSplit,
  regexFullMatch,
];
