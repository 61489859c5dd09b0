import type { DataType } from '../../graph/dataTypes';
import { multiply, type Dim } from '../../graph/dim';
import type { Node, Shape, ValueType } from '../../graph/model';
import type { NodePart, Severity } from '../../problem';
import { numericCount, stridesOf } from '../broadcast';
import type { Element, Fact, NodeContext, RuleArgs, RuleProblem, WorkContext } from '../rule';
import { pick } from '../tensorShape';
import type { InputMapping, Mapping } from './mapping';
import { SeenAttributes, type OwnNode } from './seenAttributes';

/** Newer than any version of an operator set: a rule shows its newest form. */
const newest = 1000;

/** An input of the rule, where it is one of the operator's own. */
interface Place {
  readonly at: number;
  readonly order?: readonly number[];
  readonly flat?: boolean;
  readonly otherwise?: string;
  readonly swappedBy?: string;
  readonly merged?: boolean;
}

/** Where the content of an input of the rule stands; null where it has none. */
export function placeOf(mapping: Mapping, index: number): Place | { readonly attribute: string } | null {
  const { inputs } = mapping;
  if (!inputs) return { at: index };
  const given: InputMapping | undefined = inputs[index];
  if (given === undefined || given === null) return null;
  return typeof given === 'number' ? { at: given } : given;
}

/** A shape with its axes in another order; undefined where the order is of another rank. */
function reordered<T>(shape: readonly T[], order: readonly number[] | undefined): readonly T[] | undefined {
  if (!order) return shape;
  return shape.length === order.length ? order.map((axis) => shape[axis]!) : undefined;
}

/** A shape whose first two axes are one. */
function merged(shape: Shape): Shape | undefined {
  const [groups, channels, ...rest] = shape;
  return groups === undefined || channels === undefined ? undefined : [multiply(groups, channels), ...rest];
}

/** The order that undoes another one. */
function inverse(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}

/** What both views of a node have: inputs in the rule's places, attributes by the rule's names. */
abstract class Seen<C extends NodeContext | WorkContext> extends SeenAttributes {
  protected readonly own: OwnNode;

  constructor(
    protected readonly mapping: Mapping,
    protected readonly context: C,
  ) {
    super();
    const dimension = (input: number, axis: number): number | undefined => {
      const dim: Dim | undefined = context.shape(input)?.[axis];
      return typeof dim === 'number' ? dim : undefined;
    };
    this.own = {
      has: (name) => context.has(name),
      attribute: (name) => context.attribute(name),
      int: ((name: string, fallback?: number) => context.int(name) ?? fallback) as OwnNode['int'],
      float: ((name: string, fallback?: number) => context.float(name) ?? fallback) as OwnNode['float'],
      string: ((name: string, fallback?: string) => context.string(name) ?? fallback) as OwnNode['string'],
      ints: (name) => context.ints(name),
      floats: (name) => context.floats(name),
      strings: (name) => context.strings(name),
      elements: (input) => context.elements(input),
      dimension,
      rank: (input) => {
        const shape: Shape | undefined = context.shape(input);
        return shape?.length;
      },
    };
  }

  get node(): Node {
    return this.context.node;
  }

  get version(): number {
    return this.mapping.version ?? newest;
  }

  get inputCount(): number {
    return this.mapping.inputs?.length ?? this.context.inputCount;
  }

  get outputCount(): number {
    return this.context.outputCount;
  }

  hasInput(index: number): boolean {
    const place = this.place(index);
    if (!place) return false;
    return 'at' in place ? this.context.hasInput(place.at) : this.context.has(place.attribute);
  }

  hasOutput(index: number): boolean {
    return this.context.hasOutput(index);
  }

  /** As {@link placeOf}, for this node: an input that it leaves out may stand in an attribute. */
  protected place(index: number): Place | { readonly attribute: string } | null {
    const place = placeOf(this.mapping, index);
    if (!place || !('at' in place) || place.otherwise === undefined) return place;
    return this.context.hasInput(place.at) ? place : { attribute: place.otherwise };
  }

  dtype(index: number): DataType | undefined {
    const place = this.place(index);
    if (!place) return undefined;
    return 'at' in place ? this.context.dtype(place.at) : 'int64';
  }

  elements(index: number): readonly Element[] | undefined {
    const place = this.place(index);
    if (!place) return undefined;
    if (!('at' in place)) return this.listOf(place.attribute);
    const elements = this.context.elements(place.at);
    const shape: Shape | undefined = this.context.shape(place.at);
    const order = shape && this.orderOf(place, shape.length);
    if (!elements || !order) return elements;
    const to = reordered(shape, order);
    if (!to || numericCount(shape) !== elements.length) return undefined;
    const strides = stridesOf(shape);
    return pick(
      elements,
      to as number[],
      order.map((axis) => strides[axis]!),
    );
  }

