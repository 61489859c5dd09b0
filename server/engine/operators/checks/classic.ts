import type { NodeContext } from '../rule';
import {
  attributePart,
  checkAmong,
  checkElements,
  checkLeast,
  checkLength,
  checkSize,
  hasLeastRank,
  hasRank,
  inputPart,
  inputText,
  type NodeCheck,
} from './terms';

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

function checkTreeEnsemble(context: NodeContext): void {
  hasRank(context, 0, 2);
  checkLeast(context, 'n_targets', 1);
  checkAmong(context, 'aggregate_function', 0, 1, 2, 3);
  checkAmong(context, 'post_transform', 0, 1, 2, 3, 4);
  const nodes = context.ints('nodes_featureids')?.length;
  const lists = ['nodes_falseleafs', 'nodes_falsenodeids', 'nodes_trueleafs', 'nodes_truenodeids'];
  for (const name of [...lists, 'nodes_missing_value_tracks_true']) {
    const count = context.ints(name)?.length;
    if (count === undefined || nodes === undefined || count === nodes) continue;
    const args = { name, count, expected: nodes, reason: 'nodes_featureids' };
    context.report('error', 'length', args, attributePart(context, name));
  }
  for (const name of [
    'nodes_falsenodeids',
    'nodes_truenodeids',
    'nodes_featureids',
    'leaf_targetids',
    'tree_roots',
  ])
    checkLeast(context, name, 0);
  if (!context.has('n_targets') && context.has('leaf_targetids'))
    context.report('error', 'needed', { name: 'n_targets', reason: 'leaf_targetids' });
  checkLeaves(context);
  checkTreeTargets(context, nodes);
  checkCycles(context);
}

function checkLeaves(context: NodeContext): void {
  const weights = context.node.attributes.find(({ name }) => name === 'leaf_weights');
  const [expected] = weights?.kind === 'tensor' ? weights.value.dims : [];
  checkLength(context, 'leaf_targetids', expected, 'leaf_weights');
}

/** From no node a branch may lead back to it. */
function checkCycles(context: NodeContext): void {
  const sides = ['true', 'false'].map((side) => ({
    leaves: context.ints(`nodes_${side}leafs`) ?? [],
    ids: context.ints(`nodes_${side}nodeids`) ?? [],
  }));
  // Of a node that is open a branch is being followed.
  const states = new Map<number, 'open' | 'done'>();
  for (const root of context.ints('tree_roots') ?? []) {
    const way = [root];
    while (way.length > 0) {
      const node = way.at(-1)!;
      if (states.has(node)) {
        states.set(node, 'done');
        way.pop();
        continue;
      }
      states.set(node, 'open');
      for (const { leaves, ids } of sides) {
        const child = leaves[node] === 0 ? ids[node] : undefined;
        if (child === undefined || states.get(child) === 'done') continue;
        if (states.get(child) === 'open') {
          context.report('error', 'tree-cycle', { node: child });
          return;
        }
        way.push(child);
      }
    }
  }
}

/** Nodes and leaves that others name have to be there. */
function checkTreeTargets(context: NodeContext, nodes: number | undefined): void {
  const leaves = context.ints('leaf_targetids')?.length;
  const most = (name: string, count: number | undefined): void => {
    const value = count === undefined ? undefined : context.ints(name)?.find((one) => one >= count);
    if (value === undefined) return;
    context.report('error', 'number-most', { name, value, most: count! - 1 }, attributePart(context, name));
  };
  for (const side of ['true', 'false']) {
    const isLeaf = context.ints(`nodes_${side}leafs`);
    const ids = context.ints(`nodes_${side}nodeids`);
    const at = ids?.findIndex((id, i) => id >= ((isLeaf?.[i] === 0 ? nodes : leaves) ?? Infinity)) ?? -1;
    if (at < 0) continue;
    const count = (isLeaf?.[at] === 0 ? nodes : leaves) ?? 0;
    const name = `nodes_${side}nodeids`;
    context.report(
      'error',
      'number-most',
      { name, value: ids![at]!, most: count - 1 },
      attributePart(context, name),
    );
  }
  const features = context.shape(0)?.[1];
  most('nodes_featureids', typeof features === 'number' ? features : undefined);
  most('leaf_targetids', context.int('n_targets'));
  most('tree_roots', nodes);
}

/** Classical models and text. Sources: ONNX operator specifications, and ONNX Runtime's kernels. */
export const classicChecks: Readonly<Record<string, NodeCheck>> = {
  TfIdfVectorizer: checkTfIdf,
  StringNormalizer: checkNormalizer,
  'ai.onnx.ml.ArrayFeatureExtractor': checkFeatures,
  'ai.onnx.ml.LabelEncoder': checkLabelEncoder,
  'ai.onnx.ml.TreeEnsemble': checkTreeEnsemble,
};
