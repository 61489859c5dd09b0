import type { NodeContext } from '../rule';
import { attributePart, checkAmong, checkLeast, checkLength, hasRank, type NodeCheck } from './terms';

/** The one encoding since version 5. */
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

/** How many numbers or texts an attribute lists, a tensor among them; undefined where it is not given, or too long to be kept. */
function listed(context: NodeContext, name: string): number | undefined {
  const attribute = context.attribute(name) ?? context.attribute(`${name}_as_tensor`);
  if (attribute?.kind === 'tensor') return attribute.value.dims[0];
  return Array.isArray(attribute?.value) && attribute.value.length > 0 ? attribute.value.length : undefined;
}

function isGiven(context: NodeContext, name: string): boolean {
  return context.has(name) || context.has(`${name}_as_tensor`);
}

/** As many entries in each list as in the first one; one that is `optional` may be left out. */
function checkLists(context: NodeContext, first: string, others: readonly string[], optional = false): void {
  const expected = listed(context, first);
  if (expected === undefined) return;
  for (const name of others) {
    const isOpen: boolean = optional || isGiven(context, name);
    const count: number = listed(context, name) ?? (isOpen ? expected : 0);
    if (count === expected) continue;
    const args = { name, count, expected, reason: first };
    context.report('error', 'length', args, attributePart(context, name));
    return;
  }
}

/** Nodes of each tree by their ids; null where two have one id, which is reported. */
function nodesByTree(
  context: NodeContext,
  trees: readonly number[],
  ids: readonly number[],
): ReadonlyMap<number, ReadonlySet<number>> | null {
  const found = new Map<number, Set<number>>();
  for (const [at, tree] of trees.entries()) {
    let nodes = found.get(tree);
    if (!nodes) found.set(tree, (nodes = new Set()));
    const id = ids[at]!;
    if (nodes.has(id)) {
      context.report('error', 'tree-twice', { node: id, tree }, attributePart(context, 'nodes_nodeids'));
      return null;
    }
    nodes.add(id);
  }
  return found;
}

/** What branches and leaves name has to be in their tree. */
function checkReferences(context: NodeContext, prefix: string): void {
  const list = (name: string): readonly number[] => context.ints(name) ?? [];
  const [trees, ids] = [list('nodes_treeids'), list('nodes_nodeids')];
  const modes = context.strings('nodes_modes') ?? [];
  if (trees.length === 0 || trees.length !== ids.length || trees.length !== modes.length) return;
  const nodes = nodesByTree(context, trees, ids);
  if (!nodes) return;
  const lacks = (name: string, of: readonly number[], inTrees: readonly number[], at: number): boolean => {
    const [node, tree] = [of[at], inTrees[at]];
    if (node === undefined || tree === undefined || nodes.get(tree)?.has(node)) return false;
    context.report('error', 'tree-missing', { name, node, tree }, attributePart(context, name));
    return true;
  };
  for (const name of ['nodes_truenodeids', 'nodes_falsenodeids']) {
    const children = list(name);
    for (const [at, mode] of modes.entries()) {
      if (mode === 'LEAF') continue;
      if (lacks(name, children, trees, at)) return;
      if (children[at] !== ids[at]) continue;
      context.report('error', 'tree-cycle', { node: ids[at]! }, attributePart(context, name));
      return;
    }
  }
  const leaves = list(`${prefix}_nodeids`);
  for (const at of leaves.keys())
    if (lacks(`${prefix}_nodeids`, leaves, list(`${prefix}_treeids`), at)) return;
}

/**
 * The encoding before version 5: lists of nodes, and of the weights of leaves by target or class.
 * @param targets how many there are; undefined where that is not known
 */
function checkTreeLists(context: NodeContext, prefix: string, targets: number | undefined): void {
  const nodes = ['featureids', 'truenodeids', 'modes', 'nodeids', 'treeids', 'values'];
  checkLists(context, 'nodes_falsenodeids', nodes.map((one) => `nodes_${one}`)); // prettier-ignore
  checkLists(context, 'nodes_falsenodeids', ['nodes_missing_value_tracks_true'], true);
  const ids = `${prefix}_ids`;
  checkLists(context, ids, ['nodeids', 'treeids', 'weights'].map((one) => `${prefix}_${one}`)); // prettier-ignore
  checkLeast(context, ids, 0);
  const beyond = targets === undefined ? undefined : context.ints(ids)?.find((one) => one >= targets);
  if (beyond !== undefined) {
    const args = { name: ids, value: beyond, most: targets! - 1 };
    context.report('error', 'number-most', args, attributePart(context, ids));
  }
  checkReferences(context, prefix);
}

function checkTreeRegressor(context: NodeContext): void {
  checkLeast(context, 'n_targets', 1);
  const targets = context.int('n_targets');
  checkTreeLists(context, 'target', targets);
  const bases = listed(context, 'base_values');
  if (bases === undefined || targets === undefined || bases === 0 || bases === targets) return;
  const args = { name: 'base_values', count: bases, expected: targets, reason: 'n_targets' };
  context.report('error', 'length', args, attributePart(context, 'base_values'));
}

function checkTreeClassifier(context: NodeContext): void {
  const [numbers, texts] = ['classlabels_int64s', 'classlabels_strings'].map((one) => listed(context, one));
  if (!context.has('classlabels_int64s') && !context.has('classlabels_strings')) {
    const args = { names: 'classlabels_int64s, classlabels_strings', count: 0 };
    context.report('error', 'one-of', args);
  }
  checkTreeLists(context, 'class', numbers ?? texts);
}

/** Sources: ONNX operator specifications, and what ONNX Runtime's kernels refuse. */
export const treeChecks: Readonly<Record<string, NodeCheck>> = {
  'ai.onnx.ml.TreeEnsemble': checkTreeEnsemble,
  'ai.onnx.ml.TreeEnsembleRegressor': checkTreeRegressor,
  'ai.onnx.ml.TreeEnsembleClassifier': checkTreeClassifier,
};
