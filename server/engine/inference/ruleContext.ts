import { type DataType } from '../graph/dataTypes';
import { printDim, symbol, type Dim } from '../graph/dim';
import type { Node, Shape, ValueType } from '../graph/model';
import { maximumElements } from '../operators/broadcast';
import type { Element, Fact, NodeContext, RuleArgs, RuleProblem } from '../operators/rule';
import { tensor } from '../operators/shared';
import { argsWith, problem } from '../problem';
import type { NodePart, Problem, Severity } from '../problem';
import { NodeAttributes, type AttributeEnvironment } from './attributes';

/** Of a dimension that the data decide: what it is at the most, where the graph says that. */
export interface DataLimit {
  readonly most: Dim | undefined;
}

/** What a rule can ask of the pass around it; one object serves all nodes of a scope. */
export interface RuleHooks {
  /** Tells symbols of equally named values in different scopes apart. */
  readonly symbolSuffix: string;
  binding(name: string): number | undefined;
  /** Hears of every symbol that a rule makes up; may know a number for it. */
  fresh(name: string, node: number, limit: DataLimit | undefined): number | undefined;
  report(problem: Problem): void;
  /** See {@link NodeContext.variesByRun}. */
  variesByRun(node: number, attribute: string, runs: number, isCertain: boolean): boolean;
  /** Hears which dimensions are equal, where somebody wants to know. */
  tie?(a: Dim, b: Dim, isCertain: boolean): void;
}

/** What a node is inferred from. */
export interface NodeSurroundings {
  /** Flat index. */
  readonly index: number;
  readonly version: number;
  readonly environment?: AttributeEnvironment;
  /** Facts of the inputs by position; undefined for omitted ones. */
  readonly inputs: readonly (Fact | undefined)[];
  readonly hooks: RuleHooks;
}

/** The view of one node that its rule is given; holds what the rule says. */
export class RuleContext extends NodeAttributes implements NodeContext {
  private readonly failures = new Set<string>();
  /** Made when needed: there is one of these objects for each node. */
  private askedInputs: Set<number> | undefined;
  private costs: Map<string, number> | undefined;
  /** The branch that the user chose for this node: whether it is that of a true condition. */
  chosen: boolean | undefined;
  /** The exclusive subgraph that counts although data decides. */
  taken: string | undefined;
  private readonly said: { -readonly [K in keyof Fact]: Fact[K] }[] = [];

  constructor(
    node: Node,
    private readonly surroundings: NodeSurroundings,
  ) {
    super(node, surroundings.environment);
  }

  get version(): number {
    return this.surroundings.version;
  }

  get inputCount(): number {
    return this.node.inputs.length;
  }

  get outputCount(): number {
    return this.node.outputs.length;
  }

  hasInput(index: number): boolean {
    return this.surroundings.inputs[index] !== undefined;
  }

  hasOutput(index: number): boolean {
    const name = this.node.outputs[index];
    return name !== undefined && name !== '';
  }

  fact(index: number): Fact | undefined {
    return this.surroundings.inputs[index];
  }

  type(index: number): ValueType | undefined {
    return this.fact(index)?.type;
  }

  dtype(index: number): DataType | undefined {
    const type = this.type(index);
    return type?.kind === 'tensor' || type?.kind === 'sparse' ? type.dtype : undefined;
  }

  shape(index: number): Shape | undefined {
    const type = this.type(index);
    return type?.kind === 'tensor' || type?.kind === 'sparse' ? type.shape : undefined;
  }

  rank(index: number): number | undefined {
    return this.shape(index)?.length;
  }

  elements(index: number): readonly Element[] | undefined {
    (this.askedInputs ??= new Set()).add(index);
    return this.fact(index)?.elements;
  }

  /** Whether the rule wanted to know the content of an input. */
  asked(index: number): boolean {
    return this.askedInputs?.has(index) === true;
  }

  setTensor(index: number, dtype: DataType | undefined, shape: Shape | undefined): void {
    this.slot(index).type = tensor(dtype, shape?.every(isPossible) === false ? this.repaired(shape) : shape);
  }

