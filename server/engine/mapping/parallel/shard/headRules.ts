import type { NodeView, Obstacle, Operand, Relation } from './relation';

/** Where an operand has its heads: `width` times their size or apart, `heads` apart, `scores` as they are or for all, `vector` alone. */
type HeadPlace = 'width' | 'heads' | 'scores' | 'vector';

interface Operands {
  readonly inputs: Readonly<Record<string, HeadPlace>>;
  readonly outputs: Readonly<Record<string, HeadPlace>>;
}

/** An operator that works head by head. */
export interface HeadsEntry {
  /** Attributes that count heads; queries' alone where keys have as many. */
  readonly heads: string;
  readonly keyHeads?: string;
  readonly query: Operands;
  readonly key?: Operands;
  /** The input that holds queries, keys and values where the input of keys is missing; a bias for all three. */
  readonly packed?: { readonly input: number; readonly without: number; readonly bias?: number };
}

/** What is divided by heads: queries, and keys and values, which may have fewer. */
export function attentionRelation(view: NodeView, at: Operand, entry: HeadsEntry): Relation | Obstacle {
  const heads = countOf(view, entry.heads, entry.query);
  // What only turns pairs of each head goes by how many these are elsewhere.
  if (heads === undefined && !entry.key) return { same: operandsOf(view, entry.query, 0) };
  const keyHeads = entry.keyHeads === undefined ? heads : countOf(view, entry.keyHeads, entry.key!);
  if (heads === undefined || keyHeads === undefined) return 'size';
  const ownHeads = attributeOf(view, entry.heads, heads);
  const queries = operandsOf(view, entry.query, heads);
  const isOf = (operands: readonly Operand[]): boolean =>
    operands.some((one) => one.isInput === at.isInput && one.index === at.index && one.axis === at.axis);
  const { packed } = entry;
  if (packed && view.id({ isInput: true, index: packed.without }) === null)
    return packedRelation(view, at, entry, { heads, keyHeads });
  if (packed?.bias !== undefined && view.id({ isInput: true, index: packed.bias }) !== null) return 'mixed';
  if (!entry.key) return isOf(queries) ? { same: queries, ...ownHeads } : 'mixed';
  const keys = operandsOf(view, entry.key, keyHeads);
  const ownKeyHeads = attributeOf(view, entry.keyHeads!, keyHeads);
  const counts = { ...ownHeads, ...(ownKeyHeads.heads && { keyHeads: ownKeyHeads.heads }) };
  if (!isOf(queries) && !isOf(keys)) return 'mixed';
  // One head of keys serves all queries: every rank has it.
  if (keyHeads === 1 && heads > 1) return isOf(queries) ? { same: queries, ...ownHeads } : 'heads';
  if (keyHeads === heads) return { same: [...queries, ...keys], ...counts };
  return { same: queries, keys, ...counts };
}

function attributeOf(view: NodeView, attribute: string, count: number): Pick<Relation, 'heads'> {
  return view.int(attribute, 0) > 0 ? { heads: { attribute, count } } : {};
}

/** How many heads: as the attribute says, else as the first operand has them apart. */
function countOf(view: NodeView, attribute: string, { inputs }: Operands): number | undefined {
  const stated = view.int(attribute, 0);
  if (stated > 0) return stated;
  const shape = view.shape(true, Number(Object.keys(inputs)[0]));
  return shape?.length === 4 ? shape[1] : undefined;
}

function operandsOf(view: NodeView, { inputs, outputs }: Operands, heads: number): Operand[] {
  const found: Operand[] = [];
  for (const [isInput, places] of [
    [true, inputs],
    [false, outputs],
  ] as const)
    for (const [key, place] of Object.entries(places)) {
      const index = Number(key);
      const shape = view.shape(isInput, index);
      const axis = shape && axisOf(place, shape, heads);
      if (axis !== undefined) found.push({ isInput, index, axis });
    }
  return found;
}

/** [batch, length, heads · size] and [batch, heads, length, size], or packed [batch, length, heads, parts, size]. */
function axisOf(place: HeadPlace, shape: readonly number[], heads: number): number | undefined {
  if (place === 'vector') return 0;
  if (place === 'heads') return 1;
  if (place === 'width') return shape.length === 4 ? 1 : 2;
  const axis = shape.length - 3;
  return axis >= 0 && shape[axis] === heads && heads > 1 ? axis : undefined;
}

/** Queries, keys and values side by side in one input. */
function packedRelation(
  view: NodeView,
  at: Operand,
  { query, key, packed, heads: attribute, keyHeads: keyAttribute }: HeadsEntry,
  { heads, keyHeads }: { readonly heads: number; readonly keyHeads: number },
): Relation | Obstacle {
  const shape = view.shape(true, packed!.input);
  if (!shape) return 'size';
  // [batch, length, heads, 3, size] has its heads apart.
  const own = (operands: readonly Operand[]): Operand[] =>
    operands.filter(({ isInput, index }) => !isInput || index !== packed!.input);
  const queries = own(operandsOf(view, query, heads));
  const counts = {
    heads: { attribute, count: heads },
    ...(keyAttribute !== undefined && { keyHeads: { attribute: keyAttribute, count: keyHeads } }),
  };
  const whole: Operand = { isInput: true, index: packed!.input, axis: 2 };
  if (at.isInput && at.index === packed!.input && at.axis !== 2) return 'mixed';
  if (shape.length === 5) return { same: [...queries, whole], heads: counts.heads };
  const keys = key ? own(operandsOf(view, key, keyHeads)) : [];
  const size = (shape[2] ?? 0) / (heads + 2 * keyHeads);
  return { same: queries, keys, ...counts, packed: { whole, size } };
}

/** Experts side by side, each with its inner width. */
export interface ExpertsEntry {
  /** The axis of the inner width by input. */
  readonly inner: Readonly<Record<string, number>>;
  /** Inputs that have one part for each expert. */
  readonly weights: readonly number[];
  /** The operator for experts of one device. */
  readonly local: string;
}

/** Experts divided by their inner width, so that each rank has a part of every sum, or by their number, each rank having its own. */
export function expertsRelation(
  view: NodeView,
  at: Operand,
  { inner, weights }: ExpertsEntry,
): Relation | Obstacle {
  if (!at.isInput) return 'mixed';
  const given = (operands: readonly Operand[]): readonly Operand[] =>
    operands.filter((operand) => view.id(operand) !== null);
  if (at.axis === 0 && weights.includes(at.index))
    return { same: given(weights.map((index) => ({ isInput: true, index, axis: 0 }))) };
  if (inner[at.index] !== at.axis) return 'mixed';
  const places = Object.entries(inner).map(([index, axis]): Operand => ({
    isInput: true,
    index: Number(index),
    axis,
  }));
  return { same: given(places), isPartial: true };
}
