import type { DataType } from '../../graph/dataTypes';
import { product, type Dim } from '../../graph/dim';
import type { ValueType } from '../../graph/model';
import { sameShape, sameType } from '../helpers';
import type { NodeContext, OperatorRule, WorkContext } from '../rule';
import { labels, learning, tableRows } from './machineLearning';

/** Columns chosen by index: Y lists them. */
const arrayFeatureExtractor = learning('ArrayFeatureExtractor', 'movement', '0 operations', (context) => {
  const shape = context.shape(0);
  const indices = context.shape(1);
  if (shape === undefined || indices === undefined) {
    context.setTensor(0, context.dtype(0), undefined);
    return;
  }
  const rows: readonly Dim[] = shape.length === 1 ? [1] : shape.slice(0, -1);
  context.setTensor(0, context.dtype(0), [...rows, product(indices)]);
});

function perElement(
  name: string,
  formula: string,
  dtype: DataType | undefined,
  operations: (context: WorkContext) => { vector: number; special?: number },
): OperatorRule {
  return learning(
    name,
    'elementwise',
    formula,
    (context) => (dtype === undefined ? sameType(context) : sameShape(context, dtype)),
    operations,
  );
}

const normalizer = perElement(
  'Normalizer',
  'vector 2·|X| (MAX), 3·|X| (L1, L2); special 1 per row for L2',
  'float',
  (context) => {
    const norm = context.string('norm', 'MAX');
    const shape = context.shape(0);
    const rows = shape.length < 2 ? 1 : (shape[0] ?? 0);
    return {
      vector: (norm === 'MAX' ? 2 : 3) * context.count(0),
      special: norm === 'L2' ? rows : 0,
    };
  },
);

/** Type of a LabelEncoder's values by the attribute that lists them. */
function encodedType(context: NodeContext): DataType | undefined {
  if (context.version < 2) return context.dtype(0) === 'string' ? 'int64' : 'string';
  const tensor = context.attribute('values_tensor');
  if (tensor?.kind === 'tensor') return tensor.value.dtype;
  if (context.has('values_strings')) return 'string';
  if (context.has('values_int64s')) return 'int64';
  return context.has('values_floats') ? 'float' : undefined;
}

const lookup = (context: WorkContext) => ({ vector: context.count(0) });

const labelEncoder = learning(
  'LabelEncoder',
  'elementwise',
  'vector |X| (look-ups)',
  (context) => sameShape(context, encodedType(context)),
  lookup,
);

const categoryMapper = learning(
  'CategoryMapper',
  'elementwise',
  'vector |X| (look-ups)',
  (context) => sameShape(context, context.dtype(0) === 'string' ? 'int64' : 'string'),
  lookup,
);

const oneHotEncoder = learning(
  'OneHotEncoder',
  'movement',
  'vector |X| (look-ups)',
  (context) => {
    const categories = labels(context, { strings: 'cats_strings', integers: 'cats_int64s' }).count;
    const shape = context.shape(0);
    context.setTensor(0, 'float', shape && [...shape, categories]);
  },
  lookup,
);

const featureVectorizer = learning('FeatureVectorizer', 'movement', '0 operations', (context) => {
  const rows = tableRows(context);
  const widths = context.ints('inputdimensions') ?? [];
  const width = widths.reduce((sum, value) => sum + value, 0);
  context.setTensor(0, 'float', rows === undefined || width === 0 ? undefined : [rows, width]);
});

const castTargets = new Map<string, DataType>([
  ['TO_FLOAT', 'float'],
  ['TO_INT64', 'int64'],
  ['TO_STRING', 'string'],
]);

const castMap = learning('CastMap', 'movement', '0 operations', (context) => {
  const isDense = context.string('map_form', 'DENSE') === 'DENSE';
  const width = isDense ? context.fresh('entries') : context.int('max_map', 1);
  context.setTensor(0, castTargets.get(context.string('cast_to', 'TO_FLOAT')), [1, width]);
});

/** A map becomes a row with an entry for each word of the vocabulary. */
const dictVectorizer = learning('DictVectorizer', 'movement', 'vector |Y| (look-ups)', (context) => {
  const { count } = labels(context, {
    strings: 'string_vocabulary',
    integers: 'int64_vocabulary',
  });
  const type = context.type(0);
  const value = type?.kind === 'map' ? type.value : undefined;
  context.setTensor(0, value?.kind === 'tensor' ? value.dtype : undefined, [1, count]);
});

/** One map from label to score for each row. */
const zipMap = learning('ZipMap', 'movement', '0 operations', (context) => {
  const { dtype } = labels(context, {
    strings: 'classlabels_strings',
    integers: 'classlabels_int64s',
  });
  const value: ValueType = { kind: 'tensor', dtype: 'float', shape: [] };
  context.setType(0, { kind: 'sequence', element: { kind: 'map', key: dtype, value } });
});

/** Features, categories and maps. Source: ONNX operator specification, ai.onnx.ml. */
export const featureOperators: readonly OperatorRule[] = [
  arrayFeatureExtractor,
  perElement('Binarizer', 'vector |X| (compare)', undefined, (c) => ({ vector: c.count(0) })),
  perElement('Imputer', 'vector 2·|X| (compare, select)', undefined, (c) => ({
    vector: 2 * c.count(0),
  })),
  perElement('Scaler', 'vector 2·|X| (−, ×)', 'float', (c) => ({ vector: 2 * c.count(0) })),
  normalizer,
  labelEncoder,
  categoryMapper,
  oneHotEncoder,
  featureVectorizer,
  castMap,
  dictVectorizer,
  zipMap,
];