  /** Attributes and shapes that contradict each other give negative or broken sizes: they become unknown. */
  private repaired(shape: Shape): Shape {
    const texts = shape.map((dim: Dim | undefined) => (dim === undefined ? '?' : printDim(dim)));
    this.report('error', 'dimension-impossible', { shape: `[${texts.join(', ')}]` });
    return shape.map((dim, axis) => (isPossible(dim) ? dim : this.unknown(`dim${axis}`)));
  }

  setType(index: number, type: ValueType | undefined): void {
    const isTensor = type?.kind === 'tensor' || type?.kind === 'sparse';
    const broken = isTensor && type.shape?.every(isPossible) === false;
    this.slot(index).type = broken ? { ...type, shape: this.repaired(type.shape) } : type;
  }

  setElements(index: number, elements: readonly Element[]): void {
    if (elements.length <= maximumElements) this.slot(index).elements = elements;
  }

  setItems(index: number, items: readonly (ValueType | undefined)[]): void {
    if (items.length <= maximumElements) this.slot(index).items = items;
  }

  setLength(index: number, length: Dim): void {
    this.slot(index).length = length;
  }

  setContent(index: number, { elements, items, length }: Fact): void {
    if (elements) this.setElements(index, elements);
    if (items) this.setItems(index, items);
    if (length !== undefined) this.setLength(index, length);
  }

  private slot(index: number): { -readonly [K in keyof Fact]: Fact[K] } {
    return (this.said[index] ??= {
      type: undefined,
      elements: undefined,
      items: undefined,
      length: undefined,
    });
  }

  fresh(hint: string, most?: Dim): Dim {
    return this.named(hint, { most });
  }

  unknown(hint: string): Dim {
    return this.named(hint, undefined);
  }

  private named(hint: string, limit: DataLimit | undefined): Dim {
    const output = this.node.outputs.find((name) => name !== '') ?? this.node.operator;
    const { hooks, index } = this.surroundings;
    const full = `${symbolName(output)}.${hint}${hooks.symbolSuffix}`;
    return hooks.fresh(full, index, limit) ?? symbol(full);
  }

  binding(name: string): number | undefined {
    return this.surroundings.hooks.binding(name);
  }

  cannotRun(attribute: string): boolean {
    return this.failures.has(attribute);
  }

  variesByRun(attribute: string, runs: number, isCertain = false): boolean {
    return this.surroundings.hooks.variesByRun(this.surroundings.index, attribute, runs, isCertain);
  }

  costOf(attribute: string): number | undefined {
    return this.costs?.get(attribute);
  }

  /** What one run of an exclusive subgraph costs. */
  noteCost(attribute: string, cost: number): void {
    (this.costs ??= new Map()).set(attribute, cost);
  }

  take(attribute: string): void {
    this.taken = attribute;
  }

  /** A subgraph that was asked for does not run with what is known. */
  noteFailure(attribute: string): void {
    this.failures.add(attribute);
  }

  tie(a: Dim | undefined, b: Dim | undefined, isCertain = true): void {
    if (a !== undefined && b !== undefined) this.surroundings.hooks.tie?.(a, b, isCertain);
  }

  report<C extends RuleProblem>(severity: Severity, code: C, args: RuleArgs<C>, part?: NodePart): void {
    const { hooks, index } = this.surroundings;
    const all = argsWith<`inference.${C}`, 'operator'>({ operator: this.node.operator }, args);
    hooks.report(problem(severity, `inference.${code}`, all, { node: index, ...(part && { part }) }));
  }

  /** What the rule said of an output. */
  output(index: number): Fact {
    return this.said[index] ?? nothingSaid;
  }
}

/** A value's name as part of a symbol: readable inside an expression without quotes (`/layers.0/NonZero_output_0`). */
function symbolName(value: string): string {
  const name = value.replaceAll(/[^\p{L}\p{N}_$.:]+/gu, '.').replace(/^\.+/, '');
  return /^[\p{L}_$]/u.test(name) ? name : `v${name}`;
}

const nothingSaid: Fact = {};

/** Rules that meet a rank they do not expect may also leave a dimension out. */
function isPossible(dim: Dim | undefined): boolean {
  return dim !== undefined && (typeof dim !== 'number' || (dim >= 0 && Number.isInteger(dim)));
}
