import type { NodeContext } from '../rule';
import {
  attributePart,
  checkElements,
  checkSize,
  hasLeastRank,
  hasRank,
  inputPart,
  inputText,
  type NodeCheck,
} from './terms';
import { treeChecks } from './trees';

/** Exactly one key and one value list, whatever their type. */
function checkLabelEncoder(context: NodeContext): void {
  if (context.version < 2) return;
  for (const side of ['keys', 'values']) {
    const names = ['strings', 'int64s', 'floats', 'tensor'].map((kind) => `${side}_${kind}`);
    const count = names.filter((name) => context.has(name)).length;
    if (count !== 1) context.report('error', 'one-of', { names: names.join(', '), count });
  }
  checkKeys(context);
}

/** Lists of keys or values by the type of their numbers. */
const listTypes = [
  ['strings', 'string'],
  ['int64s', 'int64'],
  ['floats', 'float'],
] as const;

/** As many values as keys, and keys of the input's type. */
function checkKeys(context: NodeContext): void {
  const lengthOf = (side: string): number | undefined =>
    listTypes.map(([kind]) => listLength(context, `${side}_${kind}`)).find((one) => one !== undefined);
  const [keys, values] = [lengthOf('keys'), lengthOf('values')];
  if (keys !== undefined && values !== undefined && keys !== values)
    context.report('error', 'length', { name: 'values_*', count: values, expected: keys, reason: 'keys_*' });
  const named = listTypes.find(([kind]) => context.has(`keys_${kind}`))?.[1];
  const tensor = context.node.attributes.find(({ name }) => name === 'keys_tensor');
  const keyType = named ?? (tensor?.kind === 'tensor' ? tensor.value.dtype : undefined);
  const own = context.dtype(0);
  if (!keyType || !own || keyType === own) return;
  const args = { input: inputText(context, 0), type: own, other: 'keys_*', otherType: keyType };
  context.report('error', 'types-differ', args, inputPart(0));
}

/** How many numbers or texts an attribute lists. */
function listLength(context: NodeContext, name: string): number | undefined {
  const attribute = context.node.attributes.find((one) => one.name === name);
  return Array.isArray(attribute?.value) ? attribute.value.length : undefined;
}

/** The last axis holds the features that are picked. */
function checkFeatures(context: NodeContext): void {
  if (!hasLeastRank(context, 0, 1)) return;
  const features = context.shape(0)?.at(-1);
  if (typeof features === 'number') checkElements(context, 1, 0, features - 1);
}

function checkNormalizer(context: NodeContext): void {
  if (hasRank(context, 0, 1, 2) && context.rank(0) === 2) checkSize(context, 0, 0, 1, '[1, C]');
}

/** Grams of min_gram_length to max_gram_length words; ngram_counts says where those of each length begin in the pool. */
function checkTfIdf(context: NodeContext): void {
  hasRank(context, 0, 1, 2);
  const [least, most] = [context.int('min_gram_length', 1), context.int('max_gram_length', 1)];
  if (most < least) context.report('error', 'number-least', { name: 'max_gram_length', value: most, least });
  const counts = context.ints('ngram_counts');
  const pool = listLength(context, 'pool_int64s') ?? listLength(context, 'pool_strings');
  if (pool === undefined) {
    context.report('error', 'needed', { name: 'pool_int64s, pool_strings', reason: 'ngram_counts' });
    return;
  }
  if (!counts) return;
  if (counts.length < most) {
    const args = { name: 'ngram_counts', count: counts.length, expected: most, reason: 'max_gram_length' };
    context.report('error', 'length', args, attributePart(context, 'ngram_counts'));
    return;
  }
  checkGrams(context, counts, pool);
}

function checkGrams(context: NodeContext, counts: readonly number[], pool: number): void {
  const part = attributePart(context, 'ngram_counts');
  for (const [at, start] of counts.entries()) {
    const end = counts[at + 1] ?? pool;
    if (start > end) {
      context.report('error', 'number-most', { name: 'ngram_counts', value: start, most: end }, part);
      return;
    }
    if ((end - start) % (at + 1) === 0) continue;
    const args = { what: 'ngram_counts', value: end - start, divisor: at + 1, reason: `${at + 1}-grams` };
    context.report('error', 'multiple', args);
    return;
  }
}

/** Classical models and text. Sources: ONNX operator specifications, and ONNX Runtime's kernels. */
export const classicChecks: Readonly<Record<string, NodeCheck>> = {
  TfIdfVectorizer: checkTfIdf,
  StringNormalizer: checkNormalizer,
  'ai.onnx.ml.ArrayFeatureExtractor': checkFeatures,
  'ai.onnx.ml.LabelEncoder': checkLabelEncoder,
  ...treeChecks,
};
