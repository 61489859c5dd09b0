import type { InferredNode } from '../../../inference/types';
import { entryOf } from '../../../../../outside/table';
import table from './shardRules.json';
import { attentionRelation, expertsRelation, type ExpertsEntry } from './headRules';
import { blocksRelation, projectedRelation } from './packedRules';
import type { NodeView, Obstacle, Operand, Relation } from './relation';
import {
  alongRelation,
  broadcastRelation,
  concatRelation,
  gatherRelation,
  keptRelation,
  productRelation,
  quantisedRelation,
  splitRelation,
  transposeRelation,
  viewRelation,
} from './tensorRules';

interface TableEntry {
  readonly kind: string;
  /** Inputs that count, from the first one; all unless told. */
  readonly inputs?: number;
  /** Outputs, likewise. */
  readonly outputs?: number;
  /** The input that holds sizes of the result. */
  readonly shape?: number;
  readonly bias?: number;
  readonly isRest?: boolean;
  /** Inputs beside the first one that hold weights. */
  readonly weights?: readonly number[];
}

type Relate = (view: NodeView, at: Operand, entry: never) => Relation | Obstacle;

const kinds = new Map<string, Relate>(
  Object.entries({
    broadcast: (view: NodeView, at: Operand, { inputs, outputs }: TableEntry) =>
      broadcastRelation(view, at, inputs, outputs),
    view: viewRelation,
    transpose: transposeRelation,
    product: (view: NodeView, at: Operand, { bias }: TableEntry) => productRelation(view, at, bias),
    along: (view: NodeView, at: Operand, { isRest = false }: TableEntry) => alongRelation(view, at, isRest),
    kept: keptRelation,
    quantised: quantisedRelation,
    split: splitRelation,
    concat: concatRelation,
    gather: (view: NodeView, at: Operand, { weights }: TableEntry) => gatherRelation(view, at, weights),
    blocks: blocksRelation,
    projected: projectedRelation,
    none: () => ({ same: [] }),
    heads: attentionRelation,
    experts: expertsRelation,
  }),
);

const domains: Readonly<Record<string, Readonly<Record<string, TableEntry>>>> = table.domains;

function ruleOf({ node, operatorClass }: InferredNode): TableEntry | undefined {
  const own = entryOf(entryOf(domains, node.domain) ?? {}, node.operator);
  // What its shapes contradict, the rule refuses.
  return own ?? (operatorClass === 'elementwise' ? { kind: 'broadcast' } : undefined);
}

/** What else of a node is divided when one axis of one of its operands is; or why that cannot be. */
export function relationAt(view: NodeView, at: Operand): Relation | Obstacle {
  const entry = ruleOf(view.inferred);
  if (!entry) return 'operator';
  // What a node only reads sizes from stays whole.
  if (at.isInput && at.index === entry.shape) return 'mixed';
  return kinds.get(entry.kind)!(view, at, entry as never);
}

/** A product of an input with a weight, which may be divided by its columns: its last output axis. */
export function isProduct(node: InferredNode): boolean {
  return productKinds.has(ruleOf(node)?.kind ?? '');
}

const productKinds: ReadonlySet<string> = new Set(['product', 'blocks', 'projected']);

/** Experts that are chosen for each token. */
export function expertsEntry(node: InferredNode): ExpertsEntry | undefined {
  const entry = ruleOf(node);
  return entry?.kind === 'experts' ? (entry as unknown as ExpertsEntry) : undefined;
}

/** Rows of a table chosen by numbers. */
export function isLookup(node: InferredNode): boolean {
  return ruleOf(node)?.kind === 'gather';
}

/** The input that holds the sizes of a node's result. */
export function shapeInput(node: InferredNode): number | undefined {
  return ruleOf(node)?.shape;
}

/** What partial sums go through unsummed: sums of nothing but such, and what gives the same before and after the sum. */
export function passesSums({ node }: InferredNode): 'sum' | 'linear' | null {
  const isIn = (lists: Readonly<Record<string, readonly string[]>>): boolean =>
    entryOf(lists, node.domain)?.includes(node.operator) === true;
  return isIn(table.sums) ? 'sum' : isIn(table.linear) ? 'linear' : null;
}
