import { describe, expect, it } from 'vitest';
import { checkRule, type CheckAttribute, type CheckInput } from './check';

function run(
  operator: string,
  inputs: readonly CheckInput[],
  attributes: Record<string, CheckAttribute>,
  outputs = 1,
) {
  return checkRule(operator, { domain: 'ai.onnx.ml', version: 5, inputs, attributes, outputs });
}

const floats = (value: readonly number[]): CheckAttribute => ({ name: '', kind: 'floats', value });

describe('linear models', () => {
  it('multiplies rows with coefficients', () => {
    const attributes = { coefficients: floats(Array<number>(12).fill(0.5)), targets: 3 };
    const { types, work } = run('LinearRegressor', ['float[5, 4]'], attributes);
    expect(types).toEqual(['float[5, 3]']);
    expect(work?.operations).toEqual({ matrix: 2 * 5 * 12, vector: 0, special: 0 });
  });

  it('labels and scores classes', () => {
    const attributes = {
      coefficients: floats(Array<number>(12).fill(0.5)),
      intercepts: floats([0.1, 0.2, 0.3]),
      classlabels_strings: ['a', 'b', 'c'],
      post_transform: 'SOFTMAX',
    };
    const { types, work } = run('LinearClassifier', ['float[rows, 4]'], attributes, 2);
    expect(types).toEqual(['string[rows]', 'float[rows, 3]']);
    expect(work).toBeNull();
    // 2·5·12; intercepts 15, maximum 15, softmax 4 + 1 for each of 15 scores.
    expect(run('LinearClassifier', ['float[5, 4]'], attributes, 2).work?.operations).toEqual({
      matrix: 120,
      vector: 15 + 15 + 60,
      special: 15,
    });
  });

  it('compares with support vectors', () => {
    const attributes = {
      kernel_type: 'RBF',
      n_supports: 6,
      support_vectors: floats(Array<number>(24).fill(0.5)),
      coefficients: floats(Array<number>(6).fill(0.5)),
    };
    const { types, work } = run('SVMRegressor', ['float[5, 4]'], attributes);
    expect(types).toEqual(['float[5, 1]']);
    // 30 pairs: 3·4 + 1 and one exponential each; 2·5·6 for the weighted sum.
    expect(work?.operations).toEqual({ matrix: 0, vector: 30 * 13 + 60, special: 30 });
  });
});

describe('trees', () => {
  const attributes = {
    nodes_treeids: [0, 0, 0, 1, 1, 1],
    nodes_modes: ['BRANCH_LEQ', 'LEAF', 'LEAF', 'BRANCH_LEQ', 'LEAF', 'LEAF'],
    n_targets: 2,
    classlabels_int64s: [0, 1, 2],
  };
  it('descends balanced trees', () => {
    const { types, work } = run('TreeEnsembleRegressor', ['float[7, 4]'], attributes);
    expect(types).toEqual(['float[7, 2]']);
    // Two trees of two leaves: 1 comparison and 1 addition each for 7 rows.
    expect(work?.operations.vector).toBe(7 * 2 * 2);
    expect(run('TreeEnsembleClassifier', ['float[7, 4]'], attributes, 2).types).toEqual([
      'int64[7]',
      'float[7, 3]',
    ]);
  });
});

describe('features', () => {
  it.each([
    ['Scaler', ['int64[2, 3]'], {}, 'float[2, 3]'],
    ['Binarizer', ['double[2, 3]'], {}, 'double[2, 3]'],
    ['OneHotEncoder', ['int64[2, 3]'], { cats_int64s: [4, 5, 6, 7] }, 'float[2, 3, 4]'],
    ['LabelEncoder', ['string[n]'], { values_int64s: [1, 2] }, 'int64[n]'],
    ['ArrayFeatureExtractor', ['float[5, 10]', 'int64[3]'], {}, 'float[5, 3]'],
    ['FeatureVectorizer', ['float[5, 2]', 'float[5, 3]'], { inputdimensions: [2, 3] }, 'float[5, 5]'],
    ['DictVectorizer', ['map(string,float[])'], { string_vocabulary: ['a', 'b'] }, 'float[1, 2]'],
    ['ZipMap', ['float[5, 2]'], { classlabels_strings: ['a', 'b'] }, 'seq(map(string, float[]))'],
  ] as const)('%s', (operator, inputs, attributes, type) => {
    expect(run(operator, inputs, attributes).types).toEqual([type]);
  });
});
