import type { Inference, InferredNode, InferredValue } from '../inference/types';
import type { OperatorClass } from '../operators/rule';
import { seenByFusions } from '../operators/table';
import { isStepDue, type Steps } from '../scheduler';
import { addTo, appendAll } from '../lists';
import type { NodeSupport } from './support/support';
import { Seen } from './seen';

/** A node of the graph that the passes rewrite: one node of the model, or several that were fused. */
export interface WorkNode {
  readonly operator: string;
  /** '' also for what a fusion makes. */
  readonly domain: string;
  /** Value ids, aliases resolved when they are read; null where an optional input is missing. */
  readonly inputs: readonly (number | null)[];
  readonly outputs: readonly (number | null)[];
  /** Flat indices of the nodes that it stands for, ascending. */
  readonly members: readonly number[];
  /** The node whose outputs are its outputs. */
  readonly root: InferredNode;
  readonly fusion: string | null;
  readonly operatorClass: OperatorClass;
  /** Values that a duplicated member recomputes here: read its input instead. */
  readonly recomputed: ReadonlyMap<number, number>;
}

/** A kernel that a runtime puts in beside those of the model's nodes. */
export interface InsertedNode {
  readonly operator: string;
  /** The value that it turns into another form. */
  readonly value: number;
  /** Flat index of the node for which it is there, and whether it runs before or after that. */
  readonly root: number;
  readonly side: 'before' | 'after';
  /** It writes the value anew; otherwise it moves nothing. */
  readonly copies: boolean;
}

/**
 * The nodes that a runtime still has to run while its passes rewrite the graph. Values keep the ids of the inference;
 * an eliminated node makes its output an alias of its input.
 */
export class WorkGraph {
  /** By position; null once fused into another or eliminated. Fusing appends. */
  readonly nodes: (WorkNode | null)[] = [];
  private readonly workOfNode: Int32Array;
  private readonly aliasOf: Int32Array;
  private readonly aliases = new Map<number, number[]>();
  private readonly scopeOutputs: Uint8Array;
  private readonly passedToCalls: Uint8Array;
  private readonly byOperator = new Map<string, number[]>();
  readonly inserted: InsertedNode[] = [];
  /** See `KernelPlan.covered`. */
  readonly covered: Uint8Array;

  /**
   * @param refusal why the accelerator does not run a node by itself
   * @param seen what the optimiser knows of values
   */
  constructor(
    readonly inference: Inference,
    private readonly refusal: NodeSupport = () => null,
    readonly seen: Seen = new Seen(inference),
  ) {
    this.covered = new Uint8Array(inference.nodes.length);
    this.workOfNode = new Int32Array(inference.nodes.length).fill(-1);
    this.aliasOf = new Int32Array(inference.values.length).fill(-1);
    this.scopeOutputs = new Uint8Array(inference.values.length);
    this.passedToCalls = new Uint8Array(inference.values.length);
    for (const scope of inference.scopes) {
      for (const output of scope.outputs) if (output !== null) this.scopeOutputs[output] = 1;
      for (const passed of scope.arguments ?? []) if (passed !== null) this.passedToCalls[passed] = 1;
    }
  }

  /** Takes a node of the model into the graph. */
  add(node: InferredNode): void {
    const { operator, domain } = seenByFusions(node.node);
    this.append({
      operator,
      domain,
      inputs: node.inputs,
      outputs: node.outputs,
      members: [node.index],
      root: node,
      fusion: null,
      operatorClass: node.operatorClass,
      recomputed: noRecomputed,
    });
  }

  /** Puts a kernel in. */
  insert(inserted: InsertedNode): void {
    this.inserted.push({ ...inserted, value: this.resolve(inserted.value) });
  }

  /** The runtime has an operator of its own for these nodes of the model. */
  cover(members: readonly number[]): void {
    for (const member of members) this.covered[member] = 1;
  }

  /** Both run on the accelerator, or neither does. */
  isOnOneSide(a: WorkNode, b: WorkNode): boolean {
    return this.isOnChip(a) === this.isOnChip(b);
  }

  private isOnChip({ members }: WorkNode): boolean {
    return members.every(
      (member) => this.covered[member] === 1 || this.refusal(this.inference.nodes[member]!) === null,
    );
  }

  /** Positions of the nodes with an operator, in order of appearance, without those that come meanwhile. */
  *withOperator(operator: string): Generator<number, void> {
    const list = this.byOperator.get(operator) ?? [];
    const count = list.length;
    for (let i = 0; i < count; i++) if (this.nodes[list[i]!]) yield list[i]!;
  }

  /** Positions of the live nodes in the order of execution. */
  *inOrder(): Steps<number[]> {
    // Each node of the model is the root of one live node at most: no need to sort.
    const byRoot = new Int32Array(this.inference.nodes.length).fill(-1);
    for (let at = 0; at < this.nodes.length; at++) {
      if (isStepDue(at)) yield;
      const node = this.nodes[at];
      if (node) byRoot[node.root.index] = at;
    }
    const positions: number[] = [];
    for (let root = 0; root < byRoot.length; root++) {
      if (isStepDue(root)) yield;
      if (byRoot[root] !== -1) positions.push(byRoot[root]!);
    }
    return positions;
  }

