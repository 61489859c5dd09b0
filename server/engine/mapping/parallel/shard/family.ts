import { dataTypes } from '../../../graph/dataTypes';
import type { ValueType } from '../../../graph/model';
import type { Inference } from '../../../inference/types';
import { Parts } from './parts';
import { NodeView, type HeadCount, type Obstacle, type Operand, type Relation } from './relation';
import { relationAt } from './shardRules';
import { preferences, type Preference } from './viewAxes';

/** Values that are divided together, found from one of them. */
export interface Family {
  /** The axis that is divided, and its part, by value. */
  readonly axes: ReadonlyMap<number, { readonly axis: number; readonly part: number }>;
  /** Attributes that count heads, by node. */
  readonly heads: ReadonlyMap<number, ReadonlyMap<string, number>>;
  /** Nodes of whose result each rank has a part of the sum. */
  readonly partial: ReadonlySet<number>;
  /** Results of the model that a rank has a part of, but for caches. */
  readonly given: readonly number[];
  readonly parts: Parts;
}

/** What families are looked for in. */
export interface Field {
  readonly inference: Inference;
  readonly ways: number;
  /** Inputs and results of the model of which each rank keeps its part from run to run. */
  readonly caches: ReadonlySet<number>;
  /** Results of the model. */
  readonly results: ReadonlySet<number | null>;
  /** Operands that are left to look at: hostile graphs end here. */
  readonly budget: { operands: number };
}

/** Everything that is divided when one axis of a value is; or why it cannot be. */
export function familyOf(field: Field, value: number, axis: number): Family | Obstacle {
  let first: Obstacle | null = null;
  for (const preference of preferences) {
    const search = new FamilySearch(field, preference);
    search.reach(value, axis);
    const found = search.run();
    if (typeof found !== 'string') return found;
    first ??= found;
    if (!search.hasChosen) break;
  }
  return first!;
}

class FamilySearch {
  private readonly axes = new Map<number, { readonly axis: number; readonly part: number }>();
  private readonly heads = new Map<number, Map<string, number>>();
  private readonly partial = new Set<number>();
  private readonly given: number[] = [];
  private readonly parts: Parts;
  private readonly pending: number[] = [];
  private obstacle: Obstacle | null = null;

  /** Another preference may find another way. */
  hasChosen = false;

  constructor(
    private readonly field: Field,
    private readonly preference: Preference,
  ) {
    this.parts = new Parts(field.ways);
  }

  run(): Family | Obstacle {
    while (this.pending.length > 0 && !this.obstacle) this.visit(this.pending.pop()!);
    if (this.obstacle) return this.obstacle;
    const { axes, heads, partial, given, parts } = this;
    return parts.obstacle() ?? { axes, heads, partial, given, parts };
  }

  /** Divides a value by an axis and says with which part. */
  reach(value: number, axis: number): number {
    const known = this.axes.get(value);
    if (known) {
      if (known.axis !== axis) this.obstacle ??= 'mixed';
      return known.part;
    }
    const { type } = this.field.inference.values[value]!;
    const size = type?.kind === 'tensor' ? type.shape?.[axis] : undefined;
    if (typeof size !== 'number' || size < 1) this.obstacle ??= 'size';
    const part =
      typeof size === 'number' ? this.parts.add(size, unitsOf(type, axis, size)) : this.parts.add(1);
    this.axes.set(value, { axis, part });
    this.pending.push(value);
    return part;
  }

  private visit(id: number): void {
    const { inference, caches, results } = this.field;
    const value = inference.values[id]!;
    if (value.scope !== 0) this.obstacle ??= 'nested';
    if (value.origin === 'input' && !value.isConstant && !caches.has(id)) this.obstacle ??= 'whole';
    if (results.has(id) && !caches.has(id)) this.given.push(id);
    const { axis } = this.axes.get(id)!;
    if (value.producer !== null) this.relate(value.producer, false, id, axis);
    for (const consumer of new Set(value.consumers)) {
      if (this.obstacle) return;
      this.relate(consumer, true, id, axis);
    }
  }

  private relate(index: number, isInput: boolean, id: number, axis: number): void {
    const { inference, ways, budget } = this.field;
    const view = new NodeView(inference, inference.nodes[index]!, ways, this.preference);
    if (view.inferred.scope !== 0) this.obstacle ??= 'nested';
    budget.operands -= view.ids(true).length + view.ids(false).length;
    if (budget.operands < 0) this.obstacle ??= 'operator';
    for (const [place, one] of view.ids(isInput).entries()) {
      if (one !== id || this.obstacle) continue;
      const at: Operand = { isInput, index: place, axis };
      const relation = relationAt(view, at);
      this.hasChosen ||= view.hasChosen;
      if (typeof relation === 'string') this.obstacle ??= relation;
      else this.follow(view, at, relation);
    }
  }

  private follow(view: NodeView, at: Operand, relation: Relation): void {
    const own = this.axes.get(view.id(at)!)!.part;
    const { same, keys = [], heads, keyHeads, sum, packed, isPartial } = relation;
    if (isPartial) this.partial.add(view.inferred.index);
    const queries = this.joined(view, same, heads);
    const ofKeys = this.joined(view, keys, keyHeads);
    if (sum) this.addSum(view, sum);
    if (keys.length === 0) {
      if (queries !== null && !sum) this.parts.join(own, queries);
      if (queries !== null && ofKeys !== null) this.parts.join(queries, ofKeys);
    } else if (queries !== null && ofKeys !== null) this.parts.group(queries, ofKeys);
    if (packed) this.addPacked(view, relation, packed);
  }

  private partOf(view: NodeView, operand: Operand): number | null {
    const id = view.id(operand);
    return id === null ? null : this.reach(id, operand.axis);
  }

  /** Joins what is divided alike. */
  private joined(view: NodeView, operands: readonly Operand[], count: HeadCount | undefined): number | null {
    const all = operands.map((operand) => this.partOf(view, operand)).filter((part) => part !== null);
    if (count) all.push(this.headsOf(view.inferred.index, count));
    for (const part of all) this.parts.join(all[0]!, part);
    return all[0] ?? null;
  }

  private addSum(view: NodeView, { whole, parts }: NonNullable<Relation['sum']>): void {
    const all = parts.map((operand) => this.partOf(view, operand)).filter((part) => part !== null);
    const sum = this.partOf(view, whole);
    if (sum !== null && all.length > 0) this.parts.addSum(sum, all);
  }

  private addPacked(
    view: NodeView,
    { heads, keyHeads }: Relation,
    { whole, size }: NonNullable<Relation['packed']>,
  ): void {
    const sum = this.partOf(view, whole);
    if (sum === null || !heads || !keyHeads) return;
    const { index } = view.inferred;
    this.parts.addSum(sum, [this.headsOf(index, heads), this.headsOf(index, keyHeads)], [size, 2 * size]);
  }

  private headsOf(node: number, { attribute, count }: HeadCount): number {
    const known = this.heads.get(node) ?? new Map<string, number>();
    this.heads.set(node, known);
    let part = known.get(attribute);
    if (part === undefined) known.set(attribute, (part = this.parts.add(count)));
    return part;
  }
}

/** Rows of weights that are stored in blocks are divided between these. */
function unitsOf(type: ValueType | undefined, axis: number, size: number): number {
  const dtype = type?.kind === 'tensor' ? type.dtype : undefined;
  const isRow = type?.kind === 'tensor' && axis === (type.shape?.length ?? 0) - 1;
  const block = dtype === undefined || !isRow ? undefined : dataTypes[dtype].block?.elements;
  return block !== undefined && size % block === 0 ? size / block : size;
}
