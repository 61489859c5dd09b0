import type { NodeView, Obstacle, Operand, Relation } from './relation';

/** A product with weights in blocks along what it sums over. */
export interface BlocksEntry {
  /** Attributes that state the two sizes of the weights. */
  readonly sum: string;
  readonly columns: string;
  /** Inputs that hold packed numbers, scales and zero points: rows of blocks, or all blocks one after another. */
  readonly weights: readonly number[];
  readonly bias: number;
}

/** As a plain product: columns with columns, or sums over a part of the blocks. */
export function blocksRelation(view: NodeView, at: Operand, entry: BlocksEntry): Relation | Obstacle {
  const [data, out] = [view.shape(true, 0), view.shape(false, 0)];
  if (!data || !out) return 'size';
  const isFlat = (index: number): boolean => view.shape(true, index)?.length === 1;
  const isWeight = at.isInput && entry.weights.includes(at.index);
  const isSum = at.isInput && at.index === 0 ? at.axis === data.length - 1 : isWeight && at.axis === 1;
  const isColumn = at.isInput
    ? at.index === entry.bias || (isWeight && at.axis === 0)
    : at.axis === out.length - 1;
  if (!isSum && !isColumn) return 'mixed';
  const same = entry.weights
    .filter((index) => view.id({ isInput: true, index }) !== null)
    .map((index): Operand => ({ isInput: true, index, axis: isSum && !isFlat(index) ? 1 : 0 }));
  if (isSum) {
    same.push({ isInput: true, index: 0, axis: data.length - 1 });
    return { same, heads: { attribute: entry.sum, count: data.at(-1)! }, isPartial: true };
  }
  same.push({ isInput: false, index: 0, axis: out.length - 1 });
  const bias: Operand = { isInput: true, index: entry.bias, axis: 0 };
  if (view.id(bias) !== null) same.push(bias);
  return { same, heads: { attribute: entry.columns, count: out.at(-1)! } };
}

/** Attention with the product that makes its queries, keys and values. */
export interface ProjectedEntry {
  readonly heads: string;
  /** Where it is given, the three may have different sizes. */
  readonly sizes: string;
  /** The axis with the heads by input and output. */
  readonly inputAxes: Readonly<Record<string, number>>;
  readonly outputAxes: Readonly<Record<string, number>>;
}

/** All of it by heads, which stand three times in the weights. */
export function projectedRelation(view: NodeView, at: Operand, entry: ProjectedEntry): Relation | Obstacle {
  const heads = view.int(entry.heads, 0);
  if (view.ints(entry.sizes) || heads < 1) return 'mixed';
  const same: Operand[] = [];
  for (const isInput of [true, false])
    for (const [key, place] of Object.entries(isInput ? entry.inputAxes : entry.outputAxes)) {
      const index = Number(key);
      const shape = view.shape(isInput, index);
      if (!shape) continue;
      const axis = place < 0 ? shape.length + place : place;
      // A bias of scores may serve all heads.
      if (shape[axis] !== 1) same.push({ isInput, index, axis });
    }
  const isOne = same.some(
    ({ isInput, index, axis }) => isInput === at.isInput && index === at.index && axis === at.axis,
  );
  return isOne ? { same, heads: { attribute: entry.heads, count: heads } } : 'mixed';
}