  /** The graph had or has a node with one of the operators. */
  hasOneOf(operators: ReadonlySet<string>): boolean {
    for (const operator of operators) if (this.byOperator.has(operator)) return true;
    return false;
  }

  value(id: number): InferredValue {
    return this.inference.values[id]!;
  }

  /** The value that is really read where `id` is named. */
  resolve(id: number): number {
    let found = id;
    while (this.aliasOf[found] !== -1) found = this.aliasOf[found]!;
    return found;
  }

  /** Position of the live node that makes a value; -1 for inputs, initialisers and folded values. */
  producer(id: number): number {
    const producer = this.value(this.resolve(id)).producer;
    return producer === null ? -1 : this.workOfNode[producer]!;
  }

  /** Position of the live node that holds a node of the model; -1 if there is none. */
  holder(flatIndex: number): number {
    return this.workOfNode[flatIndex]!;
  }

  /** Positions of the live nodes that read a value or one of its aliases. */
  consumers(id: number): Set<number> {
    const found = new Set<number>();
    this.eachName(this.resolve(id), (name) => {
      for (const consumer of this.value(name).consumers) {
        const at = this.workOfNode[consumer]!;
        if (at !== -1) found.add(at);
      }
    });
    return found;
  }

  /** Whether a test holds for one of the live nodes that read the value under any of its names. */
  someConsumer(id: number, test: (at: number) => boolean): boolean {
    return this.someReader(this.resolve(id), test);
  }

  /** Exactly one live node reads the value under any of its names. */
  isReadOnce(id: number): boolean {
    let found = -1;
    const several = this.someConsumer(id, (at) => {
      if (found === -1) found = at;
      return found !== at;
    });
    return found !== -1 && !several;
  }

  /** The value, or an alias of it, is an output of its graph. */
  isScopeOutput(id: number): boolean {
    let found = false;
    this.eachName(this.resolve(id), (name) => (found ||= this.scopeOutputs[name] === 1));
    return found;
  }

  /** Other scopes see the value, or an alias of it: it is an output of its graph, or a call passes it to a function. */
  leavesScope(id: number): boolean {
    let leaves = this.isScopeOutput(id);
    this.eachName(this.resolve(id), (name) => (leaves ||= this.passedToCalls[name] === 1));
    return leaves;
  }

  /** Removes a node that nobody reads. */
  drop(at: number): void {
    for (const member of this.nodes[at]!.members) this.workOfNode[member] = -1;
    this.nodes[at] = null;
  }

  /** Removes a node: the readers of its first output read `source`. */
  eliminate(at: number, source: number, parts = false): void {
    const node = this.nodes[at]!;
    for (const member of node.members) this.workOfNode[member] = -1;
    this.nodes[at] = null;
    node.outputs.forEach((output, index) => {
      if (output !== null && (parts || index === 0)) this.alias(output, source);
    });
  }

  /** Removes a node that computes the same as another. */
  mergeInto(at: number, kept: number): void {
    const node = this.nodes[at]!;
    const other = this.nodes[kept]!;
    for (const member of node.members) this.workOfNode[member] = -1;
    this.nodes[at] = null;
    node.outputs.forEach((output, index) => {
      const same = other.outputs[index];
      if (output !== null && same !== null && same !== undefined) this.alias(output, same);
    });
  }

  /** Replaces nodes by one that stands for all of them; returns its position. */
  fuse(positions: Iterable<number>, made: Omit<WorkNode, 'domain' | 'members'>): number {
    const members: number[] = [];
    const recomputed = new Map(made.recomputed);
    for (const at of positions) {
      const node = this.nodes[at]!;
      appendAll(members, node.members);
      for (const [value, source] of node.recomputed) recomputed.set(value, source);
      this.nodes[at] = null;
    }
    members.sort((a, b) => a - b);
    const { operator, inputs, outputs, root, fusion, operatorClass } = made;
    // Written out in the order of `add`: nodes of one form are read faster.
    return this.append({
      operator,
      domain: '',
      inputs,
      outputs,
      members,
      root,
      fusion,
      operatorClass,
      recomputed,
    });
  }

  private append(node: WorkNode): number {
    const at = this.nodes.push(node) - 1;
    for (const member of node.members) this.workOfNode[member] = at;
    addTo(this.byOperator, node.operator, at);
    return at;
  }

  private alias(output: number, source: number): void {
    const target = this.resolve(source);
    if (target === output) return;
    this.aliasOf[output] = target;
    addTo(this.aliases, target, output);
  }

  private someReader(name: number, test: (at: number) => boolean): boolean {
    for (const consumer of this.value(name).consumers) {
      const at = this.workOfNode[consumer]!;
      if (at !== -1 && test(at)) return true;
    }
    const aliases = this.aliases.get(name);
    return aliases !== undefined && aliases.some((alias) => this.someReader(alias, test));
  }

  private eachName(id: number, visit: (name: number) => void): void {
    visit(id);
    for (const name of this.aliases.get(id) ?? []) this.eachName(name, visit);
  }
}

const noRecomputed: ReadonlyMap<number, number> = new Map();