  /** The order that the rule sees the axes of an input in; undefined: as they are. */
  private orderOf({ order, swappedBy }: Place, rank: number): readonly number[] | undefined {
    if (swappedBy === undefined || rank < 2 || this.context.int(swappedBy, 0) !== 1) return order;
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    return [...axes.slice(0, -2), rank - 1, rank - 2];
  }

  /** Numbers of an attribute as the content of an input. */
  protected listOf(name: string): readonly number[] | undefined {
    const single = this.context.int(name);
    return single === undefined ? this.context.ints(name) : [single];
  }

  /** The shape of an input as the rule sees it. */
  protected seenShape(index: number): Shape | undefined {
    const place = this.place(index);
    if (!place) return undefined;
    if (!('at' in place)) {
      const list = this.listOf(place.attribute);
      return list && [list.length];
    }
    const shape: Shape | undefined = this.context.shape(place.at);
    if (!shape || !this.context.hasInput(place.at)) return undefined;
    if (place.merged) return merged(shape);
    if (!place.flat) return reordered(shape, this.orderOf(place, shape.length));
    const count = numericCount(shape);
    return count === undefined ? undefined : [count];
  }
}

/** A node as a rule of ONNX infers it; what the rule says is said in the operator's own layout. */
export class SeenNode extends Seen<NodeContext> implements NodeContext {
  fact(index: number): Fact | undefined {
    const type = this.type(index);
    if (!type && !this.hasInput(index)) return undefined;
    const elements = this.elements(index);
    return { ...(type && { type }), ...(elements && { elements }) };
  }

  type(index: number): ValueType | undefined {
    const place = this.place(index);
    if (!place) return undefined;
    const own = 'at' in place ? this.context.type(place.at) : undefined;
    if (own && own.kind !== 'tensor' && own.kind !== 'sparse') return own;
    const [dtype, shape] = [this.dtype(index), this.seenShape(index)];
    return { kind: 'tensor', ...(dtype && { dtype }), ...(shape && { shape }) };
  }

  shape(index: number): Shape | undefined {
    return this.seenShape(index);
  }

  rank(index: number): number | undefined {
    return this.seenShape(index)?.length;
  }

  setTensor(index: number, dtype: DataType | undefined, shape: Shape | undefined): void {
    const order = this.mapping.outputs?.[index];
    const own = shape && order ? reordered(shape, inverse(order)) : shape;
    this.context.setTensor(index, this.mapping.declaredType ? undefined : dtype, own);
  }

  setType(index: number, type: ValueType | undefined): void {
    if (type?.kind === 'tensor' || type?.kind === 'sparse') this.setTensor(index, type.dtype, type.shape);
    else this.context.setType(index, type);
  }

  setElements(index: number, elements: readonly Element[]): void {
    if (!this.mapping.outputs?.[index]) this.context.setElements(index, elements);
  }

  setItems(index: number, items: readonly (ValueType | undefined)[]): void {
    this.context.setItems(index, items);
  }

  setLength(index: number, length: Dim): void {
    this.context.setLength(index, length);
  }

  setContent(index: number, fact: Fact): void {
    this.context.setContent(index, fact);
  }

  variesByRun(attribute: string, runs: number, isCertain?: boolean): boolean {
    return this.context.variesByRun(attribute, runs, isCertain);
  }

  binding(name: string): number | undefined {
    return this.context.binding(name);
  }

  fresh(hint: string, most?: Dim): Dim {
    return this.context.fresh(hint, most);
  }

  unknown(hint: string): Dim {
    return this.context.unknown(hint);
  }

  get chosen(): boolean | undefined {
    return this.context.chosen;
  }

  costOf(attribute: string): number | undefined {
    return this.context.costOf(attribute);
  }

  take(attribute: string): void {
    this.context.take(attribute);
  }

  cannotRun(attribute: string): boolean {
    return this.context.cannotRun(attribute);
  }

  tie(a: Dim | undefined, b: Dim | undefined, isCertain?: boolean): void {
    this.context.tie(a, b, isCertain);
  }

  report<C extends RuleProblem>(severity: Severity, code: C, args: RuleArgs<C>, part?: NodePart): void {
    this.context.report(severity, code, args, part);
  }
}

const nothing: readonly number[] = [];

/** A node as a rule of ONNX counts its work. */
export class SeenWork extends Seen<WorkContext> implements WorkContext {
  outputDtype(index: number): DataType | undefined {
    return this.context.outputDtype(index);
  }

  shape(index: number): readonly number[] {
    return (this.seenShape(index) as readonly number[] | undefined) ?? nothing;
  }

  outputShape(index: number): readonly number[] {
    const own = this.context.outputShape(index);
    return reordered(own, this.mapping.outputs?.[index] ?? undefined) ?? own;
  }

  count(index: number): number {
    return this.hasInput(index) ? (numericCount(this.shape(index)) ?? 0) : 0;
  }

  outputCountOf(index: number): number {
    return this.context.outputCountOf(index);
  }

  isWeight(index: number): boolean {
    const place = this.place(index);
    return place !== null && 'at' in place && this.context.isWeight(place.at);
  }
}
